"""A plan's graph as a picture of its own: SVG without scripts, links or anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from ackplan.core.language import phrase
from ackplan.plan.model import Step
from ackplan.render.facts.safe import printable, shortened, width
from ackplan.render.facts.step_words import in_short
from ackplan.render.facts.view import call_of
from ackplan.render.facts.words import estimate
from ackplan.render.graph.positions import Layout, layout

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 200, 46, 56, 14, 16
# How many narrow characters a box holds beside each other.
_COLUMNS = 24
_NOTE_WIDTH, _NOTE_COLUMNS = 800, 110
_STYLE = (
    "svg{background:#fff}text{font:12px system-ui,sans-serif;fill:#1f2328}.c{font-weight:600}rect{stroke:#59636e}"
    "path{fill:none;stroke:#59636e}"
)


def svg(steps: Iterable[Step], notes: Sequence[str] = ()) -> str:
    """The graph: a box a step, with its cluster's name, an arrow to each step that waits for it; `notes` below it."""
    listed = tuple(steps)
    placed = layout(listed)
    across = 2 * MARGIN + max(0, placed.columns * (WIDTH + GAP_X) - GAP_X)
    down = 2 * MARGIN + max(0, placed.rows * (HEIGHT + GAP_Y) - GAP_Y)
    across, below = max(across, _NOTE_WIDTH if notes else 0), down
    down += len(notes) * HEIGHT // 2
    size = f'width="{across}" height="{down}" viewBox="0 0 {across} {down}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(phrase('Steps of the plan'))}</title>",
    ]
    lines += [f"<style>{_STYLE}</style>", _ARROW, *_arrows(placed), *(_box(step, placed) for step in listed)]
    lines += [_note(note, below + number * HEIGHT // 2) for number, note in enumerate(notes)]
    return "\n".join([*lines, "</svg>"])


def _note(note: str, top: int) -> str:
    """A note on a line, whole in what a pointer over it shows."""
    shown, whole = escape(shortened(note, _NOTE_COLUMNS)), escape(printable(note))
    return f'<text x="{MARGIN}" y="{top}">{shown}<title>{whole}</title></text>'


_ARROW = (
    '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" style="fill:#59636e;stroke:none"/></marker></defs>'
)


def corner(place: tuple[int, int]) -> tuple[int, int]:
    """The upper left corner of a box."""
    column, row = place
    return MARGIN + column * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y)


def _arrows(placed: Layout) -> Iterator[str]:
    for before, after in placed.arrows:
        way = (*placed.ways.get((before, after), ()), placed.places[after])
        x, y = _middle(placed.places[before])
        line = f"M{x + WIDTH} {y}"
        for place in way:
            (left, y), (x, last) = _middle(place), (x + WIDTH, y)
            bend = max(24, (left - x) // 2)
            line += f"C{x + bend} {last} {left - bend} {y} {left} {y}"
            line += f"H{left + WIDTH}" if place != way[-1] else ""
            x = left
        yield f'<path d="{line}" marker-end="url(#a)"/>'


def _middle(place: tuple[int, int]) -> tuple[int, int]:
    """The middle of a box's left side."""
    x, y = corner(place)
    return x, y + HEIGHT // 2


def _box(step: Step, placed: Layout) -> str:
    x, y = corner(placed.places[step.id])
    expected = f" · ~{estimate(step.expected_seconds)}" if step.expected_seconds else ""
    title = _text(": ".join(part for part in (step.name, in_short(step), call_of(step)) if part), 300)
    return (
        f'<g><title>{title}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
        f'fill="{step.traits.color}"/><text class="c" x="{x + 10}" y="{y + 19}">{_fitted(step.name)}</text>'
        f'<text x="{x + 10}" y="{y + 36}">{in_short(step)}{expected}</text></g>'
    )


def _fitted(text: str) -> str:
    """As much of the text as a box is wide; Chinese characters are twice as wide as others."""
    safe = shortened(text, _COLUMNS)
    while width(safe) > _COLUMNS:
        safe = f"{safe[:-2]}…"
    return escape(safe)


def _text(text: str, limit: int) -> str:
    return escape(shortened(text, limit))
