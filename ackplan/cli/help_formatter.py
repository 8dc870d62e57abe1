"""Lays help out in the columns of a terminal, in which a Chinese character takes two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from ackplan.core.language import phrase
from ackplan.render.facts.safe import width

# A word, white space, or one character of a script without spaces; what opens or ends a clause stays with it.
_PIECE = re.compile(r"[\[（「]?(?:[\x21-\x7e]+|\s+|.)[，。；：、）」！？]*")
_COLUMNS = 30


class HelpFormatter(click.HelpFormatter):
    """As click's, for text that may be wide; ASCII is laid out as click does it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Writes how a command is called."""
        title = phrase("Usage:")
        super().write_usage(prog, args, f"{title} " if prefix is None and title.isascii() else prefix or title)

    def write_heading(self, heading: str) -> None:
        """Writes the title of a section."""
        self.write(f"{'':>{self.current_indent}}{heading}{phrase(': ').strip()}\n")

    def write_text(self, text: str) -> None:
        """Writes paragraphs, wrapped; those that begin with \\b stay as they are."""
        if text.isascii():
            super().write_text(text)
            return
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            kept = paragraph.startswith("\b")
            lines = paragraph.splitlines()[1:] if kept else wrapped(paragraph, self.width - self.current_indent)
            self.write("\n" * (number > 0) + "".join(f"{indent}{line}\n" for line in lines))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _COLUMNS, col_spacing: int = 2) -> None:
        """Writes two columns."""
        rows = list(rows)
        if all(text.isascii() for row in rows for text in row):
            super().write_dl(rows, col_max, col_spacing)
            return
        first = min(max(width(name) for name, _ in rows), col_max) + col_spacing
        start = " " * (first + self.current_indent)
        for name, text in rows:
            lines = wrapped(text, max(self.width - first - self.current_indent - 2, 10)) or [""]
            room = first - width(name)
            head = " " * self.current_indent + name
            self.write(
                f"{head}{' ' * room}{lines[0]}".rstrip() if room >= col_spacing else f"{head}\n{start}{lines[0]}"
            )
            self.write("".join(f"\n{start}{line}" for line in lines[1:]) + "\n")


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of so many columns at most, where its words allow it."""
    return list(_lines(text, columns))


def _lines(text: str, columns: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _PIECE.findall(" ".join(text.split())):
        wide = width(piece)
        if line and used + wide > columns:
            yield line.rstrip()
            line, used = "", 0
        if line or not piece.isspace():
            line, used = line + piece, used + wide
    if line:
        yield line.rstrip()
