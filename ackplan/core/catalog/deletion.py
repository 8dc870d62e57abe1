"""What becomes of cloud resources when a cluster is deleted: from its own keys to the query of the call, and back.

The keys are those that, by their schema, an operation takes in its query. What each means is told by its shape: a truth
keeps all, a list of texts keeps what it names, a list of objects says it by kinds. Which kinds there are, what they
mean and which of them stay unless told otherwise stands in the schema too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ackplan.core.json_types import Json, JsonObject, items, mapping, texts

if TYPE_CHECKING:
    from ackplan.core.catalog.api import Catalog
    from ackplan.core.catalog.parameters import Parameter
    from ackplan.core.catalog.schema_types import Schema

_KEPT: Final = "retain"


@dataclass(frozen=True, slots=True)
class Leavings:
    """What a deletion leaves and what it takes along, in words, each with the API's own name for it.

    `everything`: all that was made for the cluster stays. `named` are the ids of what stays besides.
    """

    kept: tuple[str, ...]
    removed: tuple[str, ...]
    named: tuple[str, ...] = ()
    everything: bool = False


def deletion_query(catalog: Catalog, own: JsonObject, operation: str) -> dict[str, str]:
    """The query of the operation that deletes: the own keys that it takes, as text."""
    return {key.name: _text(own[key.name]) for key in _keys(catalog, operation) if key.name in own}


def _keys(catalog: Catalog, operation: str) -> Iterator[Parameter]:
    return (key for key in catalog.own_keys.values() if key.operation == operation)


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def leavings(catalog: Catalog, query: Mapping[str, str], operation: str) -> Leavings:
    """What a deletion with this query leaves. Raises ValueError for a query that no own keys give."""
    keys = {key.name: key.schema for key in _keys(catalog, operation)}
    try:
        return _leavings(keys, {name: json.loads(text) for name, text in query.items()})
    except (LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError("the query has what no deletion takes") from fault


def _leavings(keys: Mapping[str, Schema], values: JsonObject) -> Leavings:
    kinds = next(kinds for schema in keys.values() if (kinds := _kinds(schema)))
    modes: dict[str, Json] = dict.fromkeys(kinds.words, None)
    named: list[str] = []
    for name, value in values.items():
        if _kinds(keys[name]) is not None:
            modes |= dict(map(kinds.mode, map(mapping, items(value))))
        elif keys[name].get("type") == "array":
            named += texts(value)
    if modes.keys() != kinds.words.keys():
        raise ValueError("it names a kind of cloud resources that there is not")
    stays = {kind: kind in kinds.kept if mode is None else mode == _KEPT for kind, mode in modes.items()}
    worded = {kind: f"{words} ({kind})" for kind, words in kinds.words.items()}
    return Leavings(
        tuple(worded[kind] for kind in worded if stays[kind]),
        tuple(worded[kind] for kind in worded if not stays[kind]),
        tuple(named),
        any(value is True for value in values.values()),
    )


@dataclass(frozen=True, slots=True)
class _ResourceKinds:
    """The part of an item that names a kind of cloud resource, what each means, and those that stay by themselves."""

    name: str
    words: Mapping[str, str]
    kept: Sequence[str]

    def mode(self, item: JsonObject) -> tuple[str, Json]:
        """The kind that an item names, and what it says of that kind: the only thing besides."""
        (said,) = (value for name, value in item.items() if name != self.name)
        return str(item[self.name]), said


def _kinds(schema: Schema) -> _ResourceKinds | None:
    parts = schema.get("items", {}).get("properties", {})
    naming = ((name, part) for name, part in parts.items() if "x-ack-words" in part)
    return next((_ResourceKinds(name, part["x-ack-words"], part.get("x-ack-kept", ())) for name, part in naming), None)
