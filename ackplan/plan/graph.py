"""The plan's steps as a networkx graph: order, layers, critical path. networkx lives here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx

from ackplan.plan.model import Step

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]


def build(steps: Iterable[Step]) -> Graph:
    """A node for each step (its Step under `step`), an edge from each step to those that wait for it."""
    graph: Graph = nx.DiGraph()
    listed = list(steps)
    for step in listed:
        graph.add_node(step.id, step=step)
    graph.add_edges_from((need, step.id) for step in listed for need in step.needs if need in graph)
    return graph


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each step can start and how long all takes, in seconds, with nothing to wait for but other steps."""

    starts: dict[str, float]
    seconds: float
    critical_path: tuple[str, ...]


def schedule(graph: Graph) -> Schedule:
    """Expected times, from each step's `expected_seconds`."""
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    through: dict[str, str | None] = {}
    for name in nx.lexicographical_topological_sort(graph):
        latest = max(graph.predecessors(name), key=lambda before: (ends[before], before), default=None)
        starts[name] = ends[latest] if latest is not None else 0.0
        ends[name] = starts[name] + graph.nodes[name]["step"].expected_seconds
        through[name] = latest
    last = max(ends, key=lambda name: (ends[name], name), default=None)
    path = []
    step = last
    while step is not None:
        path.append(step)
        step = through[step]
    return Schedule(starts, ends[last] if last else 0.0, tuple(reversed(path)))
