"""How a run speaks: to a person as text, to a program as one JSON object a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import click

from ackplan.adapters.local.clock import timestamp
from ackplan.cli.options import Settings
from ackplan.cli.printing import Lines
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.outcomes import Event, Result
from ackplan.plan.model import Plan


class Voice(Protocol):
    def plan(self, plan: Plan) -> None: ...

    def event(self, event: Event) -> None: ...

    def result(self, result: Result, plan: Plan) -> None: ...

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:
        """Says why a run could not go on; False where that is left to the command line."""
        ...


def voice(settings: Settings, *, asks: bool = False) -> Voice:
    """The voice that the options ask for. `asks`: someone is to approve the plan, who has to see it."""
    output = Lines()
    show = click.echo if asks else output.line
    return _Json(output, show) if settings.format == "json" else _Text(output, show, settings)


class _Text:
    def __init__(self, output: Lines, show: Callable[[str], None], settings: Settings) -> None:
        from ackplan.render import text

        self._text = text
        self._color = settings.color
        self._limits = settings.limits
        self._output = output
        self._show = show

    def plan(self, plan: Plan) -> None:
        self._show(self._text.plan_text(plan, color=self._color, limits=self._limits))

    def event(self, event: Event) -> None:
        line = self._text.event_line(event, color=self._color)
        if line:
            self._output.line(line)

    def result(self, result: Result, plan: Plan) -> None:
        self._output.end(self._text.result_text(result, plan, color=self._color))

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:  # noqa: ARG002 - left to the command line
        return False


class _Json:
    """Terraform's `-json` messages."""

    def __init__(self, output: Lines, show: Callable[[str], None]) -> None:
        from ackplan.render.terraform import stream

        self._stream = stream
        self._kinds: dict[str, Kind] = {}
        self._output = output
        self._show = show
        show(stream.version_message(at=timestamp()))

    def plan(self, plan: Plan) -> None:
        self._kinds = self._stream.kinds_of(plan)
        for line in self._stream.plan_messages(plan, at=timestamp()):
            self._show(line)

    def event(self, event: Event) -> None:
        lines = self._stream.event_json(event, self._kinds, at=timestamp())
        if lines:
            self._output.line(lines)

    def result(self, result: Result, plan: Plan) -> None:
        self._output.line(self._stream.summary_message(result, plan, at=timestamp()))
        if result.complete:
            self._output.line(self._stream.outputs_message(result, plan, at=timestamp()))

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:
        for diagnostic in diagnostics:
            self._output.line(self._stream.diagnostic_message(diagnostic, at=timestamp()))
        return not self._output.lost
