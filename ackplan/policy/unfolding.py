"""Bounds what holding a cluster against a JSON Schema may take.

References can name the same schema over and over: forty that each name the next one twice are a million million ways to
go. A schema is counted as if each reference were what it refers to, and may not come to more than a bound.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping

from ackplan.core.json_types import JsonObject
from ackplan.policy.faults import SchemaRefused, value_at
from ackplan.policy.schema_keywords import Path, inner

_MOST = 10_000
_DEEPEST = 100
_REFERENCES = ("$ref", "$dynamicRef")
# The schema of schemas comes with the validator, and is no larger than it is.
_KNOWN = "https://json-schema.org/"


def check(schema: object) -> None:
    """Raises SchemaRefused for what unfolds to too much, refers to itself or is hard to follow."""
    _Unfolding(schema).size(schema, ())


class _Unfolding:
    """One schema; sizes are kept by identity."""

    def __init__(self, schema: object) -> None:
        self._root = schema
        self._anchors = dict(_anchors(schema))
        self._sizes: dict[int, int] = {}
        self._open: list[int] = []

    def size(self, schema: object, path: Path) -> int:
        """How many schemas it is, with all that it refers to."""
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) in self._open:
            raise SchemaRefused("refers to itself: no cluster is of any depth", path)
        if id(schema) not in self._sizes:
            if len(self._open) > _DEEPEST:
                raise SchemaRefused(f"refers to another over more than {_DEEPEST} levels", path)
            self._open.append(id(schema))
            self._sizes[id(schema)] = 1 + sum(self._parts(schema, path))
            self._open.pop()
        if self._sizes[id(schema)] > _MOST:
            raise SchemaRefused(
                f"comes to more than {_MOST:,} schemas, each reference counted as what it refers to", path
            )
        return self._sizes[id(schema)]

    def _parts(self, schema: JsonObject, path: Path) -> Iterator[int]:
        if "$id" in schema and path:
            raise SchemaRefused("has an $id of its own: refer to it as #/$defs/NAME", path)
        for keyword, part, where in inner(schema, path):
            if keyword not in {"$defs", "definitions"}:
                yield self.size(part, where)
        for keyword in _REFERENCES:
            reference = schema.get(keyword)
            if isinstance(reference, str):
                yield self._referred(reference, (*path, keyword))

    def _referred(self, reference: str, path: Path) -> int:
        if reference.startswith(_KNOWN):
            return 1
        if not reference.startswith("#"):
            raise SchemaRefused(f"refers to {reference}: write #/$defs/NAME", path)
        fragment = urllib.parse.unquote(reference[1:])
        if fragment and not fragment.startswith("/"):
            return self.size(self._anchors.get(fragment), path)
        place = _parts_of(fragment)
        return self.size(value_at(self._root, place), place)


def _parts_of(pointer: str) -> Path:
    parts = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    return tuple(int(part) if part.isdecimal() and len(part) < 10 else part for part in parts)


def _anchors(schema: object) -> Iterator[tuple[str, object]]:
    if not isinstance(schema, Mapping):
        return
    yield from ((str(schema[name]), schema) for name in ("$anchor", "$dynamicAnchor") if name in schema)
    for _, part, _ in inner(schema, ()):
        yield from _anchors(part)
