"""Which step may start now: a pure walk of the graph. The loop with effects around it lives in the executor."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

from ackplan.plan.model import Step


class Walk:
    """The state of one walk. A step is ready when all that it needs is done; the longest way to go starts first.

    What waits, directly or not, for a failed step is skipped; nothing else is.
    """

    def __init__(self, steps: Iterable[Step], done: Iterable[str] = ()) -> None:
        finished = set(done)
        self._steps = {step.id: step for step in steps if step.id not in finished}
        self._open = {name: {need for need in step.needs if need in self._steps} for name, step in self._steps.items()}
        self._waiting: dict[str, list[str]] = {name: [] for name in self._steps}
        for name, needs in self._open.items():
            for need in needs:
                self._waiting[need].append(name)
        self._rank = self._ranks()
        self._left = set(self._steps)
        self._ready = [(-self._rank[name], name) for name, needs in self._open.items() if not needs]
        heapq.heapify(self._ready)

    def _ranks(self) -> dict[str, float]:
        """The expected seconds from each step's start to the end of the longest chain behind it."""
        order = TopologicalSorter({name: sorted(needs) for name, needs in self._open.items()}).static_order()
        ranks: dict[str, float] = {}
        for name in reversed(tuple(order)):
            behind = max((ranks[other] for other in self._waiting[name]), default=0.0)
            ranks[name] = self._steps[name].expected_seconds + behind
        return ranks

    @property
    def finished(self) -> bool:
        return not self._left

    def start(self, limit: int) -> Sequence[Step]:
        """Up to `limit` steps that may start now; they count as started."""
        started: list[Step] = []
        while self._ready and len(started) < limit:
            _, name = heapq.heappop(self._ready)
            started.append(self._steps[name])
        return started

    def done(self, step: Step) -> None:
        self._left.discard(step.id)
        for name in self._waiting[step.id]:
            self._open[name].discard(step.id)
            if not self._open[name] and name in self._left:
                heapq.heappush(self._ready, (-self._rank[name], name))

    def failed(self, step: Step) -> tuple[Step, ...]:
        """The steps that are skipped because this one failed, nearest first."""
        self._left.discard(step.id)
        skipped: list[Step] = []
        pending = list(self._waiting[step.id])
        while pending:
            name = pending.pop(0)
            if name in self._left:
                self._left.discard(name)
                skipped.append(self._steps[name])
                pending += self._waiting[name]
        return tuple(skipped)

    def rest(self) -> tuple[Step, ...]:
        """What is neither done, failed nor skipped, in the order of the plan."""
        return tuple(step for name, step in self._steps.items() if name in self._left)
