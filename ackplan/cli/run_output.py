"""How a run speaks: to a person as text, to a program as one JSON object a line.

In a terminal some lines stay at the bottom and say how far it is; what ended scrolls by above them. Where output goes
to a log, lines have time stamps, and one says so once in a while; programs get the same as a message.
"""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from ackplan.adapters.local.clock import timestamp
from ackplan.cli.options import Settings
from ackplan.cli.printing import Lines
from ackplan.cli.steady_view import SteadyView, at_the_bottom, size, steady
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.outcomes import Event, Moment, Result
from ackplan.plan.model import Plan

if TYPE_CHECKING:
    from ackplan.render.facts.progress import RunProgress

# Seconds between two drawings in a terminal, two lines in a log, two messages for programs.
_DRAWN, _LOGGED, _BEAT = 0.5, 30.0, 10.0


class Voice(Protocol):
    def plan(self, plan: Plan) -> None: ...

    def follow(self, plan: Plan) -> None:
        """The plan whose steps are about to run."""
        ...

    def going(self) -> AbstractContextManager[None]:
        """Lasts as long as steps run: meanwhile it says how far the run is, whether or not anything happens."""
        ...

    def event(self, event: Event) -> None: ...

    def result(self, result: Result, plan: Plan) -> None: ...

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:
        """Says why a run could not go on; False where that is left to the command line."""
        ...


def voice(settings: Settings, *, asks: bool = False) -> Voice:
    """The voice that the options ask for. `asks`: someone is to approve the plan, who has to see it."""
    output = Lines()
    show = click.echo if asks else output.line
    if settings.format == "json":
        return _Json(output, show, settings)
    return (_Steady if steady() else _Text)(output, show, settings)


class _Following:
    """Knows how far a run is, and says so every `_EVERY` seconds."""

    _EVERY = _LOGGED

    def __init__(self, settings: Settings) -> None:
        self._limits = settings.limits
        self._scale = settings.time_scale if settings.sandbox else 1.0
        self._progress: RunProgress | None = None

    def follow(self, plan: Plan) -> None:
        from ackplan.render.facts.progress import RunProgress

        self._progress = RunProgress(plan.steps, self._limits, scale=self._scale)

    def _take(self, event: Event) -> None:
        if self._progress is not None:
            self._progress.take(event, asyncio.get_running_loop().time())

    @contextmanager
    def going(self) -> Iterator[None]:
        ticking = asyncio.get_running_loop().create_task(self._ticking())
        try:
            yield
        finally:
            ticking.cancel()

    async def _ticking(self) -> None:
        while True:
            await asyncio.sleep(self._EVERY)
            self._tick()

    def _tick(self) -> None:
        if self._progress is not None:
            self._say(self._progress, asyncio.get_running_loop().time())

    def _say(self, progress: RunProgress, now: float) -> None:
        raise NotImplementedError


class _Text(_Following):
    def __init__(self, output: Lines, show: Callable[[str], None], settings: Settings) -> None:
        super().__init__(settings)
        from ackplan.render import text

        self._text = text
        self._color = settings.color
        self._output = output
        self._show = show
        self._shares: dict[str, str] = {}
        self._said_share = -math.inf

    def plan(self, plan: Plan) -> None:
        self._show(self._text.plan_text(plan, color=self._color, limits=self._limits))

    def event(self, event: Event) -> None:
        self._take(event)
        line = self._text.event_line(event, color=self._color)
        if line and (event.moment is not Moment.PROGRESS or self._is_further(event)):
            self._output.line(f"{timestamp()} {line}")

    def _is_further(self, event: Event) -> bool:
        """Whether a task says another share of its work than before, and no task did a moment ago."""
        now = asyncio.get_running_loop().time()
        step = event.step.id if event.step is not None else ""
        if "%" not in event.detail or self._shares.get(step) == event.detail or now < self._said_share + _LOGGED:
            return False
        self._shares[step], self._said_share = event.detail, now
        return True

    def _say(self, progress: RunProgress, now: float) -> None:
        from ackplan.render.facts.progress import progress_words

        self._output.line(f"{timestamp()} {progress_words(progress.at(now))}")

    def result(self, result: Result, plan: Plan) -> None:
        self._output.end(self._text.result_text(result, plan, color=self._color))

    def failure(self, diagnostics: Iterable[Diagnostic]) -> bool:  # noqa: ARG002 - left to the command line
        return False


class _Steady(_Text):
    """A terminal that can take lines back."""

    _EVERY = _DRAWN
    _view: SteadyView | None = None

    def event(self, event: Event) -> None:
        self._take(event)
        if event.moment in {Moment.ENDED, Moment.NOTE}:
            line = self._text.event_line(event, color=self._color)
            if line:
                self._output.line(line)

    @contextmanager
    def going(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        with ExitStack() as stack:
            self._view = stack.enter_context(at_the_bottom())
            stack.enter_context(super().going())
            loop.add_signal_handler(signal.SIGWINCH, self._tick)
            stack.callback(loop.remove_signal_handler, signal.SIGWINCH)
            # Drawn once the block has begun: whoever sees it can interrupt it.
            stack.callback(loop.call_soon(self._tick).cancel)
            yield

    def _say(self, progress: RunProgress, now: float) -> None:
        from ackplan.render.text.progress import progress_view

        if self._view is not None:
            self._view.draw(progress_view(progress.at(now), *size(), color=self._color))


class _Json(_Following):
    """Terraform's `-json` messages."""

    _EVERY = _BEAT

    def __init__(self, output: Lines, show: Callable[[str], None], settings: Settings) -> None:
        super().__init__(settings)
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

    def _say(self, progress: RunProgress, now: float) -> None:
        self._output.line(self._stream.progress_message(progress.at(now), at=timestamp()))

    def event(self, event: Event) -> None:
        self._take(event)
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
