"""The one graph: what waits for what, as a networkx DiGraph. It is ordered, walked and drawn. networkx lives here.

An edge runs from what is needed to what waits for it. In the graph of clusters nodes are names, in that of steps ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import networkx as nx

from ackplan.plan.model import Step

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]

_PLAIN: dict[str, Any] = {}


class _Thin(nx.DiGraph):  # type: ignore[type-arg] # not to be subscribed at run time
    """A DiGraph whose edges say nothing of their own: all share one dictionary, a third of the memory."""

    @staticmethod
    def edge_attr_dict_factory() -> dict[str, Any]:
        return _PLAIN


def of_needs(needs: Mapping[str, Iterable[str]]) -> Graph:
    """A node for each name and for each that it needs."""
    graph: Graph = _Thin()
    graph.add_nodes_from(needs)
    graph.add_edges_from((need, name) for name, needed in needs.items() for need in needed)
    return graph


def build(steps: Iterable[Step]) -> Graph:
    """A node for each step (its Step under `step`), an edge from each step to those that wait for it."""
    graph: Graph = _Thin()
    listed = list(steps)
    for step in listed:
        graph.add_node(step.id, step=step)
    graph.add_edges_from((need, step.id) for step in listed for need in step.needs if need in graph)
    return graph


def order(graph: Graph) -> tuple[str, ...]:
    """Every name after all that it needs. Raises ValueError where names need each other in a circle."""
    try:
        return tuple(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        raise ValueError("circle") from None


def circle(graph: Graph) -> tuple[str, ...]:
    """Names that need each other in a circle, each before what it needs, the first again at the end; empty: none do."""
    try:
        edges = nx.find_cycle(graph)
    except nx.NetworkXNoCycle:
        return ()
    return (edges[0][0], *(need for need, _ in reversed(edges)))


def ranks(graph: Graph) -> dict[str, float]:
    """The expected seconds from each step's start to the end of the longest chain behind it."""
    found: dict[str, float] = {}
    for name in reversed(order(graph)):
        behind = max((found[later] for later in graph.successors(name)), default=0.0)
        found[name] = graph.nodes[name]["step"].expected_seconds + behind
    return found


def behind(graph: Graph, name: str) -> tuple[str, ...]:
    """All that waits for it, directly or not, the nearest first."""
    return tuple(later for _, later in nx.bfs_edges(graph, name))
