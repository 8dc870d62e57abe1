"""The schema files as data: the only thing that the simulator shares with the rest of ackplan."""

from __future__ import annotations

import functools
import json
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_BASE = "https://ackplan.dev/schemas/"
_ENDING = ".schema.json"


def read(name: str) -> Any:
    """One schema, by its name without the ending."""
    return _load(f"{name}{_ENDING}")


@functools.cache
def operations() -> Sequence[Mapping[str, Any]]:
    """The calls of the contract (`operations.json`)."""
    found: Sequence[Mapping[str, Any]] = _load("operations.json")["operations"]
    return found


@functools.cache
def bodies(operation: str) -> Sequence[str]:
    """The schemas that the body of a call may have; none for a call without a body."""
    (said,) = (said for said in operations() if said["id"] == operation)
    return tuple(name.removesuffix(_ENDING) for name in said.get("bodies", ()))


@functools.cache
def _load(file: str) -> Any:
    """A file of the schemas: beside the code in a wheel, one folder up in a checkout."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{file}")
        except FileNotFoundError:
            continue
        if data is not None:
            return json.loads(data)
    raise FileNotFoundError(f"schemas/{file} is missing from this installation of ackplan")


@functools.cache
def validator(name: str, fragment: str = "#/$defs/parameters") -> Draft202012Validator:
    """A validator of a part of a body's schema; unless told otherwise, all but 'there is nothing else'."""
    return Draft202012Validator({"$ref": f"{read(name)['$id']}{fragment}"}, registry=_registry())


def passes(name: str, body: Any) -> bool:
    """Whether a body's parameters are surely as they should be; decided much faster than `validator` explains it.

    What the compiled validator can't read, such as half a surrogate pair, is left to the other one.
    """
    try:
        return _compiled(name)(body)
    except ValueError:
        return False


@functools.cache
def _compiled(name: str) -> Callable[[Any], bool]:
    known = jsonschema_rs.Registry([(read(other)["$id"], read(other)) for other in _names()])
    schema = {"$ref": f"{read(name)['$id']}#/$defs/parameters"}
    return jsonschema_rs.Draft202012Validator(schema, registry=known).is_valid


def _names() -> list[str]:
    return ["definitions", *(name for said in operations() for name in bodies(said["id"]))]


@functools.cache
def _registry() -> Registry[Any]:
    resources = [(read(name)["$id"], DRAFT202012.create_resource(read(name))) for name in _names()]
    return Registry().with_resources(resources).crawl()


def properties(name: str) -> dict[str, Any]:
    """A body's parameters by name, references not followed."""
    found: dict[str, Any] = read(name)["$defs"]["properties"]["properties"]
    return found


def types(name: str, parameter: str) -> frozenset[str]:
    """The JSON types that a parameter may have, as far as the schema says."""
    found = _follow(properties(name).get(parameter, {}), name).get("type", ())
    return frozenset([found] if isinstance(found, str) else found)


@functools.cache
def made_networks() -> Mapping[str, str]:
    """The networks that a create call makes where they and the VPC are left out, by parameter (guide 2.1)."""
    named: Mapping[str, Any] = read("definitions")["$defs"]
    return {name: part["x-ack-made"] for name, part in named.items() if "x-ack-made" in part}


def _follow(schema: Any, file: str) -> Any:
    while "type" not in schema and "$ref" in schema:
        target, _, pointer = schema["$ref"].partition("#")
        file = target.removeprefix(_BASE).removesuffix(_ENDING) or file
        schema = read(file)
        for part in filter(None, pointer.split("/")):
            schema = schema[part]
    return schema
