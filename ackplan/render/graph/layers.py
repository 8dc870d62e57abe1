"""Where the nodes of one connected graph are drawn, so that its arrows can be followed: few of them cross, and none
runs behind a box.

Nodes stand in layers by the length of the longest way to them. An arrow that passes layers keeps a place free in each
of them; arrows from the same node to far ones share these places. Then layers are put in order, again and again, each
node at the mean of its neighbours, and the order with the fewest crossings is taken.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ackplan.plan import graph

Needs = Mapping[str, Sequence[str]]
Place = tuple[int, int]
# A node, or the place that arrows from a node pass through in a layer.
_Node = tuple[str, int]
_SWEEPS = 8
_MAX_PASSED = 400


@dataclass(frozen=True, slots=True)
class Drawing:
    """Column and row of each node, the places that an arrow passes through, and the room that all of it takes."""

    places: Mapping[str, Place] = field(default_factory=dict)
    ways: Mapping[tuple[str, str], tuple[Place, ...]] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0


def layered(needs: Needs, height: int) -> Drawing:
    """Draws one graph, without circles, at most about `height` rows high. The order of `needs` settles ties."""
    depth = _depths(needs)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in needs:
        layers[depth[name]].append(name)
    passed = _passed(needs, depth)
    if max(map(len, layers), default=0) > height or len(passed) > _MAX_PASSED:
        return _wrapped(layers, needs, height)
    return _ordered(layers, needs, depth, passed)


def _depths(needs: Needs) -> dict[str, int]:
    depth: dict[str, int] = {}
    for name in graph.order(graph.of_needs(needs)):
        depth[name] = max((depth[need] + 1 for need in needs[name]), default=0)
    return depth


def _passed(needs: Needs, depth: Mapping[str, int]) -> list[_Node]:
    """The places that arrows pass through: layer by layer, for each node with arrows beyond the next layer."""
    farthest: dict[str, int] = {}
    for name in needs:
        for need in needs[name]:
            farthest[need] = max(farthest.get(need, 0), depth[name])
    return [(name, layer) for name, last in farthest.items() for layer in range(depth[name] + 1, last)]


def _ordered(layers: Sequence[Sequence[str]], needs: Needs, depth: Mapping[str, int], passed: list[_Node]) -> Drawing:
    rows: list[list[_Node]] = [[(name, level) for name in layer] for level, layer in enumerate(layers)]
    before: dict[_Node, list[_Node]] = {node: [] for layer in rows for node in layer}
    for name, level in passed:
        rows[level].append((name, level))
        before[name, level] = [(name, level - 1)]
    for name, own in needs.items():
        before[name, depth[name]] = [(need, depth[name] - 1) for need in own]
    best = _fewest_crossings(rows, before)
    found = _rows(best, before)
    places = {name: (depth[name], found[name, depth[name]]) for name in needs}
    ways = {
        (need, name): way
        for name, own in needs.items()
        for need in own
        if (way := tuple((level, found[need, level]) for level in range(depth[need] + 1, depth[name])))
    }
    return Drawing(places, ways, len(rows), max(found.values(), default=-1) + 1)


def _fewest_crossings(rows: list[list[_Node]], before: Mapping[_Node, Sequence[_Node]]) -> list[list[_Node]]:
    after: dict[_Node, list[_Node]] = {node: [] for node in before}
    for node, own in before.items():
        for need in own:
            after[need].append(node)
    best, least = [list(layer) for layer in rows], _crossings(rows, before)
    for sweep in range(_SWEEPS):
        if not least:
            break
        forward = sweep % 2 == 0
        rows = _swept(rows, before if forward else after, forward=forward)
        crossings = _crossings(rows, before)
        if crossings < least:
            best, least = rows, crossings
    return best


def _swept(rows: list[list[_Node]], beside: Mapping[_Node, Sequence[_Node]], *, forward: bool) -> list[list[_Node]]:
    """The layers one after another, each node at the mean of its neighbours in the layer before."""
    found = [list(layer) for layer in rows]
    levels = range(1, len(found)) if forward else range(len(found) - 2, -1, -1)
    for level in levels:
        fixed = {node: number for number, node in enumerate(found[level - 1 if forward else level + 1])}
        own = {node: number for number, node in enumerate(found[level])}
        found[level].sort(key=lambda node, f=fixed, o=own: _mean([f[n] for n in beside[node]], o[node]))  # type: ignore[misc]
    return found


def _mean(numbers: Sequence[int], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _crossings(rows: Sequence[Sequence[_Node]], before: Mapping[_Node, Sequence[_Node]]) -> int:
    """How many pairs of arrows between neighbouring layers cross."""
    total = 0
    for left, right in pairwise(rows):
        number = {node: at for at, node in enumerate(left)}
        seen: list[int] = []
        for node in right:
            starts = sorted(number[need] for need in before[node])
            total += sum(len(seen) - bisect_left(seen, start + 1) for start in starts)
            for start in starts:
                insort(seen, start)
    return total


def _rows(rows: Iterable[Sequence[_Node]], before: Mapping[_Node, Sequence[_Node]]) -> dict[_Node, int]:
    """A row for each, from the first layer on: beside what it waits for, never above the one before it."""
    found: dict[_Node, int] = {}
    for layer in rows:
        row = -1
        for node in layer:
            row = max(row + 1, round(_mean([found[need] for need in before[node]], 0)))
            found[node] = row
    return found


def _wrapped(layers: Iterable[Sequence[str]], needs: Needs, height: int) -> Drawing:
    """A layer of very many nodes takes several columns."""
    places: dict[str, Place] = {}
    column = 0
    for layer in layers:
        column = _columns(layer, needs, places, (column, height))
    return Drawing(places, {}, column, max((row for _, row in places.values()), default=-1) + 1)


def _columns(layer: Sequence[str], needs: Needs, places: dict[str, Place], start: tuple[int, int]) -> int:
    """Places one layer from column `start[0]` on, at most `start[1]` rows high; the next free column."""
    column, height = start

    def beside(name: str) -> float:
        return _mean([places[need][1] for need in needs[name]], math.inf)

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
