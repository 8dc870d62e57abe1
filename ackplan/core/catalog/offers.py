"""What an editor offers inside of a cluster: every key and what it is for.

Editors offer names where they stand as plain properties, and take any rule about their values at its word, though a
value may be `${var.NAME}` and its kind be known only once templates are laid over each other. So names and meanings
are all that is offered; whether a cluster is right, `ackplan validate` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.catalog.api import Catalog
from ackplan.core.catalog.schema_types import Schema
from ackplan.core.catalog.schemas import SPEC, Schemas

_FROM_THE_NAME = {"name"}  # the key of the cluster's entry


def offered(catalog: Catalog) -> dict[str, Schema]:
    """The properties of a cluster or template of any kind, with descriptions and no rules."""
    own = catalog.spec["$defs"]["own"]["properties"]
    properties = {name: _named(catalog.schemas, schema, SPEC) for name, schema in own.items()}
    for kind in catalog.kinds:
        written = catalog.schemas.read(kind.schema_file)["$defs"]["properties"]["properties"]
        for name in kind.keys & written.keys() - _FROM_THE_NAME:
            properties.setdefault(name, _named(catalog.schemas, written[name], kind.schema_file))
    return dict(sorted(properties.items()))


def _named(schemas: Schemas, schema: Schema, base: str) -> Schema:
    """Description, properties and items of a schema, and of what it refers to."""
    offer: Schema = {}
    for part, place in _followed(schemas, schema, base):
        if "description" in part:
            offer.setdefault("description", part["description"])
        if "properties" in part:
            inner = {name: _named(schemas, value, place) for name, value in part["properties"].items()}
            offer.setdefault("properties", inner)
        if "items" in part:
            offer.setdefault("items", _named(schemas, part["items"], place))
    return offer


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
