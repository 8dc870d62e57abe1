"""A rehearsal as text: what ran when, how long all of it took, what would be refused."""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.app.rehearse import Rehearsal
from ackplan.core.diagnostics import printable
from ackplan.core.language import phrase
from ackplan.execute import schedule
from ackplan.execute.outcomes import Outcome, Status
from ackplan.render.facts.safe import width

_WIDTH, _NARROWEST = 40, 10
# What a line has besides the name and the bar.
_AROUND = len("✓   0:00:00 - 0:00:00  ||")
_MARKS = {Status.DONE: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.NOT_STARTED: "-", Status.INTERRUPTED: "!"}


def text(rehearsal: Rehearsal, *, color: bool, columns: int = 0) -> str:
    """The rehearsal for a person: a line a step in the order of their starts, with a bar for its time.

    In so many `columns`, where names leave room for a bar; 0: as many as it takes.
    """
    result, begun = rehearsal.result, rehearsal.started
    ran = [(name, outcome) for name, outcome in result.outcomes.items() if outcome.status is not Status.SKIPPED]
    ran.sort(key=lambda item: (item[1].started, item[0]))
    wide = max((width(printable(name)) for name in result.outcomes), default=0)
    bar = max(_NARROWEST, min(_WIDTH, columns - wide - _AROUND)) if columns else _WIDTH
    times = _Times(begun, result.seconds, bar)
    lines = [f"{_MARKS[outcome.status]} {_padded(name, wide)}  {times.line(outcome)}" for name, outcome in ran]
    skipped = [name for name, outcome in result.outcomes.items() if outcome.status is Status.SKIPPED]
    lines += [f"{_MARKS[Status.SKIPPED]} {_padded(name, wide)}  {phrase('skipped')}" for name in skipped]
    return "\n".join([*lines, "", *_summary(rehearsal, color=color)])


def _padded(name: str, wide: int) -> str:
    shown = printable(name)
    return shown + " " * (wide - width(shown))


@dataclass(frozen=True, slots=True)
class _Times:
    """When all began, how many seconds it took, and in how many columns that is drawn."""

    begun: float
    seconds: float
    columns: int

    def line(self, outcome: Outcome) -> str:
        """When a step ran, with a bar."""
        start = outcome.started - self.begun
        scale = self.columns / self.seconds if self.seconds else 0.0
        left, length = round(start * scale), max(1, round(outcome.seconds * scale))
        bar = " " * left + "█" * min(length, self.columns - left)
        return f"{clock_time(start)} - {clock_time(start + outcome.seconds)}  |{bar:{self.columns}}|"


def clock_time(seconds: float) -> str:
    """Seconds as `m:ss`, or `h:mm:ss`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:3}:{rest:02}"


def _summary(rehearsal: Rehearsal, *, color: bool) -> list[str]:
    import click

    result = rehearsal.result
    failures = [str(d) for outcome in result.outcomes.values() for d in outcome.diagnostics]
    count = len(result.outcomes)
    if result.complete:
        words = "Rehearsed: {count:the step|all # steps} went through in {time} of virtual time."
        verdict = phrase(words, count=count, time=clock_time(result.seconds).strip())
    else:
        verdict = phrase(
            "Rehearsed: {done} of {count} steps went through, {failed} failed, {skipped} were skipped.",
            done=result.count(Status.DONE),
            count=count,
            failed=result.count(Status.FAILED),
            skipped=result.count(Status.SKIPPED),
        )
    style = "green" if result.complete else "red"
    times = schedule.actual(rehearsal.plan.steps, result.outcomes, rehearsal.started)
    path = " -> ".join(map(printable, times.critical_path))
    lines = [click.style(verdict, fg=style, bold=True) if color else verdict]
    lines += [phrase("Critical path: {path}", path=path)] if path else []
    return [*lines, *(f"  {failure}" for failure in failures)]
