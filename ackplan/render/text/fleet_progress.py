"""How far a command over many workspaces is, as the few lines at the bottom of a terminal."""

from __future__ import annotations

from ackplan.core.language import phrase
from ackplan.render.facts.fleet_progress import FleetStanding, RunningWorkspace, fleet_counts, fleet_time_left
from ackplan.render.facts.safe import pad, printable, width
from ackplan.render.facts.words import duration
from ackplan.render.text.progress import bar, cut, cut_inside, room_of
from ackplan.render.text.style import Style

_BAR = 20
_FEW_ROWS = 8


def fleet_view(progress: FleetStanding, columns: int, rows: int, *, color: bool) -> list[str]:
    """The lines for a terminal of this size: one where it is low."""
    style, room = Style(color), room_of(columns)
    left = fleet_time_left(progress)
    if rows < _FEW_ROWS:
        return [cut(phrase("; ").join(filter(None, (fleet_counts(progress), left))), room)]
    so_far = phrase("{time} so far", time=duration(progress.seconds))
    times = "  " + phrase(", ").join(filter(None, (left, so_far)))
    shown = bar(progress.settled, progress.total, max(0, min(_BAR, room - width(times))))
    lines = [style("bold", cut(fleet_counts(progress), room)), cut(shown + times, room)]
    return lines + [style("dim", _running(each, room)) for each in progress.longest[: max(1, rows - _FEW_ROWS)]]


def _running(each: RunningWorkspace, room: int) -> str:
    steps = phrase("{done} of {steps} steps", done=each.done, steps=each.steps) if each.steps else phrase("planning")
    tail = f"  {steps} {duration(each.seconds)}"
    name = f"  {cut_inside(printable(each.name), max(12, room - width(tail)) - 2)}"
    return cut(pad(name, min(30, room - width(tail))) + tail, room)
