"""What a plan says of node pools: besides what their parameters become, how many nodes come and go, and which.

`scaling_group.desired_size` counts the nodes that are made for the pool; instances under `attach` come on top, as in a
cluster. A pool that scales itself is never resized.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ackplan.core.actions import Side
from ackplan.core.answers import Node
from ackplan.core.call import Pinned
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import ABSENT
from ackplan.core.work import Detach, ScaleIn, ScaleOut, Upgrade
from ackplan.plan.chain import Chain
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.resources.nested.share import NestedShare
from ackplan.resources.nested.steps import Update
from ackplan.resources.node_pool import pool_refusals
from ackplan.resources.node_pool.live_pools import size_of
from ackplan.resources.node_pool.pool_upgrade import followed, kept_version, upgrade
from ackplan.resources.upgraded import upgraded_parameter
from ackplan.resources.worker_steps import attach, teams_own
from ackplan.resources.workers import Workers, choose, compare_workers
from ackplan.spec.desired import Wanted

_MOST_AT_ONCE: Final = 500


class PoolShare(NestedShare):
    """The share of node pools. A pool goes with its cluster; one with nodes is deleted with them."""

    goes_along = True

    def differences(self, desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Iterator[ParameterChange]:
        for change in super().differences(desired, recorded, live):
            yield followed(change)
        yield from _count_change(desired, recorded, workers_of(desired, recorded, live))

    def moved(self, recorded: RecordedCluster, live: LiveResource) -> Iterator[tuple[str, Json]]:
        """The size is held apart: live it counts the attached instances, too."""
        counting, ignored = recorded.kind.count_parameter, recorded.ignored
        name = counting.name if counting is not None else ""
        yield from ((each, value) for each, value in super().moved(recorded, live) if each != name)
        size = size_of(live, recorded.kind)
        if size is None or name not in recorded.parameters or name not in live.values or name in ignored:
            return
        there = {node.instance_id for node in live.nodes} if live.nodes is not None else {*recorded.attached}
        count = size - sum(instance in there for instance in recorded.attached)
        if count != recorded.parameters[name]:
            yield name, count

    def extend(self, chain: Chain, desired: Wanted, todo: Update | None) -> tuple[Diagnostic, ...]:
        if todo is not None and any(change.effect is Effect.UPGRADE for change in todo.changes):
            upgrade(chain, desired, self.version_above(desired.name))
        if todo is None:
            attach(chain, desired.attach, desired.attached, chain.side)
            return ()
        if not (todo.changes or desired.attach or todo.was.attached):
            return ()
        workers = workers_of(desired, todo.was, todo.live)
        if workers is None:
            return ()
        if workers.live is None:
            moves = workers.attach or workers.detach or any(c.effect is Effect.SCALE for c in todo.changes)
            return (pool_refusals.size_unknown(desired),) if moves else ()
        chosen, blocked = _released(desired, todo, workers)
        _worker_steps(chain, todo, workers, chosen)
        return tuple(blocked)

    def within_reach(self, desired: Wanted, was: RecordedCluster) -> Wanted:
        """Without a version that the cluster will not have: its nodes follow when it has."""
        kept = kept_version(desired, was, self.version_above(desired.name))
        return dataclasses.replace(desired, parameters={**desired.parameters, **kept}) if kept else desired

    def version_above(self, name: str) -> str:
        """The version that the cluster of this pool has, or will have; empty where it is not told."""
        change = self.homes.change_of(name)
        ways = [step.work.version for step in change.steps if isinstance(step.work, Upgrade)] if change else []
        parameter = upgraded_parameter(change.kind) if change else None
        live = self.homes.live_of(name)
        sight = change.kind.sights.get(parameter.name) if change and parameter else None
        shown = sight.value(live.attributes) if sight and live else None
        return ways[-1] if ways else str(shown or "")


def with_nodes_of(entry: RecordedCluster, live: LiveResource, desired: Wanted) -> RecordedCluster:
    """The entry of a pool that is taken over, with the nodes that it has, attached ones apart."""
    there = {node.instance_id for node in live.nodes or ()}
    attached = tuple(instance for instance in desired.attached if instance in there)
    counting, size = desired.kind.count_parameter, size_of(live, desired.kind)
    if counting is None or counting.name not in entry.parameters or size is None:
        return dataclasses.replace(entry, attached=attached)
    count = {counting.name: size - len(attached)}
    return dataclasses.replace(entry, parameters={**entry.parameters, **count}, attached=attached)


def workers_of(desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Workers | None:
    """How many nodes are wanted and live; None where nothing is said of them."""
    counting, size = desired.kind.count_parameter, _size(recorded, live)
    if counting is None or not (counting.name in desired.parameters or desired.attach or recorded.attached):
        return None
    if _is_counted(desired, counting):
        count = counting.count(desired.parameters[counting.name])
    else:
        count = (size or 0) - _attached_live(desired, recorded, live)
    return compare_workers(desired, count, recorded, size, live.nodes)


def _size(recorded: RecordedCluster, live: LiveResource) -> int | None:
    """How many nodes are live. A record that is taken for what is live counts those alone that were made."""
    size = size_of(live, recorded.kind)
    return size if size is None or live.fields else size + len(recorded.attached)


def _is_counted(desired: Wanted, counting: Parameter) -> bool:
    """Whether the spec says how many nodes there are to be."""
    said = counting.name in desired.parameters and counting.name not in desired.lifecycle.ignore_changes
    return said and desired.parameters.get(counting.unless) is not True


def _attached_live(desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> int:
    if live.nodes is None:
        return len(recorded.attached)
    attached = {*recorded.attached, *desired.attached}
    return sum(node.instance_id in attached for node in live.nodes)


def _count_change(desired: Wanted, recorded: RecordedCluster, workers: Workers | None) -> Iterator[ParameterChange]:
    counting = desired.kind.count_parameter
    if counting is None or counting.name not in desired.parameters:
        return
    after = counting.canonical(desired.parameters[counting.name])
    before = counting.canonical(recorded.parameters.get(counting.name, ABSENT))
    if not _is_counted(desired, counting):
        # The API does with it what it likes: it is recorded, and never held against what is live.
        if before != after and counting.name not in desired.lifecycle.ignore_changes:
            yield ParameterChange(counting.name, before, after, Effect.RECORDED, Side.SPEC)
    elif workers is not None and workers.delta:
        side = Side.LIVE if before == after else Side.SPEC
        yield ParameterChange(counting.name, counting.count(after) - workers.delta, after, Effect.SCALE, side)
    elif before != after:
        yield ParameterChange(counting.name, before, after, Effect.RECORDED, Side.SPEC)


def _released(desired: Wanted, todo: Update, workers: Workers) -> tuple[tuple[Node, ...], list[Diagnostic]]:
    """The nodes to give up, and what stands against it."""
    need = -workers.delta
    if need <= 0:
        return (), []
    if desired.scale_in is None:
        return (), [pool_refusals.unnamed(desired, workers)]
    chosen = choose(desired.scale_in, need, todo.live.nodes or (), teams_own(desired, todo.was), _since(todo.live))
    short = len(chosen.nodes) < need
    return chosen.nodes, [pool_refusals.too_few_named(desired, need, chosen)] if short else []


def _since(live: LiveResource) -> str:
    info = live.fields.get("nodepool_info")
    return str(info.get("created") or "") if isinstance(info, Mapping) else ""


def _worker_steps(chain: Chain, todo: Update, workers: Workers, released: Sequence[Node]) -> None:
    """Room is made before it is given up: attach, scale out, detach, scale in."""
    assert workers.live is not None and chain.entry is not None  # noqa: S101, PT018 - `extend` has looked
    before = set(chain.entry.attached)
    kept = tuple(instance for instance in chain.entry.attached if instance not in workers.returned)
    chain.entry = dataclasses.replace(chain.entry, attached=(*kept, *workers.joined))
    if workers.attach:
        drifted = all(instance in before for instance in workers.attach)
        attach(chain, todo.desired.attach, workers.attach, Side.LIVE if drifted else Side.SPEC)
    present = _scale_out(chain, workers, workers.live + len(workers.attach))
    by_key = {node.instance_id: node for node in todo.live.nodes or ()}
    if workers.detach:
        left = tuple(i for i in chain.entry.attached if i not in workers.detach)
        chain.entry = dataclasses.replace(chain.entry, attached=left)
        query = removal([by_key[instance] for instance in workers.detach], release=False)
        chain.add(Detach(chain.call(Detach, query=query), workers.detach), side=Side.SPEC)
        present -= len(workers.detach)
    if released:
        release = todo.desired.scale_in.release_node if todo.desired.scale_in else None
        call = chain.call(ScaleIn, query=removal(released, release=release))
        keys = tuple(node.key for node in released)
        chain.add(ScaleIn(call, Pinned(present, present - len(released)), keys))


def _scale_out(chain: Chain, workers: Workers, present: int) -> int:
    """One step for as many nodes as a call can add. How many there are then."""
    missing, number = max(0, workers.delta), 1
    while missing:
        count = min(missing, _MOST_AT_ONCE)
        call = chain.call(ScaleOut, {"count": count})
        chain.add(ScaleOut(call, Pinned(present, present + count)), label="" if number == 1 else str(number))
        present, missing, number = present + count, missing - count, number + 1
    return present


def removal(nodes: Sequence[Node], *, release: bool | None) -> dict[str, str]:
    """The query of a call that takes these nodes out: by their instances, or by their names where they are none."""
    instances = [node.instance_id for node in nodes if node.instance_id]
    names = [node.name for node in nodes if not node.instance_id]
    lists: JsonObject = {"instance_ids": instances, "nodes": names}
    query = {name: json.dumps(each) for name, each in lists.items() if each}
    return query if release is None else {**query, "release_node": "true" if release else "false"}
