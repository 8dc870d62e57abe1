"""A fleet on the terminal: a steady view of how far it is, a line as each workspace ends, and signals.

Where output is no terminal, lines on standard error say how far each workspace is.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ackplan.cli.loop import interrupted_by
from ackplan.cli.printing import say
from ackplan.cli.steady_view import SteadyView, at_the_bottom, size, steady
from ackplan.core.language import phrase, sentences
from ackplan.render.facts.fleet_progress import FleetProgress
from ackplan.render.text.workspaces import progress_text
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import WorkspaceResult

# Seconds between two lines that tell how far one workspace is, and between two drawings in a terminal.
_EVERY, _DRAWN = 5.0, 0.5


class FleetConsole:
    """Tells how far a command is. `interrupted`: a signal came."""

    AGAIN = "Press Ctrl-C again to stop at once."

    def __init__(self, total: int, *, color: bool = False) -> None:
        self._total = total
        self._color = color
        self._ended = 0
        self._said: dict[str, float] = {}
        self._done: dict[str, int] = {}
        self._view: SteadyView | None = None
        self._progress = FleetProgress(total, _now())
        self.interrupted = False

    def counts_to(self, total: int) -> None:
        """From now on it is of so many workspaces."""
        self._total, self._progress = total, FleetProgress(total, _now())

    def started(self, entry: WorkspaceEntry) -> None:
        self._said[entry.name] = _now()
        self._progress.started(entry.name, _now())

    def progress(self, entry: WorkspaceEntry, done: int, steps: int) -> None:
        self._progress.step(entry.name, done, steps)
        now = _now()
        news = steps and done > self._done.get(entry.name, 0)
        if self._view is None and news and now - self._said[entry.name] >= _EVERY:
            self._said[entry.name], self._done[entry.name] = now, done
            say("        " + phrase("{name}: {done} of {steps} steps", name=entry.name, done=done, steps=steps))

    def ended(self, result: WorkspaceResult) -> None:
        self._ended += 1
        self._progress.ended(result)
        say(progress_text(result, self._ended, self._total))

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """The first signal lets each workspace end in order, the second ends them at once."""

        def caught() -> None:
            if not self.interrupted:
                stopping = phrase("Stopping: no workspace is started, those that run end in order.")
                say("\n" + sentences(stopping, phrase(self.AGAIN)))
            self.interrupted = True
            stop()

        with ExitStack() as stack:
            stack.enter_context(interrupted_by(caught))
            if steady():
                self._view = stack.enter_context(at_the_bottom())
                self._keep_drawing(stack)
            yield

    def _keep_drawing(self, stack: ExitStack) -> None:
        loop = asyncio.get_running_loop()
        ticking = loop.create_task(self._ticking())
        stack.callback(ticking.cancel)
        loop.add_signal_handler(signal.SIGWINCH, self._draw)
        stack.callback(loop.remove_signal_handler, signal.SIGWINCH)

    async def _ticking(self) -> None:
        while True:
            self._draw()
            await asyncio.sleep(_DRAWN)

    def _draw(self) -> None:
        from ackplan.render.text.fleet_progress import fleet_view

        if self._view is not None:
            self._view.draw(fleet_view(self._progress.at(_now()), *size(), color=self._color))


def _now() -> float:
    return asyncio.get_running_loop().time()
