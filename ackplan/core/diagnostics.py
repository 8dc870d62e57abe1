"""Errors and warnings as values: a stable code, what, where, why, and what to do.

Nothing here raises or prints. Whoever finds a fault makes a Diagnostic; whoever runs a use case collects them all;
only the command line turns them into text and an exit code.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

# Completes the commands that a text names by what the command that is running was given; without one they stay.
COMPLETE: ContextVar[Callable[[str], str]] = ContextVar("COMPLETE", default=lambda text: text)


def hint(text: str) -> str:
    """The text with every command in it as it has to be typed to be about the same as the command that is running."""
    return COMPLETE.get()(text)


class Severity(enum.Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file. `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `summary` is constant per code; `detail` names things; `cure` says what to do. No secret in any.

    `rule` is the rule of a policy that found it, `FILE/RULE`, and empty for what ackplan itself found.
    """

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    cure: str = ""
    span: Span | None = None
    cluster: str = ""
    parameter: str = ""
    rule: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        subject = "".join(f"{part}: " for part in (self.cluster, self.parameter) if part)
        kind = "" if self.is_error else "warning: "
        detail = f": {self.detail}" if self.detail else ""
        cure = f". {self.cure}" if self.cure else ""
        return f"{place}{self.code} {kind}{subject}{self.summary}{detail}{cure}"


def printable(text: str) -> str:
    """The text with every control, format and other unprintable character written out: nothing moves a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _made(severity: Severity, texts: tuple[str, str, str, str], where: Mapping[str, Any]) -> Diagnostic:
    code, summary, detail, cure = texts
    named: dict[str, Any] = {k: printable(v) if isinstance(v, str) else v for k, v in where.items()}
    return Diagnostic(severity, code, summary, printable(detail), printable(hint(cure)), **named)


def error(code: str, summary: str, detail: str = "", cure: str = "", **where: Any) -> Diagnostic:
    """An error. `where` takes `span`, `cluster`, `parameter` and `rule`. Texts from outside are made printable."""
    return _made(Severity.ERROR, (code, summary, detail, cure), where)


def warning(code: str, summary: str, detail: str = "", cure: str = "", **where: Any) -> Diagnostic:
    """A warning; like `error`."""
    return _made(Severity.WARNING, (code, summary, detail, cure), where)


def made_printable(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic with the names in it fit for a terminal, however it was made."""
    if diagnostic.cluster.isprintable() and diagnostic.parameter.isprintable():
        return diagnostic
    cluster, parameter = printable(diagnostic.cluster), printable(diagnostic.parameter)
    return dataclasses.replace(diagnostic, cluster=cluster, parameter=parameter)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.is_error for diagnostic in diagnostics)


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place, those without one last; otherwise in the order given."""
    return tuple(sorted(diagnostics, key=lambda d: (d.span is None, d.span or Span("", 0, 0))))


class Failure(Exception):
    """Ends a use case: it can't go on for these reasons. Raised by use cases, shown by the command line."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(map(str, diagnostics)))
        self.diagnostics = diagnostics
