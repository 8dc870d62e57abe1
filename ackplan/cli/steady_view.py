"""A few lines that stay at the bottom of a terminal while others scroll by above them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ackplan.cli import printing
from ackplan.render.facts.safe import width

_INK = re.compile(r"\x1b\[[0-9;]*m")


def steady() -> bool:
    """Whether standard output is a terminal that can take lines back."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in {"", "dumb"}


def size() -> tuple[int, int]:
    """Columns and rows of the terminal as it is now, whatever the environment says."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        columns, rows = shutil.get_terminal_size()
    return columns or 80, rows or 24


class SteadyView:
    """The lines that stay. Whatever else is printed, on standard error too, goes above them by `cleared`."""

    def __init__(self) -> None:
        self._lines: Sequence[str] = ()
        self._hidden = False

    def draw(self, lines: Sequence[str]) -> None:
        """Puts these lines in the place of those that stood there. Nothing where the same stand there already."""
        self._write(self._erased() + "".join(f"{line}\n" for line in lines))
        self._lines = lines

    def close(self) -> None:
        """Takes the lines away for good."""
        self.draw(())

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """Within the block the lines are away."""
        lines = self._lines
        if not lines or self._hidden:
            yield
            return
        self.draw(())
        self._hidden = True
        try:
            yield
        finally:
            self._hidden = False
            self.draw(lines)

    def _erased(self) -> str:
        """Goes up over what was drawn: a terminal that became narrower broke lines that are wider than it now is."""
        columns = size()[0]
        rows = sum(max(1, -(-width(_INK.sub("", line)) // columns)) for line in self._lines)
        return f"\x1b[{rows}F\x1b[J" if rows else ""

    def _write(self, text: str) -> None:
        """A terminal that went away is no matter of the run."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except (OSError, ValueError):
            self._lines = ()


@contextmanager
def at_the_bottom() -> Iterator[SteadyView]:
    """A steady view as long as the block lasts: all that `ackplan.cli.printing` prints meanwhile goes above it."""
    view = SteadyView()
    with printing.aside(view.cleared):
        try:
            yield view
        finally:
            view.close()
