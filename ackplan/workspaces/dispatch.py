"""Runs a selection of workspaces, some at a time, each after those that it depends on. One that fails stops only those.

The loop knows no processes, no files and no signals: a runner runs, a view is told, and `stop` may be called meanwhile.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import Ending, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder, WorkspaceRunner
from ackplan.workspaces.selection import Selection


class FleetView(Protocol):
    """What is told while workspaces run."""

    def started(self, entry: WorkspaceEntry) -> None: ...

    def progress(self, entry: WorkspaceEntry, done: int, steps: int) -> None: ...

    def ended(self, result: WorkspaceResult) -> None: ...


class Dispatch:
    """One walk over a selection. `orders` has what to run of each workspace; one without an order is done already, and
    what is in `ready` is its result.
    """

    def __init__(self, selection: Selection, runner: WorkspaceRunner, view: FleetView, jobs: int) -> None:
        self._entries = {entry.name: entry for entry in selection.entries}
        self._needs = selection.needs
        self._runner = runner
        self._view = view
        self._jobs = jobs
        self._results: dict[str, WorkspaceResult] = {}
        self._stopped = False

    def stop(self) -> None:
        """Starts nothing more, and hands the interrupt on to what runs."""
        self._stopped = True
        self._runner.interrupt()

    async def run(
        self, order: Callable[[WorkspaceEntry], WorkspaceOrder | None], ready: Mapping[str, WorkspaceResult]
    ) -> tuple[WorkspaceResult, ...]:
        """The result of each workspace, in the order of the selection; `order` may be asked when its turn comes."""
        running: dict[asyncio.Task[WorkspaceResult], str] = {}
        waiting = list(self._entries)
        while waiting or running:
            for name in list(self._free(waiting, len(running))):
                waiting.remove(name)
                entry = self._entries[name]
                wanted = None if self._skipped(name) else order(entry)
                if wanted is None:
                    self._end(self._unrun(entry, ready))
                else:
                    running[asyncio.create_task(self._one(wanted))] = name
            if running:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    self._end(task.result())
        return tuple(self._results[name] for name in self._entries)

    def _free(self, waiting: list[str], running: int) -> Iterator[str]:
        """Those that can be ended or started now: all they need has ended, and there is room for them."""
        for name in waiting:
            if all(need in self._results for need in self._needs[name]):
                if running >= self._jobs and not self._skipped(name):
                    continue
                running += not self._skipped(name)
                yield name

    def _skipped(self, name: str) -> tuple[str, ...]:
        """Why it is not run: the workspaces it needs that failed, or itself where nothing more is started."""
        failed = tuple(need for need in self._needs[name] if self._results[need].failed)
        return failed or ((name,) if self._stopped else ())

    def _unrun(self, entry: WorkspaceEntry, ready: Mapping[str, WorkspaceResult]) -> WorkspaceResult:
        behind = self._skipped(entry.name)
        if not behind:
            return ready[entry.name]
        if behind == (entry.name,):
            return WorkspaceResult(entry, Ending.INTERRUPTED)
        return WorkspaceResult(entry, Ending.SKIPPED, behind=behind)

    async def _one(self, order: WorkspaceOrder) -> WorkspaceResult:
        entry, started = order.entry, time.monotonic()
        self._view.started(entry)
        result = await self._runner.run(order, lambda done, steps: self._view.progress(entry, done, steps))
        return _timed(result, time.monotonic() - started)

    def _end(self, result: WorkspaceResult) -> None:
        self._results[result.name] = result
        self._view.ended(result)


def _timed(result: WorkspaceResult, seconds: float) -> WorkspaceResult:
    return dataclasses.replace(result, seconds=seconds)
