"""The forms of findings, by the names that commands know them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ackplan.core.diagnostics import Diagnostic
from ackplan.render.findings import github, junit, sarif

# A form takes the diagnostics, and the clusters that were looked at.
Form = Callable[[Sequence[Diagnostic], Sequence[str]], str]

FORMS: Mapping[str, Form] = {
    "sarif": lambda diagnostics, _: sarif.log(diagnostics),
    "junit": junit.report,
    "github": lambda diagnostics, _: github.commands(diagnostics),
}
