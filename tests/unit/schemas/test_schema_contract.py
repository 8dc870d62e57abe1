"""The contract of the API: a valid document, complete, and the source of operations.json."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

from ackplan.core.states import CONDITIONS, HIDDEN

SCHEMAS = Path(__file__).parents[3] / "schemas"
SECTION = re.compile(r"beyond|[123]\.[0-9]+(, [123]\.[0-9]+)*")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("operations_file", SCHEMAS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SCHEMAS / "openapi.yaml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def said(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the contract says of each operation."""
    methods = [item[name] for item in contract["paths"].values() for name in item if name != "parameters"]
    return {operation["operationId"]: operation for operation in methods}


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in the document."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)


def test_the_contract_is_valid_openapi():
    document, base = read_from_filename(str(SCHEMAS / "openapi.yaml"))
    assert [str(fault) for fault in OpenAPIV31SpecValidator(document, base_uri=base).iter_errors()] == []


def test_the_validator_would_see_a_fault(contract):
    broken = {**contract, "paths": {"/clusters": {"get": {"responses": {"200": {}}}}}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_the_operations_file_is_up_to_date(generator):
    assert generator.OUTPUT.read_text("utf-8") == generator.render(), "stale: python schemas/generate.py"


def test_check_tells_a_stale_file_and_writing_mends_it(generator, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(generator, "OUTPUT", tmp_path / "operations.json")
    assert generator.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    (tmp_path / "operations.json").write_text("{}\n")
    assert generator.main(["--check"]) == 1
    assert generator.main(["--chekc"]) == 64


def test_every_operation_of_the_contract_is_generated_with_what_is_said_of_it(operations, said):
    assert {entry["id"] for entry in operations} == set(said)
    for entry in operations:
        assert entry["section"] == said[entry["id"]]["x-ack-section"]
        assert entry.get("secret_answer", False) == ("hand-out" in said[entry["id"]]["tags"])
        assert entry["changes"] == ("change" in said[entry["id"]]["tags"])
    by_id = {entry["id"]: entry for entry in operations}
    assert by_id["list_nodes"]["query"][:3] == ["pageNumber", "pageSize", "state"]
    assert by_id["kubeconfig"]["also"] == ["/api/v2/k8s/{id}/user_config"]
    assert (by_id["delete_cluster"]["answer"], by_id["delete_cluster"]["empty_answer"]) == ("accepted", True)
    assert by_id["certs"]["answer"] == "certs"


def test_what_a_body_or_a_part_refers_to_is_there(contract):
    used = {part["$ref"] for part in parts(contract) if isinstance(part.get("$ref"), str)}
    files = {reference for reference in used if not reference.startswith("#/")}
    assert files == {path.name for path in SCHEMAS.glob("*.schema.json")} - {
        "definitions.schema.json",
        "spec.schema.json",
        "policy.schema.json",
        "workspaces.schema.json",
        "prices.schema.json",
        "page.schema.json",
    }
    for group, members in contract["components"].items():
        if group == "securitySchemes":
            continue
        also = {name for part in parts(contract["paths"]) for name in part.get("x-ack-also", {}).values()}
        assert {name for name in members if f"#/components/{group}/{name}" not in used} <= also, group


def test_everything_is_described_and_has_a_section(contract, said):
    described = [
        *said.values(),
        *contract["components"]["schemas"].values(),
        *contract["components"]["parameters"].values(),
    ]
    for part in described:
        assert part["description"].strip().endswith("."), part
    for answer in [*contract["components"]["responses"].values(), *contract["components"]["headers"].values()]:
        assert answer["description"].strip().endswith(".")
    sections = [part["x-ack-section"] for part in parts(contract) if "x-ack-section" in part]
    assert len(sections) > 40
    assert [section for section in sections if not SECTION.fullmatch(section)] == []


def test_codes_are_known_and_their_status_is_one_of_the_operation(contract, said):
    known = contract["x-ack-codes"]
    listed = {code for operation in said.values() for code in operation["x-ack-codes"]}
    assert listed == {code for code, facts in known.items() if not facts.get("everywhere")}
    for operation in said.values():
        statuses = {"500" if status == "5XX" else status for status in operation["responses"]}
        codes = [*operation["x-ack-codes"], *(code for code, facts in known.items() if facts.get("everywhere"))]
        assert {str(known[code]["status"]) for code in codes if "status" in known[code]} == {
            status for status in statuses if status >= "400"
        }, operation["operationId"]


def test_a_call_with_a_body_may_be_told_that_it_is_too_large_and_no_other(said):
    assert {name for name, operation in said.items() if "413" in operation["responses"]} == {
        name for name, operation in said.items() if "requestBody" in operation
    }


def test_the_client_knows_the_states_of_the_contract(contract):
    schemas = contract["components"]["schemas"]
    assert set(schemas["cluster"]["properties"]["state"]["x-ack-known-values"]) == set(CONDITIONS) - {HIDDEN}


def test_secrets_of_answers_are_marked(contract):
    schemas = contract["components"]["schemas"]
    assert schemas["script"]["x-ack-secret"]
    assert schemas["config"]["properties"]["config"]["x-ack-secret"]
    marked = {name for name, part in schemas["certs"]["properties"].items() if part.get("x-ack-secret")}
    assert marked == {"config", "key"}


def test_the_generated_file_is_plain_json_with_a_line_end(generator):
    text = generator.OUTPUT.read_text("utf-8")
    assert text.endswith("}\n")
    assert "openapi.yaml" in json.loads(text)["$comment"]
