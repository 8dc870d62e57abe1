"""Values as a reader of a spec would write them, without secrets. Absent, null, false, zero and empty all differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from ackplan.core import catalog
from ackplan.core.json_types import Json
from ackplan.core.language import phrase
from ackplan.core.values import ABSENT, SENSITIVE, Absent
from ackplan.render.facts.safe import printable

# To ask whether these are mappings takes longer than all else of them.
PLAIN = frozenset({str, int, bool, float, type(None)})
NOT_SET = "(not set)"
# `json.dumps` makes an encoder each time.
_json_of = json.JSONEncoder(ensure_ascii=False).encode


def redacted(value: Json) -> Json:
    """A copy of JSON data in which every secret, at whatever depth, is replaced by words that say so."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if isinstance(value, Mapping):
        secret = catalog.DEFAULT.secret_names
        return {
            key: SENSITIVE if key in secret else inner if type(inner) in PLAIN else redacted(inner)
            for key, inner in value.items()
        }
    return value


def written(value: Json | Absent, *, secret: bool = False) -> str:
    """The value on one line, printable: strings in quotes, lists and mappings as YAML's flow style has them."""
    if value is ABSENT:
        return phrase(NOT_SET)
    if secret:
        return phrase(SENSITIVE)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ", ".join(map(_pair, value, value.values())) + "}"
    return printable(str(value))


def quoted(text: str) -> str:
    """The text in double quotes, on one line, printable."""
    return printable(_json_of(text))


def _pair(key: str, value: Json) -> str:
    return f"{printable(str(key))}: {written(value, secret=key in catalog.DEFAULT.secret_names)}"


def parts(value: Json | Absent) -> tuple[str, ...]:
    """The elements of a list or the pairs of a mapping, each on one line."""
    if isinstance(value, Mapping):
        return tuple(map(_pair, value, value.values()))
    return tuple(map(written, value)) if isinstance(value, list | tuple) else ()


def brackets(value: Json | Absent) -> tuple[str, str]:
    """What opens and closes a value that is written on several lines; empty for one that never is."""
    if isinstance(value, Mapping):
        return "{", "}"
    return ("[", "]") if isinstance(value, list | tuple) else ("", "")


def compared(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts of a list or mapping on both sides, in order, each with a mark: `+`, `-`, or a space for both."""
    for tag, start, end, new_start, new_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", part) for part in before[start:end])
            continue
        yield from (("-", part) for part in before[start:end])
        yield from (("+", part) for part in after[new_start:new_end])
