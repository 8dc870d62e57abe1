"""How far a command over many workspaces is: counts, what runs longest, and when it is expected to end."""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.core.language import phrase
from ackplan.render.facts.words import estimate
from ackplan.workspaces.result import Ending, WorkspaceResult

# How many workspaces are shown as the longest, and how much of the work has to be done before an estimate is made.
_LONGEST, _ENOUGH = 5, 0.05
_FAILED = frozenset({Ending.FAILED, Ending.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class RunningWorkspace:
    """A workspace under way: for how many seconds, and how many of its steps are done; no `steps`: not known yet."""

    name: str
    seconds: float
    done: int
    steps: int


@dataclass(frozen=True, slots=True)
class FleetStanding:
    """A moment of it, in workspaces. `left` are the seconds that are expected yet; None: too little is done to say."""

    total: int
    done: int
    running: int
    waiting: int
    failed: int
    skipped: int
    seconds: float
    left: float | None
    longest: tuple[RunningWorkspace, ...] = ()

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.skipped


class FleetProgress:
    """Takes what happens to workspaces. Times are seconds of one clock, which the caller reads."""

    def __init__(self, total: int, now: float) -> None:
        self._total = total
        self._begun = now
        self._running: dict[str, tuple[float, int, int]] = {}
        self._counts = {"done": 0, "failed": 0, "skipped": 0}

    def started(self, name: str, now: float) -> None:
        self._running[name] = (now, 0, 0)

    def step(self, name: str, done: int, steps: int) -> None:
        if name in self._running:
            self._running[name] = (self._running[name][0], done, steps)

    def ended(self, result: WorkspaceResult) -> None:
        self._running.pop(result.name, None)
        ending = result.ending
        self._counts["failed" if ending in _FAILED else "skipped" if ending is Ending.SKIPPED else "done"] += 1

    def at(self, now: float) -> FleetStanding:
        """How far it is at `now`."""
        first = sorted(self._running.items(), key=lambda item: (item[1][0], item[0]))[:_LONGEST]
        longest = tuple(RunningWorkspace(name, now - since, done, steps) for name, (since, done, steps) in first)
        running, seconds = len(self._running), now - self._begun
        waiting = self._total - running - sum(self._counts.values())
        counts = {"total": self._total, **self._counts, "running": running, "waiting": waiting}
        return FleetStanding(**counts, seconds=seconds, left=self._left(seconds), longest=longest)

    def _left(self, seconds: float) -> float | None:
        """As long again, for what is left, as what is done took: each workspace counts as one, by its steps."""
        under_way = sum(done / steps for _, done, steps in self._running.values() if steps)
        share = (sum(self._counts.values()) + under_way) / self._total if self._total else 1.0
        return seconds * (1 - share) / share if share >= _ENOUGH else None


def fleet_counts(progress: FleetStanding) -> str:
    """`20 of 50 workspaces done, 10 running, 19 waiting, 1 failed`."""
    words = [phrase("{done} of {total} workspaces done", done=progress.done, total=progress.total)]
    numbers = {"running": progress.running, "waiting": progress.waiting, "failed": progress.failed}
    numbers |= {"skipped": progress.skipped} if progress.skipped else {}
    return phrase(", ").join([*words, *(phrase(f"{{number}} {word}", number=n) for word, n in numbers.items())])


def fleet_time_left(progress: FleetStanding) -> str:
    """`about 8m left`; empty where nothing can be said yet."""
    if progress.left is None:
        return ""
    return phrase("about {time} left", time=estimate(progress.left)) if progress.left >= 1 else phrase("ends soon")
