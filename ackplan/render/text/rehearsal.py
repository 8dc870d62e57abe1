"""A rehearsal as text: what ran when, how long all of it took, what would be refused."""

from __future__ import annotations

from ackplan.app.rehearse import Rehearsal
from ackplan.core.diagnostics import printable
from ackplan.core.language import phrase
from ackplan.execute import schedule
from ackplan.execute.outcomes import Outcome, Status

_WIDTH = 40
_MARKS = {Status.DONE: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.NOT_STARTED: "-", Status.INTERRUPTED: "!"}


def text(rehearsal: Rehearsal, *, color: bool) -> str:
    """The rehearsal for a person: a line a step in the order of their starts, with a bar for its time."""
    result, begun = rehearsal.result, rehearsal.started
    ran = [(name, outcome) for name, outcome in result.outcomes.items() if outcome.status is not Status.SKIPPED]
    ran.sort(key=lambda item: (item[1].started, item[0]))
    wide = max((len(printable(name)) for name in result.outcomes), default=0)
    lines = [_line(name, outcome, begun, result.seconds, wide) for name, outcome in ran]
    skipped = [name for name, outcome in result.outcomes.items() if outcome.status is Status.SKIPPED]
    lines += [f"{_MARKS[Status.SKIPPED]} {printable(name):{wide}}  {phrase('skipped')}" for name in skipped]
    return "\n".join([*lines, "", *_summary(rehearsal, color=color)])


def _line(name: str, outcome: Outcome, begun: float, whole: float, wide: int) -> str:
    start = outcome.started - begun
    scale = _WIDTH / whole if whole else 0.0
    left, length = round(start * scale), max(1, round(outcome.seconds * scale))
    bar = " " * left + "█" * min(length, _WIDTH - left)
    times = f"{clock_time(start)} - {clock_time(start + outcome.seconds)}"
    return f"{_MARKS[outcome.status]} {printable(name):{wide}}  {times}  |{bar:{_WIDTH}}|"


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
        words = "Rehearsed: all {count} steps went through in {time} of virtual time."
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
