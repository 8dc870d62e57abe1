"""Printing that never fails for what it is to print, and in a run for nothing at all.

Text for people is in the encoding of their terminal; a sign that has no place there is put as one that looks like it,
else by its number. What programs read is UTF-8 whatever the terminal takes.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import TextIO

import click

from ackplan.core.language import phrase

_ALIKE = {
    "→": "->", "…": "...", "·": "-", "✓": "+", "✗": "x", "█": "#", "─": "-", "│": "|", "├": "|", "└": "`",
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "×": "x", "~": "~",
}  # fmt: skip


def _alike(fault: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    signs = fault.object[fault.start : fault.end]
    return "".join(_ALIKE.get(sign) or ascii(sign)[1:-1] for sign in signs), fault.end


codecs.register_error("ackplan.alike", _alike)


def prepare() -> None:
    """Text from now on can hold any sign."""
    for stream in (sys.stdout, sys.stderr):
        _set(stream, errors="ackplan.alike")


def as_document() -> None:
    """Standard output from now on is for programs: UTF-8, and half a surrogate pair as JSON names it."""
    _set(sys.stdout, encoding="utf-8", errors="backslashreplace")


def _set(stream: TextIO, errors: str, encoding: str | None = None) -> None:
    """A stream that is closed, or whose file was replaced beneath it, stays as it is."""
    if isinstance(stream, io.TextIOWrapper):
        with contextlib.suppress(OSError, ValueError):
            stream.reconfigure(errors=errors, encoding=encoding)


_ASIDE: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar("aside", default=contextlib.nullcontext)


@contextlib.contextmanager
def aside(cleared: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Within the block whatever is printed here is printed within `cleared`, which makes room for it."""
    token = _ASIDE.set(cleared)
    try:
        yield
    finally:
        _ASIDE.reset(token)


def takes_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours, and nobody said that there should be none."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "") != "dumb"


def say(message: str) -> None:
    """Prints a message on standard error, if that can be done."""
    with contextlib.suppress(OSError, ValueError), _ASIDE.get()():
        click.echo(message, err=True)


def echo_pieces(pieces: Iterable[str]) -> None:
    """Prints a document that need not be in memory as a whole."""
    for piece in pieces:
        click.echo(piece, nl=False)
    click.echo()


class Lines:
    """Standard output of a run, which goes on when it can't be written any more: nobody reads it, or a disk is full."""

    def __init__(self) -> None:
        self.lost = False

    def end(self, text: str) -> None:
        """The last line, on standard error where it is the only way."""
        self.line(text)
        if self.lost:
            say(text)

    def line(self, text: str) -> None:
        if self.lost:
            return
        try:
            with _ASIDE.get()():
                click.echo(text)
        except (OSError, ValueError) as fault:
            self.lost = True
            abandon(sys.stdout)
            why = getattr(fault, "strerror", None) or str(fault)
            lost = "Standard output can't be written any more ({why}). The run goes on; its record tells what it did."
            say(phrase(lost, why=why))


def finish() -> None:
    """Empties the standard streams. What can't be written by now was told already, or is no matter of the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            abandon(stream)


def abandon(stream: TextIO) -> None:
    """What is left in the stream's buffer has nowhere to go, and must not fail a second time at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
