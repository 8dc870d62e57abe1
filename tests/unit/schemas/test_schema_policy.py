"""The schema of policies: valid, documented, and in step with the kinds and actions that there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ackplan.core import catalog
from ackplan.core.actions import Action


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parents[3] / "schemas/policy.schema.json").read_text("utf-8"))
    return found


def test_it_is_a_schema(schema):
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "https://ackplan.dev/schemas/policy.schema.json"


def test_kinds_and_actions_are_those_that_there_are(schema):
    select = schema["$defs"]["rule"]["properties"]["select"]["properties"]
    assert schema["$defs"]["kinds"]["items"]["enum"] == [kind.name for kind in catalog.DEFAULT.kinds]
    assert set(select["actions"]["items"]["enum"]) == {action.value for action in Action}


def test_every_key_is_described(schema):
    for name, part in schema["$defs"]["rule"]["properties"].items():
        assert part["description"].endswith("."), name


def test_every_sort_of_rule_is_one_of_those_of_which_a_rule_has_one(schema):
    rule = schema["$defs"]["rule"]
    sorts = [part["required"][0] for part in rule["allOf"][0]["oneOf"]]
    assert list(rule["properties"])[5:] == sorts
    assert rule["allOf"][0]["x-ack-rule"].endswith(", ".join(sorts))
