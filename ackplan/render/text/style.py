"""Colours by meaning, and diagnostics, which look the same wherever they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import click

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.safe import printable


class _Ink(TypedDict, total=False):
    """How click writes a text."""

    fg: str
    bold: bool
    dim: bool


_TONES: dict[str, _Ink] = {
    "+": {"fg": "green"},
    "~": {"fg": "yellow"},
    "-": {"fg": "red"},
    "-/+": {"fg": "red"},
    "<=": {"fg": "cyan"},
    ".": {"fg": "cyan"},
    "!": {"fg": "red", "bold": True},
    "bold": {"bold": True},
    "dim": {"dim": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "drift": {"fg": "magenta"},
    "good": {"fg": "green", "bold": True},
}


@dataclass(frozen=True, slots=True)
class Style:
    """Colours text when `color` is set, and leaves it alone otherwise."""

    color: bool

    def __call__(self, tone: str, text: str) -> str:
        """The text in the colour of `tone`: a mark of a change, or one of the words above."""
        return click.style(text, **_TONES[tone]) if self.color and text and tone in _TONES else text


def diagnostic_line(diagnostic: Diagnostic, style: Style, *, named: bool = True) -> str:
    """`FILE:LINE:COLUMN: CODE ...` on one line, the code coloured by severity."""
    text = printable(diagnostic.line(named=named))
    start = len(printable(f"{diagnostic.span}: ")) if diagnostic.span else 0
    end = start + len(printable(diagnostic.code))
    tone = "error" if diagnostic.is_error else "warning"
    return text[:start] + style(tone, text[start:end]) + text[end:]


def diagnostic_without_cluster(diagnostic: Diagnostic, style: Style) -> str:
    """The same where the cluster's name stands already."""
    return diagnostic_line(diagnostic, style, named=False)


def diagnostics_text(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """One line each."""
    style = Style(color)
    return "\n".join(diagnostic_line(diagnostic, style) for diagnostic in diagnostics)
