"""The JSON of plans has the format that Terraform documents for version 1.2, in every scenario."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ackplan.core.address import parse
from ackplan.core.catalog.terraform_names import address_of, converted, name_of

SCENARIOS = sorted((Path(__file__).parents[3] / "scenarios").glob("*/expect/plan.json"))
NAME = r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff-]*"
ADDRESS = rf"^(module\.{NAME}\.)?alicloud_cs_[a-z_]+\.{NAME}(\[\"([^\"\\]|\\.)+\"\])?$"
NAMED = {
    "address": {"type": "string", "pattern": ADDRESS},
    "mode": {"const": "managed"},
    "type": {"type": "string", "pattern": "^alicloud_cs_[a-z_]+$"},
    "name": {"type": "string", "pattern": f"^{NAME}$"},
    "index": {"type": ["string", "integer"]},
}
PROVIDED = {**NAMED, "provider_name": {"type": "string"}}
SIDE = {"type": ["object", "null"]}
MARKS = {"type": ["object", "boolean"]}


def closed(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object that has these properties and no other, all but some of them always."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


ADDRESSES = listed({"type": "string", "pattern": ADDRESS})
VALUED = closed(
    {
        **PROVIDED,
        "schema_version": {"type": "integer"},
        "values": {"type": "object"},
        "sensitive_values": {"type": "object"},
        "depends_on": ADDRESSES,
    },
    "index",
    "depends_on",
)
CHILD = closed({"address": {"type": "string", "pattern": rf"^module\.{NAME}$"}, "resources": listed(VALUED)})
MODULE = closed({"resources": listed(VALUED), "child_modules": listed(CHILD)}, "resources", "child_modules")
CHANGE = closed(
    {
        "actions": {
            "enum": [["no-op"], ["create"], ["read"], ["update"], ["delete", "create"], ["delete"], ["forget"]],
        },
        "before": SIDE,
        "after": SIDE,
        "after_unknown": {"type": "object"},
        "before_sensitive": MARKS,
        "after_sensitive": MARKS,
        "replace_paths": listed({"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}),
        "importing": closed({"id": {"type": "string", "minLength": 1}}),
    },
    "replace_paths",
    "importing",
)
CHANGED = closed(
    {**PROVIDED, "change": CHANGE, "action_reason": {"type": "string"}, "previous_address": {"type": "string"}},
    "index",
    "action_reason",
    "previous_address",
)
BLOCK = closed(
    {
        **{name: schema for name, schema in NAMED.items() if name != "index"},
        "provider_config_key": {"const": "alicloud"},
        "expressions": {"type": "object"},
        "schema_version": {"type": "integer"},
        "for_each_expression": {"type": "object"},
        "depends_on": ADDRESSES,
    },
    "for_each_expression",
    "depends_on",
)
STATE = closed(
    {
        "format_version": {"const": "1.0"},
        "terraform_version": {"type": "string"},
        "values": closed({"root_module": MODULE}),
    }
)
FORMAT = closed(
    {
        "format_version": {"const": "1.2"},
        "terraform_version": {"type": "string"},
        "ackplan_version": {"type": "string"},
        "planned_values": closed({"root_module": MODULE}),
        "resource_drift": listed(CHANGED),
        "resource_changes": listed(CHANGED),
        "prior_state": STATE,
        "configuration": closed(
            {
                "provider_config": {"type": "object"},
                "root_module": closed({"resources": listed(BLOCK)}, "resources"),
            }
        ),
        "relevant_attributes": {"const": []},
        "checks": {"type": "array"},
        "errored": {"type": "boolean"},
        "applyable": {"type": "boolean"},
        "complete": {"type": "boolean"},
        "ackplan": {"type": "object"},
    },
    "checks",
)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parts[-3])
def test_a_plan_has_terraforms_format(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    assert [str(fault) for fault in Draft202012Validator(FORMAT).iter_errors(document)] == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parts[-3])
def test_the_parts_of_a_plan_tell_the_same(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    changes = {entry["address"]: entry for entry in document["resource_changes"]}
    planned = document["planned_values"]["root_module"].get("resources", [])
    blocks = document["configuration"]["root_module"].get("resources", [])
    assert len(changes) == len(document["resource_changes"])
    for entry in (*changes.values(), *planned, *document["resource_drift"]):
        assert entry["address"] == address_of(entry["type"], entry["name"], entry.get("index", ""))
    for resource in planned:
        change = changes[resource["address"]]["change"]
        assert resource["values"] == change["after"]
        assert resource["sensitive_values"] == change["after_sensitive"]
    assert {block["address"] for block in blocks} == {resource["address"].partition("[")[0] for resource in planned}
    for entry in changes.values():
        unknown = {name for name, mark in entry["change"]["after_unknown"].items() if mark is True}
        assert unknown.isdisjoint(entry["change"]["after"] or {})
        assert ("create" in entry["change"]["actions"]) == ("id" in unknown)


def test_scenarios_have_pools_in_every_way() -> None:
    """What is looked at above is not nothing."""
    actions = {
        tuple(entry["change"]["actions"])
        for path in SCENARIOS
        for entry in json.loads(path.read_text("utf-8"))["resource_changes"]
        if entry["type"].endswith("_node_pool")
    }
    assert actions == {("create",), ("update",), ("no-op",), ("delete",), ("delete", "create")}


@pytest.mark.parametrize(
    ("short", "address"),
    [
        ("shop", "t.shop"),
        ("shop/web", 't.shop["web"]'),
        ("shop/addon/metrics-server", 't.shop["metrics-server"]'),
        ('shop/a"b\\c', 't.shop["a\\"b\\\\c"]'),
        ("shop/${a}%{b}", 't.shop["$${a}%%{b}"]'),
        ("shop/商店", 't.shop["商店"]'),
    ],
)
def test_addresses_are_written_as_terraform_writes_them(short: str, address: str) -> None:
    assert address_of("t", *name_of(parse(short))) == address
    assert re.fullmatch(r't\.[\w-]+(\["([^"\\]|\\.)+"\])?', address)


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (3, "text", "3"),
        (True, "text", "true"),
        (["a", "b"], "text", "a,b"),
        ("25", "number", 25),
        ("x", "number", "x"),
        ("true", "boolean", True),
        ("yes", "boolean", "yes"),
        ("a, b", "list", ["a", "b"]),
        ([{"key": "a", "value": "b"}, {"key": "c"}], "map", {"a": "b", "c": ""}),
        ([{"size": 40, "own": 1}], [{"size": "text"}], [{"size": "40", "own": 1}]),
        ("text", [{"size": "text"}], "text"),
        (3, None, 3),
        (None, "text", None),
    ],
)
def test_values_take_the_types_of_attributes(value: Any, kind: Any, shown: Any) -> None:
    assert converted(value, kind) == shown
