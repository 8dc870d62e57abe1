"""Writes values and clusters as YAML, in the layout that `ackplan fmt` gives.

What is written is read back as exactly the same value, by this program and by any reader of YAML 1.2: text that could
be taken for something else is quoted, and characters that YAML does not print are escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ackplan.core.json_types import JsonObject
from ackplan.documents.scalars import plain

# What needs no quotes: words of any script, durations and networks. No YAML reader takes them for anything else.
_SAFE = re.compile(r"[^\W\d_][\w./-]*|[0-9]+[smh]|[0-9]+(\.[0-9]+){3}/[0-9]+")
# Readers of YAML 1.1 take these for true and false.
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off"})
_WIDTH = 100
_INDENT = "  "


def text_of(value: object) -> str:
    """A value on one line: a number, truth or text, a list or mapping in YAML's flow style."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text_of(str(key))}: {text_of(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return str(value)


def _is_plain(text: str) -> bool:
    if text.lower() in _TRUTHS:
        return False
    return bool(_SAFE.fullmatch(text)) and text.isprintable() and plain(text, None) == text


def _quoted(text: str) -> str:
    whole = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escaped(character) for character in whole)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def entry(key: str, value: object, depth: int, note: str = "") -> Iterator[str]:
    """The lines of `key: value`; a list or mapping too long for one line goes below its key."""
    space, behind = _INDENT * depth, f"  # {comment(note)}" if note else ""
    name, line = text_of(key), text_of(value)
    parts = value and len(space) + len(name) + len(line) > _WIDTH
    if parts and isinstance(value, Mapping):
        yield f"{space}{name}:{behind}"
        for inner, part in value.items():
            yield from entry(str(inner), part, depth + 1)
    elif parts and isinstance(value, list | tuple):
        yield f"{space}{name}:{behind}"
        yield from (f"{space}{_INDENT}- {text_of(item)}" for item in value)
    else:
        yield f"{space}{name}: {line}{behind}"


def comment(text: str) -> str:
    """A text fit for a comment: on one line, printable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cluster(name: str, body: JsonObject, notes: Mapping[str, str], remarks: Sequence[str] = ()) -> Iterator[str]:
    """The lines of one cluster below `clusters:`; `notes` stand behind its keys, `remarks` above it."""
    yield from (f"{_INDENT}# {comment(remark)}" for remark in remarks)
    yield f"{_INDENT}{text_of(name)}:"
    for key, value in body.items():
        yield from entry(key, value, 2, notes.get(key, ""))


def document(head: Iterable[str], region: str | None, clusters: Iterable[Iterable[str]]) -> str:
    """A spec: the lines of its head, which are comments, and its clusters."""
    outline = ["ackplan: 1", *([f"region: {text_of(region)}"] if region else []), "clusters:"]
    return "\n".join([*head, *outline, *(line for lines in clusters for line in lines)]) + "\n"
