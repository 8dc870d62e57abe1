"""How far a run is, as the few lines at the bottom of a terminal: none is wider than 59 columns.

A terminal of 60 columns or more never breaks them, also where it was resized since.
"""

from __future__ import annotations

from ackplan.core.language import phrase, spoken
from ackplan.render.facts.progress import RunningStep, Standing, counts, time_left
from ackplan.render.facts.safe import pad, printable, width
from ackplan.render.facts.words import duration
from ackplan.render.text.style import Style

_WIDEST = 59
_BAR = 20
_FEW_ROWS = 8


def progress_view(progress: Standing, columns: int, rows: int, *, color: bool) -> list[str]:
    """The lines for a terminal of this size: one where it is low."""
    style, room = Style(color), room_of(columns)
    if rows < _FEW_ROWS:
        return [cut(f"{counts(progress)}{phrase('; ')}{time_left(progress)}", room)]
    so_far = phrase("{time} so far", time=duration(progress.seconds))
    times = f"  {time_left(progress)}{phrase(', ')}{so_far}"
    drawn = bar(progress.settled, progress.total, max(0, min(_BAR, room - width(times))))
    lines = [style("bold", cut(counts(progress), room)), cut(drawn + times, room)]
    return lines + [style("dim", _running(each, room)) for each in progress.longest]


def room_of(columns: int) -> int:
    """How wide a line may be."""
    return max(1, min(columns - 1, _WIDEST))


def bar(settled: int, total: int, columns: int) -> str:
    """How much of it is settled, in so many columns."""
    full = columns * settled // total if total else 0
    return "█" * full + "·" * (columns - full)


def _running(each: RunningStep, room: int) -> str:
    state = f" ({printable(spoken(each.state))})" if each.state else ""
    tail = f"  {phrase(each.step.traits.verb.doing)}{state} {duration(each.seconds)}"
    name = f"  {cut_inside(printable(each.step.name), max(12, room - width(tail)) - 2)}"
    return cut(pad(name, min(30, room - width(tail))) + tail, room)


def cut(text: str, columns: int) -> str:
    """Printable text in at most so many columns; what is left out shows as an ellipsis."""
    if width(text) <= columns:
        return text
    return _first(text, columns - 1) + "…"


def cut_inside(name: str, columns: int) -> str:
    """A name in at most so many columns, its end kept: names of a fleet often differ in that alone."""
    if width(name) <= columns:
        return name
    end = _first(name[::-1], (columns - 1) // 2)[::-1]
    return f"{_first(name, columns - 1 - width(end))}…{end}"


def _first(text: str, columns: int) -> str:
    """As much of the text as so many columns hold."""
    while text and width(text) > columns:
        text = text[:-1]
    return text
