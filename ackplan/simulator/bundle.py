"""The schema files as data: the only thing that the simulator shares with the rest of ackplan."""

from __future__ import annotations

import functools
import json
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing.jsonschema import DRAFT202012, SchemaRegistry

from ackplan.simulator.json_types import Json, JsonObject, inner, number, objects, text, texts

_BASE = "https://ackplan.dev/schemas/"
_ENDING = ".schema.json"


def read(name: str) -> JsonObject:
    """One schema, by its name without the ending."""
    return _load(f"{name}{_ENDING}")


@dataclass(frozen=True, slots=True)
class Contract:
    """One call of the contract. `also` are other paths of it, `bodies` the schemas that its body may have.

    `bodies_today` are those that it may have besides, of today's API.
    """

    id: str
    method: str
    path: str
    also: Sequence[str]
    changes: bool
    status: int
    bodies: Sequence[str]
    bodies_today: Sequence[str] = ()


@functools.cache
def operations() -> Sequence[Contract]:
    """The calls of the contract (`operations.json`)."""
    return tuple(_contract(entry) for entry in objects(_load("operations.json"), "operations"))


def _contract(entry: Mapping[str, Json]) -> Contract:
    return Contract(
        id=text(entry, "id"),
        method=text(entry, "method"),
        path=text(entry, "path"),
        also=texts(entry, "also"),
        changes=bool(entry["changes"]),
        status=number(entry, "status"),
        bodies=[name.removesuffix(_ENDING) for name in texts(entry, "bodies")],
        bodies_today=[name.removesuffix(_ENDING) for name in texts(entry, "bodies_today")],
    )


@functools.cache
def bodies(operation: str) -> Sequence[str]:
    """The schemas that the body of a call may have; none for a call without a body."""
    return _contract_of(operation).bodies


@functools.cache
def bodies_today(operation: str) -> Sequence[str]:
    """The schemas of today's API that it may have besides."""
    return _contract_of(operation).bodies_today


def _contract_of(operation: str) -> Contract:
    (contract,) = (contract for contract in operations() if contract.id == operation)
    return contract


def _id(name: str) -> str:
    return text(read(name), "$id")


def is_list(operation: str) -> bool:
    """Whether the body of a call is a bare list. Its schema's parameters are those of an item then."""
    return any(is_list_schema(name) for name in bodies(operation))


def is_list_schema(name: str) -> bool:
    """Whether a schema is that of a bare list."""
    return read(name).get("type") == "array"


def is_todays(name: str) -> bool:
    """Whether a body is of today's API, all of whose parameters its schema has."""
    return "x-ack-source" in read(name)


@functools.cache
def _load(file: str) -> JsonObject:
    """A file of the schemas: beside the code in a wheel, one folder up in a checkout."""
    for folder in ("schemas", "../schemas"):
        try:
            data = pkgutil.get_data("ackplan", f"{folder}/{file}")
        except FileNotFoundError:
            continue
        if data is not None:
            document: JsonObject = json.loads(data)
            return document
    raise FileNotFoundError(f"schemas/{file} is missing from this installation of ackplan")


@functools.cache
def validator(name: str, fragment: str = "#/$defs/parameters") -> Draft202012Validator:
    """A validator of a part of a body's schema; unless told otherwise, all but 'there is nothing else'."""
    return Draft202012Validator({"$ref": f"{_id(name)}{fragment}"}, registry=_registry())


def passes(name: str, body: object) -> bool:
    """Whether a body's parameters are surely as they should be; decided much faster than `validator` explains it.

    What the compiled validator can't read, such as half a surrogate pair, is left to the other one.
    """
    try:
        return _compiled(name)(body)
    except ValueError:
        return False


@functools.cache
def _compiled(name: str) -> Callable[[object], bool]:
    known = jsonschema_rs.Registry([(_id(other), read(other)) for other in _names()])
    schema = {"$ref": f"{_id(name)}#/$defs/parameters"}
    return jsonschema_rs.Draft202012Validator(schema, registry=known).is_valid


def _names() -> list[str]:
    bodies = (name for contract in operations() for name in (*contract.bodies, *contract.bodies_today))
    return ["definitions", *bodies]


@functools.cache
def _registry() -> SchemaRegistry:
    resources = [(_id(name), DRAFT202012.create_resource(read(name))) for name in _names()]
    return SchemaRegistry().with_resources(resources).crawl()


def properties(name: str) -> Mapping[str, Json]:
    """A body's parameters by name, references not followed."""
    return inner(read(name), "$defs", "properties", "properties")


def required(name: str) -> Sequence[str]:
    """The parameters that a body must have whatever else it has."""
    return texts(inner(read(name), "$defs", "rules"), "required")


def defaults_to_true(name: str, parameter: str) -> bool:
    """Whether a parameter that is left out means true."""
    parameters = properties(name)
    schema = _follow(inner(parameters, parameter), name) if parameter in parameters else {}
    return schema.get("default") is True


def types(name: str, parameter: str) -> frozenset[str]:
    """The JSON types that a parameter may have, as far as the schema says."""
    parameters = properties(name)
    schema = _follow(inner(parameters, parameter), name) if parameter in parameters else {}
    return frozenset([text(schema, "type")] if isinstance(schema.get("type"), str) else texts(schema, "type"))


@functools.cache
def made_networks() -> Mapping[str, str]:
    """The networks that a create call makes where they and the VPC are left out, by parameter (guide 2.1)."""
    named = inner(read("definitions"), "$defs")
    parts = {name: part for name, part in named.items() if isinstance(part, Mapping)}
    return {name: text(part, "x-ack-made") for name, part in parts.items() if "x-ack-made" in part}


def _follow(schema: Mapping[str, Json], file: str) -> Mapping[str, Json]:
    while "type" not in schema and "$ref" in schema:
        target, _, pointer = text(schema, "$ref").partition("#")
        file = target.removeprefix(_BASE).removesuffix(_ENDING) or file
        schema = inner(read(file), *filter(None, pointer.split("/")))
    return schema
