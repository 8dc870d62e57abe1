"""Which step waits for which: `depends_on` orders creates and scales, deletes run the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.plan.model import Change, Step, replaced


def wire(changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """The changes with the needs between clusters filled in. A circle (in a record made by hand) is an error."""
    if not any(change.depends_on for change in changes):
        return tuple(changes), ()
    from ackplan.plan import graph

    clusters = graph.of_needs({change.name: change.depends_on for change in changes})
    try:
        order = graph.order(clusters)
    except ValueError:
        names = " -> ".join(graph.circle(clusters))
        return tuple(changes), (error("ACK2011", circle=names),)
    by_name = {change.name: change for change in changes}
    present = [name for name in order if name in by_name]
    building = _incoming(present, by_name, clusters.predecessors, _building)
    removing = _incoming(present[::-1], by_name, clusters.successors, _removing)
    return tuple(_wired(change, building, removing) for change in changes), ()


def _building(step: Step) -> bool:
    return not step.traits.removes and not step.traits.silent


def _removing(step: Step) -> bool:
    return step.traits.removes


def _incoming(
    order: Sequence[str],
    changes: Mapping[str, Change],
    before: Callable[[str], Iterable[str]],
    chosen: Callable[[Step], bool],
) -> dict[str, frozenset[str]]:
    """The steps that each cluster's first chosen step waits for: the last of those before it, through idle ones."""
    outgoing: dict[str, frozenset[str]] = {}
    incoming: dict[str, frozenset[str]] = {}
    for name in order:
        sources = [outgoing.get(other, frozenset()) for other in before(name)]
        incoming[name] = frozenset().union(*sources)
        mine = [step for step in changes[name].steps if chosen(step)]
        outgoing[name] = frozenset({mine[-1].id}) if mine else incoming[name]
    return incoming


def _wired(change: Change, building: Mapping[str, frozenset[str]], removing: Mapping[str, frozenset[str]]) -> Change:
    steps = list(change.steps)
    for chosen, incoming in ((_removing, removing), (_building, building)):
        first = next((index for index, step in enumerate(steps) if chosen(step)), None)
        if first is not None and incoming[change.name]:
            needs = (*steps[first].needs, *sorted(incoming[change.name]))
            steps[first] = replaced(steps[first], needs=needs)
    wired = tuple(steps)
    return change if wired == change.steps else replaced(change, steps=wired)
