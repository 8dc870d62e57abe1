"""The schema files, validators over them, and the guide's own examples with their masked ids completed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_ROOT = Path(__file__).parents[3]
OTHERS = ("policy.schema.json", "prices.schema.json", "workspaces.schema.json", "page.schema.json")
_EXAMPLES = Path(__file__).parent / "examples"


class Fault(NamedTuple):
    """One refusal: the JSON path, the keyword that failed, and the rule that the failing subschema states."""

    path: str
    keyword: str
    rule: str | None


@pytest.fixture(scope="session")
def schemas() -> dict[str, Any]:
    """Every JSON Schema of the API and the spec by file name; those of policies, workspaces and pages have their own tests."""
    files = [path for path in sorted((_ROOT / "schemas").glob("*.schema.json")) if path.name not in OTHERS]
    return {path.name: json.loads(path.read_text()) for path in files}


@pytest.fixture(scope="session")
def operations() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_ROOT / "schemas/operations.json").read_text())["operations"]
    return found


@pytest.fixture(scope="session")
def merged(schemas: dict[str, Any]) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
    """A parameter of `FILE` with what it refers to folded in; the nearer annotation wins."""

    def merge(file: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref") or schema.get("$dynamicRef")
        if reference is None:
            return dict(schema)
        name, _, pointer = reference.partition("#")
        target = schemas[name or file]
        for step in pointer.split("/")[1:] if "/" in pointer else ("$defs", pointer):
            target = target[step]
        return {**merge(name or file, target), **schema}

    return merge


@pytest.fixture(scope="session")
def parameters(
    schemas: dict[str, Any], merged: Callable[[str, Mapping[str, Any]], dict[str, Any]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Every body's parameters, merged, by file name and by their own name."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file, schema in schemas.items():
        raw = schema["$defs"].get("properties", {}).get("properties", {})
        if raw:
            found[file] = {name: merged(file, part) for name, part in raw.items()}
    return found


@pytest.fixture(scope="session")
def validator(schemas: dict[str, Any]) -> Callable[[str], Draft202012Validator]:
    """A validator for `FILE` or `FILE#/pointer`."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )

    def build(place: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"https://ackplan.dev/schemas/{place}"}, registry=registry)

    return build


@pytest.fixture(scope="session")
def refused(validator: Callable[[str], Draft202012Validator]) -> Callable[[str, Any], set[Fault]]:
    """Why `FILE` or `FILE#/pointer` refuses a value; empty where it accepts it.

    A value refused inside makes its whole's keys count as unevaluated: that echo of a deeper fault is left out.
    """

    def faults(place: str, value: Any) -> Iterator[Fault]:
        for error in validator(place).iter_errors(value):
            rule = error.schema.get("x-ack-rule") if isinstance(error.schema, Mapping) else None
            yield Fault(error.json_path, str(error.validator), rule)

    def run(place: str, value: Any) -> set[Fault]:
        found = set(faults(place, value))
        return {fault for fault in found if not echoes(fault, found)}

    def echoes(fault: Fault, found: set[Fault]) -> bool:
        deeper = any(other.path != fault.path and other.path.startswith(fault.path) for other in found)
        return fault.keyword == "unevaluatedProperties" and deeper

    return run


@pytest.fixture
def example() -> Callable[[str], dict[str, Any]]:
    """One of the guide's examples, free to be changed."""

    def load(name: str) -> dict[str, Any]:
        body: dict[str, Any] = json.loads((_EXAMPLES / f"{name}.json").read_text())
        return body

    return load


@pytest.fixture
def changed(example: Callable[[str], dict[str, Any]]) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
    """An example with some parameters set otherwise; one set to `...` is taken away."""

    def change(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        body = {**example(name), **copy.deepcopy(dict(changes))}
        return {key: value for key, value in body.items() if value is not ...}

    return change


@pytest.fixture
def as_spec() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A create body as a spec holds it: secrets by reference, and the size that the guide's edge example lacks."""

    def convert(body: Mapping[str, Any]) -> dict[str, Any]:
        secret = {"login_password": {"env": "ACK_NODE_PASSWORD"}} if "login_password" in body else {}
        size = {"worker_system_disk_size": 120} if body.get("profile") == "Edge" else {}
        return {**size, **body, **secret}

    return convert
