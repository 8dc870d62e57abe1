"""Workflow commands of GitHub Actions, which become annotations beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.facts.safe import printable
from ackplan.render.findings.content import message

_CI_VALUE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_CI_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def commands(diagnostics: Iterable[Diagnostic], notice: str = "") -> str:
    """Workflow commands, one a line: an annotation for each finding, and one for `notice`. Empty without either."""
    lines = [_annotation(diagnostic) for diagnostic in diagnostics]
    if notice:
        lines.append(f"::notice title=ackplan::{printable(notice).translate(_CI_VALUE)}")
    return "\n".join(lines)


def _annotation(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = {"file": span.file, "line": str(span.line), "col": str(span.column)} if span else {}
    properties = {**place, "title": f"{diagnostic.code} {diagnostic.summary}"}
    given = ",".join(f"{key}={printable(value).translate(_CI_PROPERTY)}" for key, value in properties.items())
    return f"::{diagnostic.severity.value} {given}::{message(diagnostic).translate(_CI_VALUE)}"
