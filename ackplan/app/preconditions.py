"""What was reviewed is what happens: where anything moved since a plan was made, it is not carried out.

A plan pins the files of the spec, the record by its content, and the live side of each cluster that it plans for, with
its nodes where these were looked at. Terraform pins the serial of its state alone: it misses a change made in the
console, and a record that git merged from two branches.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from ackplan import spec
from ackplan.app.baseline import Baseline
from ackplan.app.look_inside import look_inside
from ackplan.app.observe import Observer, together
from ackplan.core.actions import Action
from ackplan.core.aims import Gone
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.plan.live_sides import ABSENT_PRINT, Live
from ackplan.plan.model import Change, Plan
from ackplan.record import Record, RecordedCluster
from ackplan.record.entries import digest_of
from ackplan.record.pin import is_made_on, parted
from ackplan.record.shared_ids import shared_ids
from ackplan.resources.cluster.fingerprint import fingerprint, kept

_NODES = "nodes"


def check_sides(plan: Plan, before: Baseline, inputs: spec.Inputs, made_on: Record | None = None) -> None:
    """Raises Failure where spec, record or journal moved since the plan was made, without asking the API.

    The spec is looked for where the plan found it. `made_on` is the record that the plan was made on: with it, is said
    which of its clusters moved.
    """
    moved = [*_spec_moved(plan, inputs), *_record_moved(plan, before, made_on), *shared_ids(before.record)]
    if moved:
        raise Failure(*moved)


def check_taken_in(plan: Plan, record: Record) -> None:
    """Raises Failure where what an interrupted run did is now seen to be something else than the plan took it for."""
    entries = record.entries
    other = [change.name for change in plan.changes if change.recorded != entries.get(change.name)]
    if other:
        raise Failure(*(error("ACK6004.recovered", cluster=name) for name in other))


async def check_unmoved(plan: Plan, before: Baseline, observer: Observer) -> None:
    """Raises Failure for all that moved since the plan was made of what is live."""
    observed = await observer.observe(before.record, _regions(plan), before.flying)
    moved = [*observed.diagnostics, *_live_moved(plan.acting, plan, before, observed.live)]
    moved += await _inside_moved(plan, plan.acting, before, (observer, observed.live))
    moved += _needed_gone(plan, (), before.record, observed.live)
    if not moved:
        moved = [*await _nodes_moved(plan, observer.api)]
    if moved:
        raise Failure(*moved)


def check_same_spec(plan: Plan, inputs: spec.Inputs) -> None:
    """Raises Failure where the spec moved since a plan whose run was interrupted."""
    edits = _edits(plan, inputs)
    if edits:
        raise Failure(error("ACK3032.resumed", edits=edits))


async def check_resumable(plan: Plan, before: Baseline, ids: Mapping[str, str], observer: Observer) -> None:
    """Raises Failure for what others moved since an interrupted run of the plan; `ids` as its `Run` has them.

    Clusters that the run had not come to are as the plan saw them; those that it had are there.
    """
    live = (await observer.observe(before.record, _regions(plan), before.flying)).live
    begun = {entry.name for entry in before.leftover.entries}
    doomed = {call.name for call in before.flying if isinstance(call.aim, Gone)}
    there = {cluster.cluster_id for cluster in live if not cluster.gone and not cluster.leaving}
    coming = [change for change in plan.acting if change.name not in begun]
    moved = [*_live_moved(coming, plan, before, live)]
    moved += await _inside_moved(plan, coming, before, (observer, live))
    moved += _needed_gone(plan, ids, before.record, live)
    gone = [name for name in sorted(ids.keys() - doomed) if "/" not in name and ids[name] not in there]
    moved += (_moved(name, f"{ids[name]} was there when the run was interrupted, and is gone") for name in gone)
    if moved:
        raise Failure(*moved)


def _regions(plan: Plan) -> set[str]:
    return {step.region for step in plan.steps}


def _spec_moved(plan: Plan, inputs: spec.Inputs) -> Iterator[Diagnostic]:
    edits = _edits(plan, inputs)
    if edits:
        yield error("ACK3032.planned", edits=edits)


def _edits(plan: Plan, inputs: spec.Inputs) -> str:
    """What was done to the files of the spec since the plan, in words; nothing where they mean the same.

    Nothing is said where there is no file of the spec at all: a plan file needs none to be carried out.

    Files that were edited may mean the same: then nothing moved.
    """
    inputs = dataclasses.replace(inputs, paths=plan.pins.spec_paths)
    planned = plan.pins.spec_files
    now = spec.sources(inputs) if planned else {}
    if not now or now == planned or spec.read(inputs).digest() == plan.pins.spec_digest:
        return ""
    words = [f"{name} is gone" for name in sorted(planned.keys() - now.keys())]
    words += [f"{name} was added" for name in sorted(now.keys() - planned.keys())]
    words += [f"{name} was edited" for name in sorted(planned.keys() & now.keys()) if planned[name] != now[name]]
    return "; ".join(words)


def _record_moved(plan: Plan, before: Baseline, made_on: Record | None) -> Iterator[Diagnostic]:
    if not is_made_on(plan.pins, before.stored):
        how = parted(plan.pins, before.stored, made_on)
        yield error("ACK6004.content", how=how)
    elif before.leftover.head is not None and plan.pins.journal != digest_of(before.leftover):
        yield error("ACK6004.unfinished", fate=before.leftover.head.fate)


def _live_moved(
    changes: Iterable[Change], plan: Plan, before: Baseline, live: Sequence[Cluster]
) -> Iterator[Diagnostic]:
    by_id = {cluster.cluster_id: cluster for cluster in live}
    by_name = {cluster.name: cluster for cluster in live if not cluster.gone}
    for change in changes:
        if change.address.parent is not None:
            continue
        entry: RecordedCluster | None = before.record.clusters.get(change.name)
        found = (by_id.get(entry.cluster_id) if entry else None) or by_name.get(change.name)
        strangers = {step.cluster_id for step in change.steps} - {"", *(c.cluster_id for c in (entry, found) if c)}
        if strangers:
            yield _moved(change.name, f"its steps are for {', '.join(sorted(strangers))}, which is not this cluster")
        elif fingerprint(found) != plan.pins.live.get(change.name):
            yield _moved(change.name, _parted(change.live_cluster, found))


async def _inside_moved(
    plan: Plan, changes: Iterable[Change], before: Baseline, look: tuple[Observer, Sequence[Cluster]]
) -> list[Diagnostic]:
    """What is live inside of clusters otherwise than the plan saw it."""
    observer, live = look
    names = [change.name for change in changes if change.address.parent is not None]
    if not names:
        return []
    inside = await look_inside(observer, before.record, names, live, closer=False)
    every = {name: resource for of_type in inside.values() for name, resource in of_type.items()}
    now = {name: every[name].fingerprint if name in every else ABSENT_PRINT for name in names}
    return [_moved(name, "it is not as the plan saw it") for name in names if now[name] != plan.pins.live.get(name)]


def _needed_gone(plan: Plan, made: Container[str], record: Record, live: Sequence[Cluster]) -> Iterator[Diagnostic]:
    """Clusters that the plan leaves as they are, that are gone now, and that one depends on which is not `made` yet."""
    there = {cluster.cluster_id for cluster in live if not cluster.gone}
    creating = {Action.CREATE, Action.REPLACE}
    coming = [change for change in plan.acting if change.action in creating and change.name not in made]
    needed = {name for change in coming for name in change.depends_on}
    for name in sorted(needed - {change.name for change in plan.acting}):
        entry = record.clusters.get(name)
        if entry is not None and entry.cluster_id not in there:
            dependants = ", ".join(sorted(change.name for change in coming if name in change.depends_on))
            yield _moved(name, f"{entry.cluster_id} is gone; to be created after it: {dependants}")


def _moved(cluster: str, how: str) -> Diagnostic:
    return error("ACK6005", how=how, cluster=cluster)


def _parted(live: Live | None, found: Cluster | None) -> str:
    """What sets the live side apart from what the plan saw of it, in words."""
    if found is None or found.gone:
        return f"{live.cluster.cluster_id} is gone" if live else "it is gone"
    if live is None:
        return f"now {found.cluster_id}: {found.state}, size {found.size}"
    planned, now = live.facts, kept(found, None).facts
    words = [
        f"{name} was {planned.get(name, 'not there')}, is now {now.get(name, 'not there')}"
        for name in sorted((planned.keys() | now.keys()) - {_NODES})
        if planned.get(name) != now.get(name) and (name in now or name in _SHOWN)
    ]
    return "; ".join(words) or f"now {found.cluster_id}: {found.state}, size {found.size}"


# What of a plan's view a live cluster may have lost; the number of masters is the plan's own.
_SHOWN = frozenset({"vpc_id", "vswitch_id", "size"})


async def _nodes_moved(plan: Plan, api: ApiReader) -> list[Diagnostic]:
    """Other nodes in a cluster whose nodes were looked at, though their number is the same."""
    seen = ((change.name, change.live_cluster) for change in plan.acting)
    looked = [(name, live.cluster, live.nodes) for name, live in seen if live and live.nodes is not None]
    listed = await together(_listed(api, live) for _, live, _ in looked)
    return [
        _moved(name, how)
        for (name, _, planned), nodes in zip(looked, listed, strict=True)
        if (how := _exchanged(planned, nodes))
    ]


async def _listed(api: ApiReader, live: Cluster) -> Sequence[Node]:
    try:
        return await api.list_nodes(live.cluster_id, live.region_id)
    except ApiError as fault:
        if fault.missing:
            return ()
        raise


def _exchanged(planned: Sequence[Node], nodes: Sequence[Node]) -> str:
    before, now = {node.instance_id for node in planned}, {node.instance_id for node in nodes}
    words = [f"node {name} is gone" for name in sorted(before - now)]
    return "; ".join(words + [f"node {name} is new" for name in sorted(now - before)])
