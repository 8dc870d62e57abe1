"""What the printed schema of a spec offers an editor: every key of a cluster with its meaning, and no rule that errs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ackplan.core import catalog
from ackplan.core.catalog import bundle
from ackplan.core.catalog.offers import offered
from ackplan.core.catalog.schemas import SPEC
from tests.example_specs import example_specs

ROOT = Path(__file__).parents[3]
SPECS = [*example_specs(), *(ROOT / "tests/scenarios").glob("*/spec.yaml")]


@pytest.fixture(scope="module")
def partial() -> Mapping[str, Any]:
    return bundle.bundle(catalog.DEFAULT, SPEC)["$defs"]["partial"]["properties"]


def test_every_key_of_a_cluster_is_offered_with_what_it_is_for(partial: Mapping[str, Any]) -> None:
    parameters = {name for kind in catalog.DEFAULT.kinds for name in kind.keys}
    sections = {family.section for family in catalog.DEFAULT.families} - {""}
    assert set(partial) == (parameters | set(catalog.DEFAULT.own_keys) | sections) - {"name"}
    assert [name for name, told in partial.items() if not told.get("description")] == []
    assert partial["snat_entry"]["description"].startswith("Set up SNAT")
    assert set(partial["login_password"]["properties"]) == {"env", "file"}
    assert "prevent_destroy" in partial["lifecycle"]["properties"]
    assert "instances" in partial["attach"]["items"]["properties"]


def test_what_is_in_a_node_pool_is_offered_with_what_it_is_for(partial: Mapping[str, Any]) -> None:
    pool = partial["node_pools"]["additionalProperties"]["properties"]
    body = "create-node-pool.schema.json"
    written = catalog.DEFAULT.schemas.read(body)["$defs"]["properties"]["properties"]
    assert set(pool) == set(written) | {"attach", "scale_in", "rolling_policy", "depends_on", "lifecycle", "timeouts"}
    assert [name for name, told in pool.items() if not told.get("description")] == []
    assert "desired_size" in pool["scaling_group"]["properties"]
    assert set(pool["scaling_group"]["properties"]["login_password"]["properties"]) == {"env", "file"}
    assert "category" in pool["scaling_group"]["properties"]["data_disks"]["items"]["properties"]
    assert "name" not in pool["nodepool_info"]["properties"]
    assert "prevent_destroy" in pool["lifecycle"]["properties"]
    assert "instances" in pool["attach"]["items"]["properties"]


def test_every_schema_that_is_printed_is_complete() -> None:
    for name, file in bundle.names(catalog.DEFAULT).items():
        printed = bundle.bundle(catalog.DEFAULT, file)
        Draft202012Validator.check_schema(printed)
        for reference in references(printed):
            assert reference.startswith("#"), name
            held: Any = printed
            for part in reference.split("/")[1:]:
                assert part in held, f"{name}: {reference} leads nowhere"
                held = held[part]


def references(schema: Any) -> Iterator[str]:
    """Every reference in a schema."""
    if isinstance(schema, Mapping):
        yield from (value for key, value in schema.items() if key in {"$ref", "$dynamicRef"} and isinstance(value, str))
    for part in schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ():
        yield from references(part)


def keywords(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, value in schema.items():
        yield name
        if name == "properties":
            for inner in value.values():
                yield from keywords(inner)
        elif name in {"items", "additionalProperties"}:
            yield from keywords(value)


def test_no_value_is_held_against_a_rule() -> None:
    assert {word for told in offered(catalog.DEFAULT).values() for word in keywords(told)} == {
        "description",
        "properties",
        "items",
        "additionalProperties",
    }


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_editor_finds_no_fault_in_a_spec_that_has_none(path: Path) -> None:
    validator = Draft202012Validator(bundle.bundle(catalog.DEFAULT, SPEC))
    for document in yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader):
        assert [error.message for error in validator.iter_errors(document)] == []
