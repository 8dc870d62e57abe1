"""What is live inside of clusters as a plan saw it, in the words of the simulator's live states."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from ackplan.core.json_types import Json
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Plan


def inside(plan: Plan) -> dict[str, list[dict[str, Json]]]:
    """The node pools that a plan saw, by the names of the clusters inside of which it does something."""
    pools: dict[str, list[dict[str, Json]]] = {}
    for change in plan.changes:
        if change.address.parent is not None and change.steps:
            mine = pools.setdefault(change.address.root.short, [])
            mine += [_pool(change, change.live)] if isinstance(change.live, LiveResource) else []
    return pools


def home(change: Change) -> dict[str, Json]:
    """A cluster that the plan leaves as it is, as far as it tells: what is inside of it needs one."""
    parameters = change.after or change.before or {}
    facts: dict[str, Json] = {"cluster_id": change.cluster_id, "name": change.name, "state": "running", "size": 0}
    return {**facts, "region_id": change.kind.region_of(parameters), **change.kind.constants}


def _pool(change: Change, live: LiveResource) -> dict[str, Json]:
    """A pool with as many nodes as it has, those that steps name among them."""
    body = dict(change.kind.body(live.values))
    counting = change.kind.count_parameter
    size = live.values.get(counting.name) if counting else None
    named = dict.fromkeys(name for step in change.steps if step.call and step.call.query for name in step.instances)
    nodes = islice((*named, *_others(live.id)), max(size if isinstance(size, int) else 0, len(named)))
    own: dict[str, Json] = {"nodepool_id": live.id, "nodes": [{"instance_id": node} for node in nodes]}
    return {**body, **own, "state": live.state}


def _others(pool_id: str) -> Iterator[str]:
    return (f"i-{pool_id[-12:]}{number}" for number in islice(count(), 10_000))
