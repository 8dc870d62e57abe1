"""JSON whose long lists are made piece by piece: of a large plan the whole is never in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from ackplan.core import language
from ackplan.documents.parted_json import AsValues, PartedJson, Parts
from ackplan.render.facts.safe import escaped

# So many entries are made at a time.
_ENTRIES = 200

_SEPARATORS = (",", ":")
_text = json.JSONEncoder(separators=_SEPARATORS, sort_keys=True, ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class LazyList:
    """A list of JSON whose entries are made when they are asked for, each time anew.

    What many of them have alike they have as parts.
    """

    make: Callable[[Parts], Iterable[object]]


def whole(value: object) -> object:
    """The value with its lists in full. They stand in mappings, or in those of lists of mappings."""
    if isinstance(value, LazyList):
        return list(value.make(AsValues()))
    if isinstance(value, Mapping) and _has_lazy(value):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list) and any(map(_has_lazy, value)):
        return [whole(inner) for inner in value]
    return value


def texts(value: object) -> Iterator[str]:
    """The JSON of a value in pieces, keys sorted; what is not printable stands as an escape."""
    if isinstance(value, LazyList):
        yield from _entries(value)
    elif isinstance(value, Mapping) and _has_lazy(value):
        for number, name in enumerate(sorted(value)):
            yield escaped(f"{',' if number else '{'}{_text(name)}:")
            yield from texts(value[name])
        yield "}"
    elif isinstance(value, list) and any(map(_has_lazy, value)):
        for number, inner in enumerate(value):
            yield "," if number else "["
            yield from texts(inner)
        yield "]"
    else:
        yield escaped(_text(value))


def _entries(listed: LazyList) -> Iterator[str]:
    """Words in them are English, whatever the language is of whoever takes the pieces."""
    json_of = PartedJson(_SEPARATORS, ensure_ascii=False)
    rest, mark = iter(listed.make(json_of)), "["
    while True:
        with language.speaking(language.ENGLISH):
            some = list(islice(rest, _ENTRIES))
            text = escaped(json_of.text(some)) if some else ""
        if not some:
            break
        yield mark + text[1:-1]
        mark = ","
    yield "]" if mark == "," else "[]"


def _has_lazy(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_lazy, value.values()))
    if isinstance(value, list):
        return any(map(_has_lazy, value))
    return isinstance(value, LazyList)
