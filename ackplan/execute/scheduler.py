"""Which step may start now: a pure walk of the plan's graph. The loop with effects around it lives in the executor."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Sequence

from ackplan.plan.model import Step


class Walk:
    """The state of one walk: the graph, and what is left of it. A step that is done, failed or skipped is not.

    A step is ready when nothing that is left stands before it; the longest way to go starts first. What waits, directly
    or not, for a failed step is skipped; nothing else is.
    """

    def __init__(self, steps: Iterable[Step], done: Iterable[str] = ()) -> None:
        from ackplan.plan import graph

        self._graph = graph.build(steps)
        self._graph.remove_nodes_from(tuple(done))
        self._rank = graph.ranks(self._graph)
        self._left: dict[str, int] = dict(self._graph.in_degree())
        self._ready = [(-self._rank[name], name) for name, needs in self._left.items() if not needs]
        heapq.heapify(self._ready)

    def start(self, limit: int) -> Sequence[Step]:
        """Up to `limit` steps that may start now; they count as started."""
        started: list[Step] = []
        while self._ready and len(started) < limit:
            _, name = heapq.heappop(self._ready)
            started.append(self._step(name))
        return started

    def resume(self, names: Container[str]) -> Sequence[Step]:
        """Those of `names` that are ready; they count as started before."""
        under_way = [self._step(name) for _, name in sorted(self._ready) if name in names]
        self._ready = [entry for entry in self._ready if entry[1] not in names]
        heapq.heapify(self._ready)
        return under_way

    def _step(self, name: str) -> Step:
        step: Step = self._graph.nodes[name]["step"]
        return step

    def done(self, step: Step) -> tuple[str, ...]:
        """The steps that are ready now because this one is done."""
        del self._left[step.id]
        ready = []
        for name in self._graph.successors(step.id):
            if name in self._left:
                self._left[name] -= 1
                if not self._left[name]:
                    ready.append(name)
                    heapq.heappush(self._ready, (-self._rank[name], name))
        return tuple(ready)

    def failed(self, step: Step) -> tuple[Step, ...]:
        """The steps that are skipped because this one failed, nearest first."""
        from ackplan.plan import graph

        skipped = [name for name in graph.behind(self._graph, step.id) if name in self._left]
        for name in (step.id, *skipped):
            del self._left[name]
        return tuple(self._step(name) for name in skipped)

    def rest(self) -> tuple[Step, ...]:
        """What is neither done, failed nor skipped, in the order of the plan."""
        return tuple(self._step(name) for name in self._left)
