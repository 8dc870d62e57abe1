"""When each step runs: expected, from what steps usually take and what limits a run, or as a run really had it.

All that tell of time take it from here. Seconds from the begin of the run.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.scheduler import Walk
from ackplan.plan.model import Plan, Step

if TYPE_CHECKING:
    from ackplan.execute.outcomes import Outcome

# How long a call usually takes; its step is at work meanwhile.
_CALL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each step starts, and how long all takes. `critical_path`: the last step to end, before it what it waited
    for longest, and so on; the first to start first."""

    starts: Mapping[str, float]
    seconds: float
    critical_path: tuple[str, ...]


def of_plan(plan: Plan, limits: Limits = USUAL) -> Schedule:
    """What is expected of a plan; nothing of what is refused."""
    steps = [step for change in plan.changes if not change.is_blocked for step in change.steps]
    return expected(steps, limits) if steps else Schedule({}, 0.0, ())


def expected(
    steps: Iterable[Step], limits: Limits = USUAL, under_way: Mapping[str, float] = MappingProxyType({})
) -> Schedule:
    """The run as it goes where every step takes its `expected_seconds`: the same walk, places and pace of calls.

    `under_way` are steps that began so many seconds ago, and need no place any more; the rest is told from now on.
    """
    walk, turns, numbers = Walk(steps), _Turns(limits.rate), itertools.count()
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    released: dict[str, str] = {}
    free, now = limits.parallelism, 0.0
    # When a step ends; None: when one has done its work and waits.
    moments: list[tuple[float, int, Step | None]] = []
    for step in walk.resume(under_way):
        starts[step.id] = -under_way[step.id]
        ends[step.id] = max(0.0, starts[step.id] + step.expected_seconds)
        heapq.heappush(moments, (ends[step.id], next(numbers), step))
    while True:
        for step in walk.start(free):
            free -= 1
            starts[step.id], waits = turns.take(now, step.traits.calls)
            ends[step.id] = starts[step.id] + step.expected_seconds
            heapq.heappush(moments, (waits, next(numbers), None))
            heapq.heappush(moments, (ends[step.id], next(numbers), step))
        if not moments:
            return _schedule(starts, ends, released.get)
        now, _, ended = heapq.heappop(moments)
        if ended is None:
            free += 1
        else:
            released |= dict.fromkeys(walk.done(ended), ended.id)


def actual(steps: Iterable[Step], outcomes: Mapping[str, Outcome], begun: float) -> Schedule:
    """The run as it went: only the steps that ran. `begun` is when it began on the clock of the outcomes."""
    from ackplan.execute.outcomes import Status
    from ackplan.plan import graph

    ran = {name: o for name, o in outcomes.items() if o.status not in {Status.SKIPPED, Status.NOT_STARTED}}
    starts = {name: outcome.started - begun for name, outcome in ran.items()}
    ends = {name: starts[name] + outcome.seconds for name, outcome in ran.items()}
    drawn = graph.build(step for step in steps if step.id in ran)
    return _schedule(starts, ends, lambda name: _latest(drawn.predecessors(name), ends) if name in drawn else None)


def _schedule(
    starts: Mapping[str, float], ends: Mapping[str, float], before: Callable[[str], str | None]
) -> Schedule:  # fmt: skip
    path: list[str] = []
    name = _latest(ends, ends)
    while name is not None:
        path.append(name)
        name = before(name)
    return Schedule(starts, ends[path[0]] if path else 0.0, tuple(reversed(path)))


def _latest(names: Iterable[str], ends: Mapping[str, float]) -> str | None:
    return max(names, key=lambda name: (ends[name], name), default=None)


class _Turns:
    """The pace of calls in whole seconds: in each as many as the rate allows, below 1 one in so many seconds."""

    def __init__(self, rate: float) -> None:
        self._width = max(1.0, 1 / rate) if rate else 0.0
        self._room = max(1, int(rate * self._width))
        self._begin = 0.0
        self._used = 0

    def take(self, now: float, calls: int) -> tuple[float, float]:
        """When the first of a step's calls starts, and when the last is answered; both are now without calls."""
        turns = [self._next(now) for _ in range(calls)]
        return (turns[0], turns[-1] + calls * _CALL_SECONDS) if turns else (now, now)

    def _next(self, now: float) -> float:
        if not self._width:
            return now
        if now >= self._begin + self._width:
            self._begin, self._used = now - now % self._width, 0
        if self._used == self._room:
            self._begin, self._used = self._begin + self._width, 0
        self._used += 1
        return max(now, self._begin)
