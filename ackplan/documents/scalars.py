"""Plain scalars in YAML 1.2's core schema: `no`, `on`, `1_000` are text, `012` is twelve."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import TypeAlias

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.documents.tree import Mark, span_of

Scalar: TypeAlias = str | int | float | bool | None
_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SPECIAL_START = frozenset("~nNtTfF.+-0123456789")
_MAX_DIGITS = 40
_WHOLE = 1e15


class Refused(Exception):
    """Something that no spec may hold; reading the file ends with it."""

    def __init__(self, diagnostic: Diagnostic, mark: Mark | None) -> None:
        super().__init__(diagnostic.code)
        self.diagnostic = diagnostic if mark is None else dataclasses.replace(diagnostic, span=span_of(mark))


def plain(text: str, mark: Mark | None) -> Scalar:
    """The value of a plain scalar. Raises Refused for a number that is out of range."""
    if text and text[0] not in _SPECIAL_START:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise Refused(error("ACK1010.digits", count=len(text)), mark)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return _float(text, mark) if _FLOAT.fullmatch(text) else text


def requoted(value: Scalar, word: str) -> str:
    """How to write what is meant, where `value` is written as `word` and should be text, or is text and should not be.

    Empty where `word` is not how the value is written: it came from a variable, say.
    """
    if isinstance(value, str):
        return value if word in {f'"{value}"', f"'{value}'"} else ""
    try:
        read = plain(word, None) if word else ""
    except Refused:
        return ""
    return f'"{word}"' if type(read) is type(value) and read == value else ""


def _float(text: str, mark: Mark | None) -> float:
    number = (
        math.nan
        if text[-3:].lower() == "nan"
        else float(text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf"))
    )
    if not math.isfinite(number):
        raise Refused(error("ACK1010.value", number=text[:_MAX_DIGITS]), mark)
    # JSON Schema takes 4.0 for a whole number; the API does not.
    return int(number) if number.is_integer() and abs(number) < _WHOLE else number
