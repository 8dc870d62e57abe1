"""Runs the steps of a plan: whatever is ready, as many at once as allowed, until all is done or nothing can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Diagnostic
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Event, Moment, Outcome, Result, Run, Status
from ackplan.execute.performer import Performer
from ackplan.execute.slots import Place, Places
from ackplan.execute.step_run import Ports
from ackplan.execute.waiter import Watch
from ackplan.plan.model import Step

if TYPE_CHECKING:
    from ackplan.execute.scheduler import Walk


# The steps under way, each with its place.
_Running = dict[asyncio.Task[Outcome], tuple[Step, Place]]


class Executor:
    """Executes one run. `stop` may be called from a signal handler: calls in flight end, nothing new starts."""

    def __init__(self, ports: Ports, limits: Limits, run: Run) -> None:
        self._ports = ports
        self._limits = limits
        self._run = run
        self._watch = Watch(ports.api, ports.clock, ports.patience)
        self._watch.note = lambda text: ports.tell(Event(Moment.NOTE, None, detail=text))
        self._stopping = False
        self._closed = False
        # Tasks that ended, and None where a step that waits has made room for another.
        self._news: asyncio.Queue[asyncio.Task[Outcome] | None] = asyncio.Queue()
        self._places = Places(limits.parallelism, lambda: self._news.put_nowait(None))
        self._outcomes: dict[str, Outcome] = {}
        self._begun: set[str] = set()

    def stop(self) -> None:
        self._stopping = True
        self._watch.stop()

    async def run(self, steps: Iterable[Step]) -> Result:
        """Every step's outcome. Failures are outcomes; an exception is a bug or a full disk."""
        from ackplan.execute.scheduler import Walk

        begun = self._ports.clock.now()
        walk = Walk(steps, self._run.done)
        performer = Performer(self._ports, self._watch, self._run)
        running: _Running = {}
        try:
            while True:
                self._start(walk, running, performer)
                if not running:
                    break
                # Not asyncio.wait: that looks at every running step whenever one of them ends.
                task = await self._news.get()
                if task is not None:
                    step, place = running.pop(task)
                    self._take(walk, step, task.result())
                    place.leave()
        finally:
            await self._end(running)
        for step in walk.rest():
            self._outcomes.setdefault(step.id, Outcome(Status.NOT_STARTED))
        return Result(self._outcomes, self._ports.clock.now() - begun, self._stopping)

    def cut_short(self, steps: Iterable[Step], errors: Iterable[Diagnostic]) -> Result:
        """The result of a run that ended in an exception: what was begun and has no outcome was interrupted."""
        left = [step.id for step in steps if step.id not in self._outcomes and step.id not in self._run.done]
        ends = {name: Outcome(Status.INTERRUPTED if name in self._begun else Status.NOT_STARTED) for name in left}
        return Result({**self._outcomes, **ends}, interrupted=self._stopping, errors=tuple(errors))

    def _start(self, walk: Walk, running: _Running, performer: Performer) -> None:
        if self._stopping or self._closed:
            return
        for step in walk.start(self._places.free):
            self._begun.add(step.id)
            self._ports.tell(Event(Moment.STARTED, step))
            place = self._places.take()
            task = asyncio.create_task(performer.perform(step, place))
            task.add_done_callback(self._news.put_nowait)
            running[task] = step, place

    def _take(self, walk: Walk, step: Step, outcome: Outcome) -> None:
        self._outcomes[step.id] = outcome
        self._ports.tell(Event(Moment.ENDED, step, outcome.seconds, outcome=outcome))
        if outcome.status is Status.DONE:
            walk.done(step)
            return
        if outcome.status is Status.FAILED:
            if self._limits.fail_fast:
                self._closed = True
            for skipped in walk.failed(step):
                self._outcomes[skipped.id] = Outcome(Status.SKIPPED)
                self._ports.tell(Event(Moment.ENDED, skipped, outcome=self._outcomes[skipped.id]))

    async def _end(self, running: _Running) -> None:
        for task in running:
            task.cancel()
        try:
            await asyncio.gather(*running, return_exceptions=True)
        finally:
            await self._watch.close()
