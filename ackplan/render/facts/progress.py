"""How far a run is: counts, what takes longest, and when it is expected to end, computed as the time of its plan is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ackplan.core.language import phrase
from ackplan.execute import schedule
from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.outcomes import Event, Moment, Status
from ackplan.plan.model import Step
from ackplan.render.facts.words import duration, estimate

# Seconds for which an estimate is counted down before it is made anew, and how many steps are shown as the longest.
_FRESH = 2.0
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class RunningStep:
    """A step under way: for how many seconds, and in what state its resource was when it was last looked at."""

    step: Step
    seconds: float
    state: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A moment of a run, in steps. `seconds` are those so far, `left` those expected yet; `longest`: oldest first."""

    total: int
    done: int
    running: int
    waiting: int
    failed: int
    skipped: int
    seconds: float
    left: float
    longest: tuple[RunningStep, ...] = ()

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.skipped

    def json(self) -> dict[str, int]:
        """For programs: counts of steps, whole seconds."""
        counts = {"total": self.total, "done": self.done, "running": self.running, "waiting": self.waiting}
        ends = {"failed": self.failed, "skipped": self.skipped}
        return counts | ends | {"elapsed_seconds": round(self.seconds), "expected_seconds_left": round(self.left)}


class RunProgress:
    """Takes a run's events. Times are seconds of one clock, which the caller reads; `scale`: how much faster than it
    the world runs, as a sandbox does."""

    def __init__(self, steps: Iterable[Step], limits: Limits = USUAL, *, scale: float = 1.0) -> None:
        self._left = {step.id: step for step in steps}
        self._total = len(self._left)
        self._limits = limits
        self._scale = scale
        self._begun: float | None = None
        self._started: dict[str, float] = {}
        self._states: dict[str, str] = {}
        self._counts = dict.fromkeys(Status, 0)
        self._estimate: tuple[float, float] | None = None

    def take(self, event: Event, now: float) -> None:
        """An event of the run, at `now`."""
        self._begun = now if self._begun is None else self._begun
        step = event.step
        if step is None or step.id not in self._left:
            return
        match event.moment:
            case Moment.STARTED:
                self._started[step.id] = now
            case Moment.PROGRESS:
                self._states[step.id] = event.detail
            case Moment.ENDED if event.outcome is not None:
                self._end(step, event.outcome.status)
            case Moment.EARLIER:
                self._end(step, Status.DONE)
            case _:
                pass

    def _end(self, step: Step, status: Status) -> None:
        self._counts[status] += 1
        del self._left[step.id]
        self._started.pop(step.id, None)
        self._states.pop(step.id, None)

    def at(self, now: float) -> Standing:
        """How far the run is at `now`."""
        first = sorted(self._started.items(), key=lambda item: (item[1], item[0]))[:_LONGEST]
        longest = (RunningStep(self._left[name], now - since, self._states.get(name, "")) for name, since in first)
        running = len(self._started)
        done, failed, skipped = (self._counts[each] for each in (Status.DONE, Status.FAILED, Status.SKIPPED))
        seconds = now - self._begun if self._begun is not None else 0.0
        waiting = len(self._left) - running
        return Standing(
            self._total, done, running, waiting, failed, skipped, seconds, self._rest(now), tuple(longest)
        )  # fmt: skip

    def _rest(self, now: float) -> float:
        """The seconds that are expected yet: made anew once in a while, counted down in between."""
        if self._estimate is None or now - self._estimate[0] >= _FRESH:
            under_way = {name: (now - since) * self._scale for name, since in self._started.items()}
            times = schedule.expected(self._left.values(), self._limits, under_way)
            self._estimate = now, times.seconds / self._scale
        since, left = self._estimate
        return max(0.0, left - (now - since))


def counts(progress: Standing) -> str:
    """`20 of 50 steps done, 10 running, 19 waiting, 1 failed`."""
    words = [phrase("{done} of {total} steps done", done=progress.done, total=progress.total)]
    counted = {"running": progress.running, "waiting": progress.waiting, "failed": progress.failed}
    counted |= {"skipped": progress.skipped} if progress.skipped else {}
    return phrase(", ").join([*words, *(phrase(f"{{number}} {word}", number=n) for word, n in counted.items())])


def time_left(progress: Standing) -> str:
    """`about 8m left`; what takes longer than usual is said to."""
    if progress.left >= 1:
        return phrase("about {time} left", time=estimate(progress.left))
    return phrase("longer than expected" if progress.running and not progress.left else "ends soon")


def progress_words(progress: Standing) -> str:
    """All of it on one line."""
    so_far = phrase("{time} so far", time=duration(progress.seconds))
    return f"{counts(progress)}{phrase('; ')}{so_far}{phrase(', ')}{time_left(progress)}"
