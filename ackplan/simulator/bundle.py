"""The schema files as data: the only thing that the simulator shares with the rest of ackplan."""

from __future__ import annotations

import functools
import json
import pkgutil
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_FILES = (
    "definitions",
    "create-dedicated",
    "create-managed",
    "create-edge",
    "create-serverless",
    "scale-out",
    "scale",
    "attach",
    "attach-script",
    "remove-nodes",
)
CREATE = ("create-dedicated", "create-managed", "create-edge", "create-serverless")
_BASE = "https://ackplan.dev/schemas/"


@functools.cache
def read(name: str) -> Any:
    """One schema: beside the code in a wheel, one folder up in a checkout."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{name}.schema.json")
        except FileNotFoundError:
            continue
        if data is not None:
            return json.loads(data)
    raise FileNotFoundError(f"schemas/{name}.schema.json is missing from this installation of ackplan")


@functools.cache
def validator(name: str, fragment: str = "#/$defs/parameters") -> Draft202012Validator:
    """A validator of a part of a body's schema; unless told otherwise, all but 'there is nothing else'."""
    return Draft202012Validator({"$ref": f"{read(name)['$id']}{fragment}"}, registry=_registry())


@functools.cache
def _registry() -> Registry[Any]:
    resources = [(read(name)["$id"], DRAFT202012.create_resource(read(name))) for name in _FILES]
    return Registry().with_resources(resources)


def properties(name: str) -> dict[str, Any]:
    """A body's parameters by name, references not followed."""
    found: dict[str, Any] = read(name)["$defs"]["properties"]["properties"]
    return found


def types(name: str, parameter: str) -> frozenset[str]:
    """The JSON types that a parameter may have, as far as the schema says."""
    found = _follow(properties(name).get(parameter, {}), name).get("type", ())
    return frozenset([found] if isinstance(found, str) else found)


def _follow(schema: Any, file: str) -> Any:
    while "type" not in schema and "$ref" in schema:
        target, _, pointer = schema["$ref"].partition("#")
        file = target.removeprefix(_BASE).removesuffix(".schema.json") or file
        schema = read(file)
        for part in filter(None, pointer.split("/")):
            schema = schema[part]
    return schema
