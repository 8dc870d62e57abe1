"""An apply that speaks to whoever runs many of them: a line as each step ends, and one of the whole at the end.

Where the cloud is waited for, the same line says once in a while that answers come: by that, whoever runs it on another
machine knows that it is alive.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from ackplan.app.run_view import Reporter, RunEnd
from ackplan.cli.printing import Lines
from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Event, Moment, Outcome, Result
from ackplan.plan.model import Plan
from ackplan.render.facts.workspace_summary import failure_summary, progress_line, run_summary

# Seconds between two lines that say that answers come.
_EVERY = 2.0
_CLIENT = "ackplan.adapters.ack"
# Which argument of the client's line is the status of an answer.
_OUTCOME = 2


class SummaryVoice:
    """See `ackplan.cli.run_output.Voice`."""

    def __init__(self, limits: Limits, settled: Callable[[str], None] = lambda _line: None) -> None:
        """`settled` is called with the end of a run, that did all of its steps, before the record is written."""
        self._limits = limits
        self._settled = settled
        self._outcomes: dict[str, Outcome] = {}
        self._plan: Plan | None = None
        self._said = time.monotonic()
        self._output = Lines()
        self._steps = self._ended = 0
        self._told = False

    def plan(self, plan: Plan) -> None:
        self._plan, self._steps = plan, len(plan.steps)
        self._tell()

    def follow(self, plan: Plan) -> None:
        """The line of each step has all counts."""

    def going(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def event(self, event: Event) -> None:
        if event.moment is not Moment.ENDED:
            return
        self._ended += 1
        self._tell()
        if event.step is not None and event.outcome is not None:
            self._outcomes[event.step.id] = event.outcome
        result = Result(self._outcomes)
        if self._plan is not None and len(self._outcomes) == self._steps and result.complete:
            self._settled(run_summary(self._plan, result, "", self._limits))

    def answered(self) -> None:
        """An answer came from the API."""
        if time.monotonic() - self._said >= _EVERY:
            self._tell()

    def _tell(self) -> None:
        self._said = time.monotonic()
        self._output.line(progress_line(self._ended, self._steps))

    def result(self, result: Result, plan: Plan) -> None:
        """Nothing yet: the end tells it."""

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:
        if not self._told:
            self._output.line(failure_summary(diagnostics))
        return True

    def end(self, end: RunEnd) -> None:
        """The end of the run, told once."""
        self._told = True
        self._output.line(run_summary(end.plan, end.result, end.run, self._limits))

    def reporter(self, report: Reporter) -> Reporter:
        """Keeps a report, and then tells the end."""
        return _Reporting(self, report)


class _Reporting:
    def __init__(self, voice: SummaryVoice, report: Reporter) -> None:
        self._voice = voice
        self._report = report

    def write(self, end: RunEnd) -> None:
        self._report.write(end)
        self._voice.end(end)


class Answers(logging.Handler):
    """Hears, by what the client logs, of each answer that came from the API."""

    def __init__(self, heard: Callable[[], None]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    @classmethod
    def listen(cls, heard: Callable[[], None]) -> None:
        """`heard` is called at each answer, from now on."""
        logger = logging.getLogger(_CLIENT)
        logger.addHandler(cls(heard))
        logger.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        if len(arguments) > _OUTCOME and str(arguments[_OUTCOME]).isdigit():
            self._heard()
