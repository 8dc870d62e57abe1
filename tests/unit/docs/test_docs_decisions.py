"""What the decisions in docs/decisions say of the code holds, as far as no other test shows it."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from ackplan.core import catalog
from ackplan.core.catalog.parameters import Effect

SPEC = "https://ackplan.dev/schemas/spec.schema.json"
# The data of a page, which nobody writes.
PAGE = "https://ackplan.dev/schemas/page.schema.json"
VALID = {
    "name": "a",
    "region_id": "cn-beijing",
    "snat_entry": True,
    "num_of_nodes": 3,
    "key_pair": "k",
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "master_instance_types": ["ecs.hfc5.xlarge"],
    "master_system_disk_category": "cloud_ssd",
    "master_system_disk_size": 120,
    "cpu_policy": "static",
}
# What today's clusters need besides, and of it only those parts that a kind has.
TODAY = {
    "vpcid": "vpc-2zeg",
    "vswitch_ids": ["vsw-2ze4"],
    "control_plane_config": {"instance_types": ["ecs.hfc5.xlarge"], "key_pair": "k"},
}
# Values on which two validators could part: line ends, other digits and letters, big and broken numbers, near misses.
VALUES: list[Any] = [
    None, True, 0, 1.0, 2.5, 10**39, "", "3\n", "２", "true\n", "cn-beijing\n", "i-ａ", "vsw-1\n", "K" * 63, "K" * 64,
    "30000-32767\n", "172.20.0.0/16\n", "10s\n", "Week", "PrePaid", [], ["i-a", "i-a"], {"env": "X\n"},
    {"env": "X", "file": "y"}, [{"name": "flannel"}, {"name": "terway-eniip"}], [{"instances": ["i-a"], "password": {"env": "A"}}],
    {"nodes": ["i-a"], "strategy": "newest"}, {"create": "0s"}, "1.11\n", "1.12.5", "1.12.6", "cloud_essd", "cloud_essd\n",
    ["ecs.a.b"] * 2, ["ecs.a.b"] * 5, "elastic_ephemeral_disk_premium", {"nodeNameStrategy": "customized"}, {"nodeNamePrefix": "a"},
]  # fmt: skip


def test_decisions_are_numbered_and_say_why_and_at_what_price(root):
    files = sorted((root / "docs/decisions").iterdir())
    assert [file.name[:5] for file in files] == [f"{number:04}-" for number in range(1, len(files) + 1)]
    for file in files:
        lines = file.read_text("utf-8").splitlines()
        assert re.fullmatch(rf"# {file.name[:4]}: \S.*", lines[0]), file.name
        assert [line for line in lines if line.startswith("## ")] == [
            "## Situation",
            "## Decision",
            "## Why",
            "## Price",
        ]
        assert len(lines) <= 45, file.name


def named(path: Path) -> Iterator[tuple[str, str]]:
    """The strings in a module that are exactly the name of a create parameter, docstrings left out."""
    parameters = {name for kind in catalog.DEFAULT.kinds for name in kind.parameters}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and node.value in parameters:
            yield path.name, str(node.value)


def test_0001_the_code_names_no_create_parameter_but_fields_of_a_live_cluster(root):
    effects = {effect.value for effect in Effect}
    live = {p.live for kind in catalog.DEFAULT.kinds for p in kind.parameters.values() if p.live}
    packages = ("spec", "record", "diff", "plan", "execute", "app", "core", "adapters", "render")
    modules = [path for package in packages for path in (root / "ackplan" / package).rglob("*.py")]
    assert len(modules) > 30
    found = {use for path in modules for use in named(path)}
    assert {
        (file, name) for file, name in found if name not in {"name", *catalog.DEFAULT.discriminators, *live, *effects}
    } == set()


@pytest.fixture(scope="module")
def schemas(root: Path) -> dict[str, Any]:
    found = [json.loads(path.read_text("utf-8")) for path in (root / "schemas").glob("*.schema.json")]
    return {schema["$id"]: schema for schema in found}


@pytest.mark.parametrize("kind", catalog.DEFAULT.kinds, ids=lambda kind: kind.name)
def test_0003_both_validators_take_and_refuse_the_same(kind, schemas):
    reference = {"$ref": f"{SPEC}#/$defs/{kind.name}"}
    compiled = jsonschema_rs.Draft202012Validator(reference, registry=jsonschema_rs.Registry(list(schemas.items())))
    resources = [(name, Resource.from_contents(schema)) for name, schema in schemas.items()]
    explaining = Draft202012Validator(reference, registry=Registry().with_resources(resources).crawl())
    given = {**VALID, **TODAY} if kind.section_key else VALID
    valid = {**{name: value for name, value in given.items() if name in kind.keys}, **kind.constants}
    assert compiled.is_valid(valid)
    assert explaining.is_valid(valid)
    parted = []
    for name in [*kind.parameters, *catalog.DEFAULT.own_keys, "unknown"]:
        for value in VALUES:
            body = kind.body({**kind.flat(copy.deepcopy(valid)), name: value})
            if compiled.is_valid(body) != explaining.is_valid(body):
                parted.append((name, value))
    assert parted == []


def types(schema: Any) -> Iterator[str]:
    """Every type that a schema file names."""
    if isinstance(schema, Mapping):
        told = schema.get("type", ())
        yield from [told] if isinstance(told, str) else (name for name in told if isinstance(name, str))
        for part in schema.values():
            yield from types(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from types(part)


def test_0008_no_parameter_takes_null(schemas):
    of_parameters = [schema for name, schema in schemas.items() if not name.endswith("/page.schema.json")]
    found = {name for schema in of_parameters for name in types(schema)}
    assert {"string", "integer", "boolean", "array", "object"} <= found
    assert "null" not in found
