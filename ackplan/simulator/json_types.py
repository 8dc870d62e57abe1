"""What JSON is made of, and how parts of it are read that are to be of one type.

Bodies have passed their schemas before they are read so; a live state that somebody wrote has not. Raises ValueError
for a part of another type, and KeyError for one that is missing and has no default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, Json]


def text(source: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = source[name] if default is None else source.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name}: a text is expected")
    return value


def number(source: Mapping[str, object], name: str, default: int | None = None) -> int:
    """A whole number, which may stand in a text."""
    value = source[name] if default is None else source.get(name, default)
    if not isinstance(value, int | float | str):
        raise ValueError(f"{name}: a number is expected")
    return int(value)


def texts(source: Mapping[str, object], name: str) -> list[str]:
    """A list of texts; empty where it is missing."""
    value = source.get(name, ())
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name}: a list is expected")
    return [str(part) for part in value]


def inner(source: Mapping[str, Json], *names: str) -> Mapping[str, Json]:
    """The object that lies inside of objects, by the names on the way."""
    for name in names:
        part = source[name]
        if not isinstance(part, Mapping):
            raise ValueError(f"{name}: an object is expected")
        source = part
    return source


def objects(source: Mapping[str, object], name: str) -> Sequence[Mapping[str, Json]]:
    """A list of objects; empty where it is missing."""
    parts = source.get(name, [])
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
        raise ValueError(f"{name}: a list of objects is expected")
    return parts
