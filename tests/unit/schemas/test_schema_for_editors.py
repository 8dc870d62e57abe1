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

ROOT = Path(__file__).parents[3]
SPECS = [*(ROOT / "examples").rglob("*.yaml"), *(ROOT / "tests/scenarios").glob("*/spec.yaml")]


@pytest.fixture(scope="module")
def partial() -> Mapping[str, Any]:
    return bundle.bundle(catalog.DEFAULT, SPEC)["$defs"]["partial"]["properties"]


def test_every_key_of_a_cluster_is_offered_with_what_it_is_for(partial: Mapping[str, Any]) -> None:
    parameters = {name for kind in catalog.DEFAULT.kinds for name in kind.keys}
    assert set(partial) == (parameters | set(catalog.DEFAULT.own_keys)) - {"name"}
    assert [name for name, told in partial.items() if not told.get("description")] == []
    assert partial["snat_entry"]["description"].startswith("Set up SNAT")
    assert set(partial["login_password"]["properties"]) == {"env", "file"}
    assert "prevent_destroy" in partial["lifecycle"]["properties"]
    assert "instances" in partial["attach"]["items"]["properties"]


def keywords(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, value in schema.items():
        yield name
        if name == "properties":
            for inner in value.values():
                yield from keywords(inner)
        elif name == "items":
            yield from keywords(value)


def test_no_value_is_held_against_a_rule() -> None:
    assert {word for told in offered(catalog.DEFAULT).values() for word in keywords(told)} == {
        "description",
        "properties",
        "items",
    }


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_editor_finds_no_fault_in_a_spec_that_has_none(path: Path) -> None:
    validator = Draft202012Validator(bundle.bundle(catalog.DEFAULT, SPEC))
    for document in yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader):
        assert [error.message for error in validator.iter_errors(document)] == []
