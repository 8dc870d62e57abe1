"""What the Terraform provider for Alibaba Cloud calls our resources: types, addresses, attributes and their types.

`schemas/terraform-provider.json` says what its resources have, `x-ack-provider` which attribute a parameter is. What
the provider has no attribute for keeps the API's own name. Parameters of the guide that are gone from the provider are
shown under its former names too, for what was written for these.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ackplan.core.address import Address
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.parameters import Parameter
from ackplan.core.catalog.schema_types import ProviderResource
from ackplan.core.catalog.schemas import PROVIDER, Schemas
from ackplan.core.json_types import Json, JsonObject

# Keys, and places in lists.
AttributePath: TypeAlias = "tuple[str | int, ...]"
_NONE: ProviderResource = {}


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where a resource of the provider has a value, and its type there; None for what the provider does not have.

    A type is `text`, `number`, `boolean`, `list`, `map`, or a list with the types of the parts of a block. `items` are
    the parts of an item of the API that a block names otherwise.
    """

    path: AttributePath
    type: Json = None
    items: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """As documents write it: `management.auto_repair`."""
        return ".".join(part for part in self.path if isinstance(part, str))

    def value(self, value: Json) -> Json:
        """A value of the API in the type that it has here; as it is, where it can't be of that type."""
        if self.type is None or (self.type == "text" and isinstance(value, str)):
            return value
        renamed = [_renamed(item, self.items) for item in value] if self.items and isinstance(value, list) else value
        return converted(renamed, self.type)


@dataclass(frozen=True, slots=True)
class WorkersPool:
    """The node pool that the API makes of the workers which a cluster of the guide counts, in a module of its own.

    `name` is that of the pool; `attributes` are the pool's, each with the parameter of the cluster that it is.
    """

    type: str
    name: str
    module: str
    attributes: tuple[tuple[str, Attribute], ...]


def name_of(address: Address) -> tuple[str, str]:
    """Name and index of a resource: those of what is inside of a cluster have its name, and their own as index."""
    return (address.name, "") if address.parent is None else (address.root.name, address.name)


def address_of(resource: str, name: str, index: str = "") -> str:
    """An address as Terraform writes it: `alicloud_cs_kubernetes_node_pool.shop["web"]`."""
    named = f"{resource}.{name}" if resource else name
    if not index:
        return named
    quoted = json.dumps(index, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return f"{named}[{quoted}]"


@functools.cache
def attributes_of(kind: Kind) -> Mapping[str, tuple[Attribute, ...]]:
    """Where the values of each parameter of a kind stand, the provider's own place first."""
    has = _resource(kind.catalog.schemas, kind.resource).get("attributes", {})
    return {name: tuple(_attributes(parameter, kind, has)) for name, parameter in kind.parameters.items()}


@functools.cache
def former_attributes_of(kind: Kind) -> Mapping[str, tuple[Attribute, ...]]:
    """The same as plan files of formats 1 and 2 have it: each under one name, in the API's type but for tags."""
    today = attributes_of(kind)
    types = {name: "map" if today[name][0].type == "map" else None for name in today}
    return {name: (Attribute((parameter.provider,), types[name]),) for name, parameter in kind.parameters.items()}


@functools.cache
def parameters_of_attributes(kind: Kind) -> Mapping[str, str]:
    """The parameter of a kind that each of its attributes is, by its name (`management.auto_repair`)."""
    pairs = ((attribute.name, name) for name, places in attributes_of(kind).items() for attribute in places)
    return dict(reversed(list(pairs)))


@functools.cache
def without_attribute(kind: Kind) -> tuple[str, ...]:
    """The parameters of a kind that today's provider has no attribute for."""
    return tuple(name for name, places in attributes_of(kind).items() if places[0].type is None)


@functools.cache
def ids_of(kind: Kind) -> Mapping[str, str]:
    """The attributes that hold ids: each a text with `{id}`, and `{cluster}` for that of its cluster."""
    return _resource(kind.catalog.schemas, kind.resource).get("ids", {"id": "{id}"})


@functools.cache
def workers_of(kind: Kind) -> WorkersPool | None:
    """The node pool of the workers that a kind counts; None of a kind that has its own pools, or no workers there."""
    schemas = kind.catalog.schemas
    workers = _resource(schemas, kind.resource).get("workers")
    if workers is None or kind.count_parameter is None:
        return None
    has = _resource(schemas, workers["type"]).get("attributes", {})
    named = tuple(
        (parameter, _attribute(path, has, ()))
        for parameter, path in workers["attributes"].items()
        if parameter in kind.parameters
    )
    return WorkersPool(workers["type"], workers["name"], workers["module"], named)


def converted(value: Json, kind: Json) -> Json:
    """A value in the type that an attribute has; as it is, where it can't be of that type."""
    if isinstance(kind, list):
        (parts,) = kind
        return [_block(item, parts) for item in value] if isinstance(value, list | tuple) else value
    match kind:
        case "text":
            return _text(value)
        case "number":
            return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value
        case "boolean":
            return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
        case "list":
            return [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        case "map":
            return _pairs(value) if isinstance(value, list | tuple) else value
    return value


def _text(value: Json) -> Json:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _block(item: Json, parts: Json) -> Json:
    if not isinstance(item, Mapping) or not isinstance(parts, Mapping):
        return item
    return {key: converted(value, parts.get(key)) for key, value in item.items()}


def _pairs(value: list[Json] | tuple[Json, ...]) -> Json:
    return {str(pair.get("key", "")): pair.get("value", "") for pair in value if isinstance(pair, Mapping)}


def _renamed(item: Json, names: tuple[tuple[str, str], ...]) -> Json:
    if not names or not isinstance(item, Mapping):
        return item
    other = dict(names)
    return {other.get(key, key): value for key, value in item.items()}


def _resource(schemas: Schemas, name: str) -> ProviderResource:
    return schemas.read(PROVIDER)["resources"].get(name, _NONE)


def _attributes(parameter: Parameter, kind: Kind, has: JsonObject) -> Iterator[Attribute]:
    """Today's place first, then the former one of a parameter of the guide."""
    parts = parameter.schema.get("items", {}).get("properties", {})
    items = tuple((key, part["x-ack-provider"]) for key, part in parts.items() if "x-ack-provider" in part)
    places = (_attribute(path, has, items) for path in parameter.provider_names if not path.endswith("#"))
    today = next((place for place in places if place.type is not None), None)
    former = _attribute(parameter.provider, {}, items)
    if today:
        yield today
    if not today or (not kind.section_key and former.path != today.path):
        yield former


def _attribute(path: str, has: JsonObject, items: tuple[tuple[str, str], ...]) -> Attribute:
    """The attribute at a dotted path. A part of a block stands in the block's first item, also where no `0` says so."""
    parts: list[str | int] = []
    here: Json = has
    for key in path.split("."):
        if key == "0":
            parts.append(0)
            here = here[0] if isinstance(here, list) else _ITEM.get(here) if isinstance(here, str) else None
            continue
        if parts and isinstance(parts[-1], str) and not (isinstance(here, Mapping)):
            parts.append(0)
            here = here[0] if isinstance(here, list) else None
        parts.append(key)
        here = here.get(key) if isinstance(here, Mapping) else None
    return Attribute(tuple(parts), here, items)


# What an item of a list of the provider is.
_ITEM: Mapping[str, str] = {"list": "text"}
