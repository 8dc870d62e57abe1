"""Rows of text as a table with aligned columns, Chinese names included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ackplan.core.language import phrase
from ackplan.render.facts.safe import pad, shortened, width

# Longer than any name or id that the API gives out.
_CELL = 200


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; an empty cell is a dash. Last columns without any content are left out."""
    cells = [[shortened(cell, _CELL) or "-" for cell in row] for row in rows]
    while head and all(row[-1] == "-" for row in cells):
        head, cells = head[:-1], [row[:-1] for row in cells]
    lines = [list(map(phrase, head)), *cells]
    columns = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(pad, line, columns)).rstrip() for line in lines)
