"""Finds what a JSON Schema would silently ignore: a misspelt keyword, or a parameter that no cluster has.

Such a schema lets everything pass, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.documents import schema_words
from ackplan.policy.faults import SchemaRefused

_ONE = ("items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
        "not", "if", "then", "else", "contentSchema")  # fmt: skip
_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
# Of these a schema is for the same value as the one that it stands in.
_SAME = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
_PLAIN = (
    "$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment",
    "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
    "maxProperties", "minProperties", "required", "dependentRequired", "format", "contentEncoding",
    "contentMediaType", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples",
)  # fmt: skip
_KEYWORDS = frozenset({*_ONE, *_SEVERAL, *_NAMED, *_PLAIN})

Path = tuple[str | int, ...]


def check(schema: Json, properties: Collection[str]) -> None:
    """Raises SchemaRefused for a keyword that JSON Schema does not have, and for a key that no cluster has."""
    _check(schema, (), properties)


def _check(schema: Json, path: Path, properties: Collection[str]) -> None:
    """`properties` are the keys that the value of this schema can have; empty where that is not known."""
    if not isinstance(schema, Mapping):
        return
    for keyword in schema:
        if keyword not in _KEYWORDS and not keyword.startswith("x-"):
            near = schema_words.suggestion(keyword, _KEYWORDS)
            raise SchemaRefused("is no keyword of JSON Schema" + (f": {near}" if near else ""), (*path, keyword))
    for name, where in _keys(schema, path) if properties else ():
        if name not in properties:
            near = schema_words.suggestion(name, properties)
            raise SchemaRefused(f'no cluster has "{name}"' + (f": {near}" if near else ""), where)
    for keyword, part, where in inner(schema, path):
        _check(part, where, properties if keyword in _SAME else ())


def _keys(schema: JsonObject, path: Path) -> Iterator[tuple[str, Path]]:
    yield from ((name, (*path, "properties", name)) for name in mapping(schema.get("properties", {})))
    yield from ((name, (*path, "required", at)) for at, name in enumerate(texts(schema.get("required", ()))))


def inner(schema: JsonObject, path: Path) -> Iterator[tuple[str, Json, Path]]:
    """The schemas right in this one: the keyword that each stands under, and where it is."""
    for keyword in _ONE:
        if keyword in schema:
            yield keyword, schema[keyword], (*path, keyword)
    for keyword in _SEVERAL:
        yield from ((keyword, part, (*path, keyword, at)) for at, part in enumerate(items(schema.get(keyword, ()))))
    for keyword in _NAMED:
        yield from ((keyword, part, (*path, keyword, name)) for name, part in mapping(schema.get(keyword, {})).items())
