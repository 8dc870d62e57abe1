"""Where each step of a graph is drawn: what waits stands to the right of what it waits for.

One column a layer of the graph; a layer of very many steps takes several, so that a fleet of thousands stays about as
wide as it is high. The same steps in any order get the same places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from ackplan.plan.model import Step

_MIN_ROWS = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Column and row of each step by its id, and how many there are; the arrows from step to step."""

    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0
    arrows: tuple[tuple[str, str], ...] = ()


def layout(steps: Iterable[Step]) -> Layout:
    """Places for all steps. Needs that are not among the steps are left out; there must be no circle."""
    known = {step.id: step for step in sorted(steps, key=lambda step: (step.cluster, step.id))}
    needs = {name: [need for need in step.needs if need in known] for name, step in known.items()}
    places: dict[str, tuple[int, int]] = {}
    column, height = 0, max(_MIN_ROWS, math.ceil(math.sqrt(len(known)) * 2))
    for layer in _layers(needs):
        column = _place(layer, needs, places, (column, height))
    arrows = tuple((need, name) for name in known for need in needs[name])
    return Layout(places, column, max((row for _, row in places.values()), default=-1) + 1, arrows)


def _layers(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The steps by the length of the longest way to them, each layer in the order of `needs`."""
    depth: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        depth[name] = max((depth[need] + 1 for need in needs[name]), default=0)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in needs:
        layers[depth[name]].append(name)
    return layers


def _place(
    layer: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    places: dict[str, tuple[int, int]],
    start: tuple[int, int],
) -> int:
    """Places one layer from column `start[0]` on, at most `start[1]` rows high; the next free column.

    A step stands beside what it waits for where there is room, so that chains are straight lines.
    """
    column, height = start

    def beside(name: str) -> float:
        rows = [places[need][1] for need in needs[name]]
        return sum(rows) / len(rows) if rows else math.inf

    ordered = sorted(layer, key=beside)
    row = 0
    for left, name in zip(range(len(ordered), 0, -1), ordered, strict=True):
        wished = beside(name)
        if wished < math.inf:
            row = max(row, min(round(wished), height - left))
        if row >= height:
            column, row = column + 1, 0
        places[name] = (column, row)
        row += 1
    return column + 1
