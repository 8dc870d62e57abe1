"""What calls that answer page by page read of their query."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import refusals

MOST = 100


def number(query: Mapping[str, str], name: str, default: int, most: int | None = None) -> int:
    """A whole number of at least 1. Raises Refusal 400 for something else, or one above `most`."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise refusals.invalid(name, "a number of at least 1 is expected")
    if most is not None and int(text) > most:
        raise refusals.invalid(name, f"it is above {most}")
    return int(text)
