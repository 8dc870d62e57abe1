"""Where each step of a graph is drawn: what waits stands to the right of what it waits for.

What hangs together is drawn together, the largest first; what hangs on nothing stands in a block of its own. A fleet
of thousands stays about as wide as it is high. The same steps in any order get the same places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ackplan.plan.model import Step
from ackplan.render.graph.layers import Drawing, Needs, Place, layered

_MIN_ROWS = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Column and row of each step by its id, and how many there are; the arrows from step to step.

    `ways` has, of an arrow that passes columns, the places in them that are kept free for it.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0
    arrows: tuple[tuple[str, str], ...] = ()
    ways: Mapping[tuple[str, str], tuple[Place, ...]] = field(default_factory=dict)


def layout(steps: Iterable[Step]) -> Layout:
    """Places for all steps. Needs that are not among the steps are left out; there must be no circle."""
    known = {step.id: step for step in sorted(steps, key=lambda step: (step.name, step.id))}
    needs = {name: [need for need in step.needs if need in known] for name, step in known.items()}
    height = max(_MIN_ROWS, math.ceil(math.sqrt(len(known)) * 2))
    packed = _packed(_drawings(needs, height), height)
    arrows = tuple((need, name) for name in known for need in needs[name])
    return Layout(packed.places, packed.columns, packed.rows, arrows, packed.ways)


def _drawings(needs: Needs, height: int) -> Iterator[Drawing]:
    parts = sorted(_connected(needs), key=lambda part: (-len(part), part[0]))
    for part in parts:
        if len(part) > 1:
            yield layered({name: needs[name] for name in part}, height)
    alone = [part[0] for part in parts if len(part) == 1]
    if alone:
        yield _block(alone)


def _connected(needs: Needs) -> Iterator[list[str]]:
    """The parts that hang together, each in the order of `needs`."""
    beside: dict[str, list[str]] = {name: list(own) for name, own in needs.items()}
    for name, own in needs.items():
        for need in own:
            beside[need].append(name)
    left = dict.fromkeys(needs)
    order = {name: number for number, name in enumerate(needs)}
    while left:
        found, open_ends = set[str](), [next(iter(left))]
        while open_ends:
            name = open_ends.pop()
            if name not in found:
                found.add(name)
                open_ends += beside[name]
        for name in found:
            del left[name]
        yield sorted(found, key=order.__getitem__)


def _block(names: list[str]) -> Drawing:
    """Steps that neither wait nor are waited for, column by column."""
    columns = max(1, round(math.sqrt(len(names) / 4)))
    rows = math.ceil(len(names) / columns)
    places = {name: (number // rows, number % rows) for number, name in enumerate(names)}
    return Drawing(places, {}, columns, rows)


def _packed(drawings: Iterable[Drawing], height: int) -> Drawing:
    """All of them below each other, and beside each other from `height` rows on."""
    places: dict[str, Place] = {}
    ways: dict[tuple[str, str], tuple[Place, ...]] = {}
    left = top = width = rows = 0
    for drawing in drawings:
        if top and top + drawing.rows > height:
            left, top, width = left + width, 0, 0
        places |= {name: (left + column, top + row) for name, (column, row) in drawing.places.items()}
        ways |= {arrow: tuple((left + c, top + r) for c, r in way) for arrow, way in drawing.ways.items()}
        top += drawing.rows
        width, rows = max(width, drawing.columns), max(rows, top)
    return Drawing(places, ways, left + width, rows)
