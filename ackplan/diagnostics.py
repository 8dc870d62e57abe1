"""Errors and warnings as values: a stable code, what, where, why, and what to do.

Nothing here raises or prints. Whoever finds a fault makes a Diagnostic; whoever runs a use case collects them all;
only the command line turns them into text and an exit code.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


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
    """One finding. `summary` is constant per code; `detail` names things; `cure` says what to do. No secret in any."""

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    cure: str = ""
    span: Span | None = None
    cluster: str = ""
    parameter: str = ""

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


def error(code: str, summary: str, detail: str = "", cure: str = "", **where: object) -> Diagnostic:
    """An error. `where` takes `span`, `cluster` and `parameter`."""
    return Diagnostic(Severity.ERROR, code, summary, detail, cure, **where)  # type: ignore[arg-type]


def warning(code: str, summary: str, detail: str = "", cure: str = "", **where: object) -> Diagnostic:
    """A warning. `where` takes `span`, `cluster` and `parameter`."""
    return Diagnostic(Severity.WARNING, code, summary, detail, cure, **where)  # type: ignore[arg-type]


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
