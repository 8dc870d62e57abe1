"""A fleet on the terminal: a line on standard error as each workspace ends, and signals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ackplan.cli.loop import interrupted_by
from ackplan.cli.printing import say
from ackplan.core.language import phrase
from ackplan.render.text.workspaces import progress_text
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import WorkspaceResult

# Seconds between two lines that tell how far one workspace is.
_EVERY = 5.0


class FleetConsole:
    """Tells how far a command is. `interrupted`: a signal came."""

    AGAIN = "Press Ctrl-C again to stop at once."

    def __init__(self, total: int) -> None:
        self._total = total
        self._ended = 0
        self._said: dict[str, float] = {}
        self._done: dict[str, int] = {}
        self.interrupted = False

    def started(self, entry: WorkspaceEntry) -> None:
        self._said[entry.name] = asyncio.get_running_loop().time()

    def progress(self, entry: WorkspaceEntry, done: int, steps: int) -> None:
        now = asyncio.get_running_loop().time()
        news = steps and done > self._done.get(entry.name, 0)
        if news and now - self._said[entry.name] >= _EVERY:
            self._said[entry.name], self._done[entry.name] = now, done
            say("        " + phrase("{name}: {done} of {steps} steps", name=entry.name, done=done, steps=steps))

    def ended(self, result: WorkspaceResult) -> None:
        self._ended += 1
        say(progress_text(result, self._ended, self._total))

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """The first signal lets each workspace end in order, the second ends them at once."""

        def caught() -> None:
            if not self.interrupted:
                stopping = phrase("Stopping: no workspace is started, those that run end in order.")
                say(f"\n{stopping} {phrase(self.AGAIN)}")
            self.interrupted = True
            stop()

        with interrupted_by(caught):
            yield
