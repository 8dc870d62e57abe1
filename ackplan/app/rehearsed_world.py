"""What is live inside of clusters as a plan saw it, in the words of the simulator's live states."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from ackplan.core.catalog.kinds import nested
from ackplan.core.json_types import Json, JsonObject
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Plan
from ackplan.resources.types import BUILT_IN

# The simulator that is given a world calls those of a type as the spec does.
_SEEDS = {each.name: each.section for each in BUILT_IN.nested}
_POOL = "node_pool"


def inside(plan: Plan) -> dict[str, dict[str, list[Json]]]:
    """What a plan saw inside of the clusters that it acts in, by their names, under the keys of a spec.

    A cluster has pools as far as the plan acts in it at all, and add-ons as far as it acts on one of them.
    """
    acting = {(change.address.root.short, change.address.type) for change in plan.changes if change.steps}
    homes = {name for name, kind in acting if kind in _SEEDS}
    seen: dict[str, dict[str, list[Json]]] = {name: {_SEEDS[_POOL]: []} for name in homes}
    for name, kind in acting:
        if kind in _SEEDS:
            seen[name].setdefault(_SEEDS[kind], [])
    for change in plan.changes:
        mine = seen.get(change.address.root.short, {}).get(_SEEDS.get(change.address.type, ""))
        if mine is not None and isinstance(change.live, LiveResource):
            mine.append(_pool(change, change.live) if change.address.type == _POOL else _addon(change.live))
    return seen


def shown(facts: JsonObject) -> dict[str, Json]:
    """What an answer showed of a cluster, its groups put together again."""
    try:
        return nested(facts)
    except TypeError:  # no answer is so: a plan file says it
        return dict(facts)


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


def _addon(live: LiveResource) -> dict[str, Json]:
    """An add-on in its version, with its settings."""
    shown = {name: live.values.get(name) for name in ("version", "config")}
    return {"name": live.name, **{name: value for name, value in shown.items() if value is not None}}


def _others(pool_id: str) -> Iterator[str]:
    return (f"i-{pool_id[-12:]}{number}" for number in islice(count(), 10_000))
