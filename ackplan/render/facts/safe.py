"""Makes text from outside harmless before it is printed: names, messages and values must not steer a terminal.

Control characters, line ends, direction marks, invisible characters and broken surrogates are written out as escapes,
so that one name stays one piece of one line and reads as what it is.
"""

from __future__ import annotations

import json
import re
import unicodedata

from ackplan.core.diagnostics import printable

__all__ = ["escaped", "json_text", "pad", "printable", "shortened", "width"]

# What json.dumps leaves as it is and may not be harmless: line ends are those of its own layout.
_SPECIAL = re.compile("[^ -~\n]")
_WIDE = frozenset({"W", "F"})


def shortened(text: str, limit: int) -> str:
    """The text made printable, at most `limit` characters of it; what is cut off shows as an ellipsis."""
    safe = printable(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def json_text(value: object, indent: int | None = None) -> str:
    """The value as JSON that moves no terminal either: such characters stand as escapes, which mean the same."""
    return escaped(json.dumps(value, ensure_ascii=False, indent=indent))


def escaped(text: str) -> str:
    """JSON with every character that is invisible, steers a terminal or is broken as an escape."""
    # Of ASCII the encoder leaves but one such character; to look for that takes no time.
    return text if text.isascii() and "\x7f" not in text else _SPECIAL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def width(text: str) -> int:
    """How many columns of a terminal printable text takes: Chinese characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def pad(text: str, columns: int) -> str:
    """The text with spaces behind it, up to `columns` columns of a terminal."""
    return text + " " * max(0, columns - width(text))
