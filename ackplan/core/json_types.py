"""The types of data that came from JSON or YAML, or goes there, where no shape is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

# A value: nested as deep as it may be, to be read only. What is read has lists, what ackplan holds may have tuples.
Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | None"
# An object.
JsonObject: TypeAlias = Mapping[str, Json]


# Parts of a value that has passed a schema. Each raises TypeError where something else stands there.


def mapping(value: Json) -> JsonObject:
    if not isinstance(value, Mapping):
        raise TypeError("an object is expected")
    return value


def items(value: Json) -> Sequence[Json]:
    """The items of a list."""
    if not isinstance(value, list | tuple):
        raise TypeError("a list is expected")
    return value


def texts(value: Json) -> tuple[str, ...]:
    """The items of a list of texts."""
    return tuple(map(str, items(value)))
