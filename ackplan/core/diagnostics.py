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

from ackplan.core import language, messages
from ackplan.core.messages import Message, Text

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


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostic:
    """One finding: a code, which of its messages, and the arguments of that by name. No secret in any.

    Two are equal that say the same of the same place.

    The words stand in a table a language (`ackplan.core.messages`) and are looked up when they are read. `texts` are
    summary, detail and cure of a finding whose words came with it, as out of a plan file. `rule` is the rule of a
    policy that found it, `FILE/RULE`, and empty for what ackplan itself found.
    """

    severity: Severity
    code: str
    variant: str = ""
    arguments: tuple[tuple[str, Text], ...] = ()
    texts: tuple[str, str, str] | None = None
    span: Span | None = None
    cluster: str = ""
    parameter: str = ""
    rule: str = ""

    @property
    def summary(self) -> str:
        """What is wrong, in words that are the same for every finding of the code."""
        return self._relayed[0] if self.texts else messages.message(self.code, language.current()).summary

    @property
    def detail(self) -> str:
        """The names and values that it is about."""
        words = self._relayed[1] if self.texts else messages.filled(self._message.detail, self._named)
        return printable(words)

    @property
    def cure(self) -> str:
        """What to do about it, with commands as they have to be typed here."""
        words = self._relayed[2] if self.texts else messages.filled(self._message.cure, self._named)
        return printable(hint(words))

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def _message(self) -> Message:
        name = f"{self.code}.{self.variant}" if self.variant else self.code
        return messages.message(name, language.current())

    @property
    def _named(self) -> dict[str, Text]:
        """What a message may name: its arguments, and where the finding is; `home` is the cluster of what is inside."""
        home = self.cluster.partition("/")[0]
        places = {"cluster": self.cluster, "home": home, "parameter": self.parameter, "rule": self.rule}
        return {**places, **language.spoken_arguments(dict(self.arguments))}

    @property
    def _relayed(self) -> tuple[str, str, str]:
        return language.relayed(self.code, self.texts or ("", "", ""))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Diagnostic) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        texts = (self.summary, self.detail, self.cure)
        return (self.severity, self.code, texts, self.span, self.cluster, self.parameter, self.rule)

    def __str__(self) -> str:
        return self.line()

    def line(self, *, named: bool = True) -> str:
        """All of it on one line; without the name of the cluster where that stands already (not `named`)."""
        colon, stop = language.phrase(": "), language.phrase(". ")
        place = f"{self.span}: " if self.span else ""
        subject = "".join(f"{part}{colon}" for part in (self.cluster if named else "", self.parameter) if part)
        kind = "" if self.is_error else language.phrase("warning: ")
        detail = f"{colon}{self.detail}" if self.detail else ""
        cure = f"{stop}{self.cure}" if self.cure else ""
        return f"{place}{self.code} {kind}{subject}{self.summary}{detail}{cure}"


def printable(text: str) -> str:
    """The text with every control, format and other unprintable character written out: nothing moves a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def error(
    message: str,
    *texts: str,
    span: Span | None = None,
    cluster: str = "",
    parameter: str = "",
    rule: str = "",
    **arguments: object,
) -> Diagnostic:
    """An error: `CODE` or `CODE.VARIANT` of the table of messages, with the arguments that this names.

    `texts` instead of them: summary, detail, cure. Texts from outside are made printable.
    """
    return _made(Severity.ERROR, message, texts, (span, cluster, parameter, rule), arguments)


def warning(
    message: str,
    *texts: str,
    span: Span | None = None,
    cluster: str = "",
    parameter: str = "",
    rule: str = "",
    **arguments: object,
) -> Diagnostic:
    """A warning; like `error`."""
    return _made(Severity.WARNING, message, texts, (span, cluster, parameter, rule), arguments)


def _made(
    severity: Severity,
    message: str,
    texts: tuple[str, ...],
    at: tuple[Span | None, str, str, str],
    arguments: Mapping[str, object],
) -> Diagnostic:
    code, _, variant = message.partition(".")
    words = (*texts, "", "") if texts else ()
    span, cluster, parameter, rule = at
    return Diagnostic(
        severity,
        code,
        variant,
        tuple((name, value if isinstance(value, int) else str(value)) for name, value in arguments.items()),
        (words[0], words[1], words[2]) if words else None,
        span,
        printable(cluster),
        printable(parameter),
        printable(rule),
    )


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
