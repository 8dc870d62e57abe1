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
from tests.conformance import contract

OFFICIAL = "tests/conformance/test_official_clients.py"


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/api.md").read_text("utf-8")


def older() -> dict[str, contract.Operation]:
    """The guide's operations, and those without which nobody can follow them."""
    apart = {"get_task", "list_nodes"}
    calls = contract.operations().items()
    return {name: call for name, call in calls if name in apart or call.said["x-ack-section"] != "beyond"}


@pytest.fixture(scope="module")
def rows(page: str) -> dict[str, list[str]]:
    """The cells of the table of operations, by operation."""
    found = [re.split(r" \| ", line.strip("| ")) for line in page.splitlines() if re.match(r"\| `\w+` \|", line)]
    return {cells[0].strip("`"): cells[1:] for cells in found if cells[0].strip("`") in older()}


def test_the_table_has_every_operation_as_the_contract_has_it(rows):
    assert set(rows) == set(older())
    for name, (made, section, _, simulator, _) in rows.items():
        operation = contract.operations()[name]
        assert made == f"`{operation.method} {operation.path}`"
        assert section == operation.said["x-ack-section"]
        also = [f"also `{path}`" for path in operation.said.get("x-ack-also", ())]
        assert simulator == ", ".join(["yes", *also])


def test_the_table_says_what_the_tests_do(rows, root):
    text = (root / OFFICIAL).read_text("utf-8")
    for name, (*_, tested) in rows.items():
        assert tested == (", ".join(tried(name, text)) or "by path only"), name


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
