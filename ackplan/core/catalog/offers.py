"""What an editor offers inside of a cluster: every key and what it is for.

Editors offer names where they stand as plain properties, and take any rule about their values at its word, though a
value may be `${var.NAME}` and its kind be known only once templates are laid over each other. So names and meanings
are all that is offered; whether a cluster is right, `ackplan validate` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ackplan.core.catalog.api import Catalog
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import SPEC, Schemas

_NAME = "name"  # what is filled in from the key of an entry


def offered(catalog: Catalog) -> dict[str, Schema]:
    """The properties of a cluster or template of any kind, with descriptions and no rules."""
    definitions = catalog.spec["$defs"]
    own = {**definitions["own"]["properties"], **definitions["sections"]["properties"]}
    properties = {name: _named(catalog.schemas, schema, SPEC) for name, schema in own.items()}
    for kind in catalog.kinds:
        written = catalog.schemas.read(kind.schema_file)["$defs"]["properties"]["properties"]
        for name in kind.keys & written.keys() - {kind.name_parameter.name}:
            properties.setdefault(name, _named(catalog.schemas, written[name], kind.schema_file))
    return dict(sorted(properties.items()))


def _named(schemas: Schemas, schema: Schema, base: str) -> Schema:
    """Description, properties and items of a schema, and of what it refers to; what stands under any key, too."""
    offer: Schema = {}
    for part, place in _followed(schemas, schema, base):
        if "description" in part:
            offer.setdefault("description", part["description"])
        if "properties" in part:
            offer["properties"] = {**_inside(schemas, part["properties"], place), **offer.get("properties", {})}
        if "items" in part:
            offer.setdefault("items", _named(schemas, part["items"], place))
        entries = part.get("additionalProperties")
        if isinstance(entries, Mapping):
            offer.setdefault("additionalProperties", _named(schemas, entries, place))
    return offer


def _inside(schemas: Schemas, properties: Mapping[str, Schema], base: str) -> dict[str, Schema]:
    """The properties by their names, but for what the key of an entry fills in."""
    filled = {name for name, schema in properties.items() if schemas.merged(schema, base).get("x-ack-fill") == _NAME}
    return {name: _named(schemas, schema, base) for name, schema in properties.items() if name not in filled}


def _followed(schemas: Schemas, schema: Schema, base: str) -> Iterator[tuple[Schema, str]]:
    """A schema, then what it refers to, each with its file. A secret is a reference object in a spec."""
    yield schema, base
    if "$dynamicRef" in schema:
        yield from _followed(schemas, schemas.read(SPEC)["$defs"]["secret_reference"], SPEC)
    elif "$ref" in schema:
        yield from _followed(schemas, *schemas.follow(schema["$ref"], base))
    for part in schema.get("allOf", ()):
        if "$ref" in part:
            yield from _followed(schemas, part, base)
