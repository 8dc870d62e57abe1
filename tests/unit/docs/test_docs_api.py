"""The page about the API says what the contract says, and of the tests what is in them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_cs20151215.client import Client

from ackplan.adapters.ack.calls import call
from ackplan.adapters.ack.signing import SIGNERS
from ackplan.core import catalog
from ackplan.core.catalog.parameters import Effect
from ackplan.plan.in_place import operation_of
from ackplan.resources.types import BUILT_IN
from tests.conformance import contract
from tests.unit.docs.pages import generated

OFFICIAL = "tests/conformance/test_official_clients.py"
TODAY = ("test_official_today.py", "test_todays_*.py")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/api.md").read_text("utf-8")


def older() -> dict[str, contract.Operation]:
    """The guide's operations, and those without which nobody can follow them."""
    apart = {"get_task", "list_nodes"}
    calls = contract.operations().items()
    return {name: call for name, call in calls if name in apart or call.said["x-ack-section"] != "beyond"}


def lines(text: str) -> list[str]:
    """The rows of the tables of operations."""
    return [line for line in text.splitlines() if re.match(r"\| `\w+` \| `[A-Z]+ /", line)]


@pytest.fixture(scope="module")
def every(page: str) -> dict[str, list[str]]:
    """The cells of the tables of operations, by operation."""
    found = [re.split(r" \| ", line.strip("| ")) for line in lines(page)]
    assert len({cells[0] for cells in found}) == len(found)
    return {cells[0].strip("`"): cells[1:] for cells in found}


@pytest.fixture(scope="module")
def rows(every: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those of the guide's operations."""
    return {name: cells for name, cells in every.items() if name in older()}


@pytest.fixture(scope="module")
def todays(every: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those that the guide does not have."""
    return {name: cells for name, cells in every.items() if name not in older()}


def test_the_tables_have_every_operation_as_the_contract_has_it(every):
    assert set(every) == set(contract.operations())
    for name, (made, section, _, simulator, _) in every.items():
        operation = contract.operations()[name]
        assert made == f"`{operation.method} {operation.path}`"
        assert section == operation.said["x-ack-section"]
        also = [f"also `{path}`" for path in operation.said.get("x-ack-also", ())]
        assert simulator == ", ".join(["yes", *also])


def test_the_table_says_what_the_tests_do(rows, root):
    text = (root / OFFICIAL).read_text("utf-8")
    for name, (*_, tested) in rows.items():
        assert tested == (", ".join(tried(name, text)) or "by path only"), name


def test_the_readme_has_the_same_rows(page, root):
    assert lines((root / "README.md").read_text("utf-8")) == lines(page)


def test_the_rows_of_today_are_made(root, monkeypatch, tmp_path, capsys):
    maker = generated(root, "operation_rows")
    assert maker.main(["--check"]) == 0
    stale = tmp_path / "api.md"
    stale.write_text((root / "docs/api.md").read_text("utf-8").replace("| `run_check` |", "| `run` |"), "utf-8")
    monkeypatch.setattr(maker, "PAGES", (stale,))
    assert maker.main(["--check"]) == 1
    assert "api.md is stale" in capsys.readouterr().err
    assert maker.main([]) == 0
    assert stale.read_text("utf-8") == (root / "docs/api.md").read_text("utf-8")
    assert maker.main(["--chekc"]) == 64
    with pytest.raises(ValueError, match="no place"):
        maker.render("nothing")


def test_the_table_of_today_says_what_the_tests_do(todays, root):
    files = [path for pattern in TODAY for path in (root / "tests/conformance").glob(pattern)]
    called = set(re.findall(r"\b(?:current|client)\.(\w+)", "".join(path.read_text("utf-8") for path in files)))
    methods = {method.replace("_", ""): method for method in dir(Client)}
    for name, (*_, tested) in todays.items():
        method = methods.get(contract.operations()[name].said["x-ack-action"].lower(), "")
        assert tested == ("current client" if method in called else "by path only"), name
        if tested == "by path only":
            assert not method, f"{name}: its typed call is {method}"


def test_a_call_that_a_change_becomes_is_one_of_apply(todays):
    pool = BUILT_IN.sections["node_pools"].kind
    kinds = [pool, *(kind for kind in catalog.DEFAULT.kinds if kind.section_key)]
    made = {operation_of(kind, p) for kind in kinds for p in kind.parameters.values() if p.effect is Effect.MODIFY}
    made |= {pool.operation_of(work, "") for work in pool.root["x-ack-calls"]}
    assert {name for name in made if "`ackplan apply`" not in todays[name][2]} == set()


def test_a_client_that_is_not_named_has_no_typed_call(rows):
    for name, (*_, tested) in rows.items():
        action, method = typed(name)
        if "older client" not in tested:
            assert importlib.util.find_spec(f"aliyunsdkcs.request.v20151215.{action}Request") is None, name
        if "current client" not in tested:
            assert not hasattr(Client, method), name


def typed(name: str) -> tuple[str, str]:
    """What the older and the current client call an operation."""
    action = call(name, "cn-beijing", dict.fromkeys(catalog.DEFAULT.operation(name).places, "c1")).action
    return action, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()


def tried(name: str, text: str) -> list[str]:
    """What an operation is tested with: typed calls of the official clients, and bodies that are the guide's."""
    action, method = typed(name)
    text = text.replace("example(kind", 'example("create-cluster"')
    found: dict[str, Any] = {
        "the guide's example": f'example("{name.replace("_", "-")}"' in text,
        "older client": f"{action}Request()" in text.replace(f"models.{action}Request()", ""),
        "current client": f"current.{method}(" in text,
    }
    return [label for label, present in found.items() if present]


def test_every_operation_is_called_by_its_path_in_the_tests_of_the_official_clients(root):
    text = (root / OFFICIAL).read_text("utf-8")
    for operation in older().values():
        path = re.escape(operation.path).replace(r"\{id\}", "c1").replace(r"\{task_id\}", r"\{\w+\['task_id'\]\}")
        assert re.search(rf'generic\("{operation.method}", f?"{path}"', text), operation.id


def test_the_page_names_the_signatures(page):
    assert f"--signature {' | '.join(SIGNERS)}" in page
    assert next(iter(SIGNERS)) == "hmac-sha1"
    assert "`hmac-sha1`, the default" in page
