"""Finds what a JSON Schema would silently ignore: a misspelt keyword, or a parameter that no cluster or node pool has.

Such a schema lets everything pass, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

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
# The keys that a value can have, each with those inside of it; None where that is not known.
Keys: TypeAlias = Mapping[str, "Keys | None"]


def keys_of(names: Iterable[str]) -> Keys:
    """The keys of parameters with these dotted names."""
    inner: dict[str, list[str]] = {}
    for name in names:
        key, _, rest = name.partition(".")
        inner.setdefault(key, []).append(rest)
    return {key: keys_of(rests) if all(rests) else None for key, rests in inner.items()}


def check(schema: Json, keys: Keys, what: str) -> None:
    """Raises SchemaRefused for a keyword that JSON Schema does not have, and for a key that no `what` has."""
    _check(schema, (), keys, what)


def _check(schema: Json, path: Path, properties: Keys | None, what: str) -> None:
    """`properties` are the keys that the value of this schema can have."""
    if not isinstance(schema, Mapping):
        return
    for keyword in schema:
        if keyword not in _KEYWORDS and not keyword.startswith("x-"):
            near = schema_words.suggestion(keyword, _KEYWORDS)
            raise SchemaRefused("is no keyword of JSON Schema" + (f": {near}" if near else ""), (*path, keyword))
    keys = properties or {}
    for name, where in _keys(schema, path) if keys else ():
        if name not in keys:
            near = schema_words.suggestion(name, keys)
            raise SchemaRefused(f'no {what} has "{name}"' + (f": {near}" if near else ""), where)
    for keyword, part, where in inner(schema, path):
        within = keys.get(str(where[-1])) if keyword == "properties" else None
        _check(part, where, properties if keyword in _SAME else within, what)


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
