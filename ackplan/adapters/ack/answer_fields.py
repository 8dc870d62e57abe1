"""Reads the fields of answers: strictly what a decision hangs on, anything else as far as it can be shown.

What is required has the right type or makes the answer `Malformed`. What is only shown comes as a short line of
printable text whatever its type was, or as nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ackplan.adapters.ack.error_bodies import one_line
from ackplan.core.json_types import Json, JsonObject

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LONGEST: Final = 1024
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
# Control and format characters, line and paragraph separators, halves of pairs: they move a terminal or turn a text.
_CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Malformed(Exception):
    """The answer is not of the shape that the operation has; says what is wrong, never a value of it."""


def mapping_of(item: Json, what: str) -> JsonObject:
    """An object. Raises Malformed for anything else."""
    if not isinstance(item, dict):
        raise Malformed(f"{what} is not an object")
    return item


def listed(fields: JsonObject, name: str) -> list[Json]:
    """A list; null is an empty one. Raises Malformed where it is absent or anything else."""
    if name not in fields:
        raise Malformed(f'"{name}" is not a list')
    return items(fields[name], name)


def items(item: Json, name: str) -> list[Json]:
    """The items of a list; null has none. Raises Malformed for anything else."""
    if item is None:
        return []
    if not isinstance(item, list):
        raise Malformed(f'"{name}" is not a list')
    return item


def shown(fields: JsonObject, name: str) -> str:
    """What a field says, as one printable line: text, a number or a truth; empty for anything else."""
    field = fields.get(name)
    if isinstance(field, str):
        return one_line(field)
    if isinstance(field, bool):
        return str(field).lower()
    return str(field) if isinstance(field, int | float) and abs(field) < 1e15 else ""


def text(fields: JsonObject, name: str, *, required: bool = False) -> str:
    """A short text without control characters; empty where it may be absent and is. Raises Malformed."""
    field = fields.get(name)
    if field is None and not required:
        return ""
    if not isinstance(field, str) or (required and not field):
        raise Malformed(f'"{name}" is not a text')
    if len(field) > _LONGEST:
        raise Malformed(f'"{name}" is longer than {_LONGEST} characters')
    if not field.isprintable() and _CONTROL.intersection(map(unicodedata.category, field)):
        raise Malformed(f'"{name}" has control characters')
    return field


def name_of(fields: JsonObject) -> str:
    """A cluster's name: anything at all, for one strange name must not hide all other clusters. Shown with care."""
    name = fields.get("name")
    if not isinstance(name, str) or not name or len(name) > _LONGEST:
        raise Malformed('"name" is not a short text')
    return name


def id_of(fields: JsonObject, name: str) -> str:
    """An id that is safe to stand in a path. Raises Malformed for anything else."""
    identifier = text(fields, name, required=True)
    if not ID.fullmatch(identifier):
        raise Malformed(f'"{name}" is not an id')
    return identifier


def id_if_any(fields: JsonObject, name: str) -> str | None:
    """An id, where the answer has one; None also for what is none."""
    identifier = shown(fields, name)
    return identifier if ID.fullmatch(identifier) else None


def amount(number: Json) -> int | None:
    """A whole number from 0 on, or a text that is one; None for anything else."""
    if isinstance(number, str):
        return int(number) if _DIGITS.fullmatch(number) else None
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9 else None


def total_of(page: Json) -> int | None:
    """How many things there are on all pages; None where it is not told. Raises Malformed for no number."""
    told = mapping_of(page, "the page").get("total_count") if page is not None else None
    total = amount(told)
    if total is None and told not in (None, ""):
        raise Malformed('"total_count" is not a number of things')
    return total
