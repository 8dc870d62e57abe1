"""Makes text from outside harmless before it is printed: names, messages and values must not steer a terminal.

Control characters, line ends, direction marks, invisible characters and broken surrogates are written out as escapes,
so that one name stays one piece of one line and reads as what it is.
"""

from __future__ import annotations

import unicodedata

from ackplan.diagnostics import printable

__all__ = ["pad", "printable", "shortened", "width"]

_WIDE = frozenset({"W", "F"})


def shortened(text: str, limit: int) -> str:
    """The text made printable, at most `limit` characters of it; what is cut off shows as an ellipsis."""
    safe = printable(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


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
