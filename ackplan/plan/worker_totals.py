"""How many workers a plan adds and removes: nodes that are made, and instances that are attached or detached.

Masters are no workers. What is blocked is not carried out, and not counted. The workers of a cluster with node pools
are those of its pools; what it has besides goes with it where it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ackplan.core.address import Address
from ackplan.core.catalog import Kind
from ackplan.core.json_types import JsonObject
from ackplan.core.work import Attach, Create, Delete, Detach, GoAlong, ScaleIn, ScaleOut
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Plan, Step


class WorkerMove(NamedTuple):
    """Workers that one change adds and removes; `uncounted`: others come or go whose number nobody knows."""

    added: int = 0
    removed: int = 0
    uncounted: bool = False


@dataclass(frozen=True, slots=True)
class WorkerTotals:
    """All workers that a plan adds and removes. `uncounted` are the resources whose numbers are not among them.

    Those are pools that scale themselves, and clusters whose size the API does not tell, as they come or go.
    """

    added: int = 0
    removed: int = 0
    uncounted: tuple[str, ...] = ()


def worker_totals(plan: Plan) -> WorkerTotals:
    """Of all changes that are not blocked."""
    moves = worker_moves(plan)
    uncounted = tuple(name for name, move in moves.items() if move.uncounted)
    return WorkerTotals(sum(m.added for m in moves.values()), sum(m.removed for m in moves.values()), uncounted)


def worker_moves(plan: Plan) -> Mapping[str, WorkerMove]:
    """The workers that come and go, by the names of the changes that move any."""
    free = [change for change in plan.changes if not change.is_blocked and change.steps]
    moves = {change.name: _move(change) for change in free}
    inside: dict[Address, list[WorkerMove]] = {}
    for change in free:
        if change.address.parent is not None:
            inside.setdefault(change.address.parent, []).append(moves[change.name])
    for change in free:
        if change.address.parent is None and change.kind.count_parameter is None:
            moves[change.name] = _besides_pools(moves[change.name], _sum(inside.get(change.address, ())))
    return {name: move for name, move in moves.items() if move != WorkerMove()}


def _move(change: Change) -> WorkerMove:
    return _sum(_of_step(change, step) for step in change.steps)


def _of_step(change: Change, step: Step) -> WorkerMove:
    match step.work:
        case Create():
            return _made(change)
        case Attach(instances=instances):
            return WorkerMove(added=len(instances))
        case ScaleOut(size=size):
            return WorkerMove(added=size.moved)
        case Detach(instances=instances):
            return WorkerMove(removed=len(instances))
        case ScaleIn(size=size, instances=instances):
            return WorkerMove(removed=len(instances) or size.moved)
        case Delete() | GoAlong():
            return _lost(change)
        case _:
            return WorkerMove()


def _made(change: Change) -> WorkerMove:
    """The workers that a creation makes by itself."""
    count = count_in(change.kind, change.after or {})
    return WorkerMove(uncounted=True) if count is None else WorkerMove(added=count)


def count_in(kind: Kind, parameters: JsonObject) -> int | None:
    """How many workers these parameters ask for; None where automatic scaling decides it."""
    counting = kind.count_parameter
    if counting is None:
        return 0
    if parameters.get(counting.unless) is True:
        return None
    number = parameters.get(counting.name)
    return counting.count(number) if number is not None else 0


def _lost(change: Change) -> WorkerMove:
    number = lost_workers(change)
    return WorkerMove(uncounted=True) if number is None else WorkerMove(removed=number)


def lost_workers(change: Change) -> int | None:
    """The workers that go with what is deleted; None where the API does not tell their number."""
    if change.kind.count_parameter is None and (change.address.parent is not None or not change.kind.section_key):
        return 0
    number = _live_in_pool(change, change.live) if isinstance(change.live, LiveResource) else _live_in_cluster(change)
    return None if number is None else max(0, number)


def _live_in_pool(change: Change, live: LiveResource) -> int | None:
    counting = change.kind.count_parameter
    number = live.values.get(counting.name) if counting is not None else None
    return number if isinstance(number, int) else None


def _live_in_cluster(change: Change) -> int | None:
    live = change.live_cluster
    if live is None or live.cluster.size is None:
        return None
    recorded = change.recorded
    return live.cluster.size - (recorded.kind.masters(recorded.parameters) if recorded else 0)


def _besides_pools(move: WorkerMove, pools: WorkerMove) -> WorkerMove:
    """Without the workers of a cluster's pools that go, too: each has a change of its own."""
    rest = 0 if pools.uncounted else max(0, move.removed - pools.removed)
    return move._replace(removed=rest, uncounted=move.uncounted and not pools.uncounted)


def _sum(moves: Iterable[WorkerMove]) -> WorkerMove:
    added = removed = 0
    uncounted = False
    for move in moves:
        added, removed, uncounted = added + move.added, removed + move.removed, uncounted or move.uncounted
    return WorkerMove(added, removed, uncounted)
