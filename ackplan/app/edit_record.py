"""Changes of the record by hand: forget a cluster, follow one that was renamed, put another record in its place.

Nothing is called that changes a cluster. Each refuses a record that an interrupted apply has not been taken into: what
that run did would be lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable

from ackplan.app.baseline import Baseline, of_workspace
from ackplan.app.plan import check_distinct
from ackplan.app.workspace import Workspace
from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record, RecordedCluster


def check_settled(before: Baseline) -> None:
    """Raises Failure where an interrupted apply left something that is not in the record yet."""
    head = before.leftover.head
    if head is not None:
        raise Failure(error("ACK3031.unfinished" if head.ended else "ACK3030.unfinished", run=head.id))


def forget(record: Record, names: Iterable[str]) -> Record:
    """The record without these, and without what is inside of them. Raises Failure for every name that it lacks."""
    wanted = tuple(dict.fromkeys(names))
    entries = record.entries
    unknown = [_unknown(name) for name in wanted if name not in entries]
    if unknown:
        raise Failure(*unknown)
    inside = tuple(f"{name}/" for name in wanted)
    kept = {name: entry for name, entry in entries.items() if name not in wanted and not name.startswith(inside)}
    return record.with_entries(kept)


def rename(record: Record, old: str, new: str, live: Iterable[Cluster]) -> Record:
    """The record with the cluster `old` under the name `new`, which its live cluster has got meanwhile.

    A name is a cluster's identity, and ackplan never changes it: only a cluster that was renamed outside can be
    followed. Raises Failure for any other.
    """
    entry = record.clusters.get(old)
    if entry is None:
        raise Failure(_unknown(old))
    if new in record.clusters:
        raise Failure(error("ACK3006.target", name=new, cluster_id=record.clusters[new].cluster_id))
    found = next((c for c in live if c.cluster_id == entry.cluster_id and not c.gone), None)
    if found is None or found.name != new:
        raise Failure(_not_renamed(old, new, entry, found))
    clusters = {name: _following(known, old, new) for name, known in record.clusters.items() if name != old}
    nested = {_under(name, old, new): _following(known, old, new) for name, known in record.nested.items()}
    return dataclasses.replace(record, clusters={**clusters, new: _named(entry, new)}, nested=nested)


def rename_inside(record: Record, old: str, new: str, live: Iterable[LiveResource]) -> Record:
    """The same of what is inside of a cluster, and stays in it. `live` is what is live there. Raises Failure."""
    entry = record.nested.get(old)
    if entry is None:
        raise Failure(_unknown(old))
    try:
        was, now = parse(old), parse(new)
    except ValueError:
        raise Failure(error("ACK3070", cluster=new)) from None
    if new in record.nested:
        raise Failure(error("ACK3006.target", name=new, cluster_id=record.nested[new].cluster_id))
    there = next((each for each in live if each.id == entry.cluster_id), None)
    if there is None:
        raise Failure(error("ACK3040.gone", cluster_id=entry.cluster_id, cluster=old))
    if (there.name, was.parent, was.type) != (now.name, now.parent, now.type):
        raise Failure(error("ACK3040.same", cluster_id=entry.cluster_id, live=there.name, new=new, cluster=old))
    kept = {name: each for name, each in record.entries.items() if name != old}
    entries = {name: _following(each, old, new) for name, each in kept.items()}
    naming = {p.name: there.name for p in entry.kind.parameters.values() if p.fill == "name"}
    renamed = dataclasses.replace(entry, parameters={**entry.parameters, **naming})
    return record.with_entries({**entries, new: renamed})


def _not_renamed(old: str, new: str, entry: RecordedCluster, found: Cluster | None) -> Diagnostic:
    if found is None:
        return error("ACK3040.gone", cluster_id=entry.cluster_id, cluster=old)
    return error("ACK3040.same", cluster_id=entry.cluster_id, live=found.name, new=new, cluster=old)


def _named(entry: RecordedCluster, name: str) -> RecordedCluster:
    naming = entry.kind.name_parameter.name
    parameters = {key: name if key == naming else value for key, value in entry.parameters.items()}
    return dataclasses.replace(entry, parameters=parameters)


def _following(entry: RecordedCluster, old: str, new: str) -> RecordedCluster:
    """An entry that depends on what was renamed, or on what is inside of it, goes on depending on it."""
    names = [_under(name, old, new) for name in entry.depends_on]
    if names == list(entry.depends_on):
        return entry
    return dataclasses.replace(entry, own={**entry.own, "depends_on": names})


def _under(name: str, old: str, new: str) -> str:
    return new + name.removeprefix(old) if name == old or name.startswith(f"{old}/") else name


def put(record: Record, pushed: Record, *, force: bool) -> Record:
    """The record to write when `pushed` takes its place. Raises Failure where that would lose what others wrote."""
    if not force:
        check_distinct(pushed)
    if not force and record.lineage:
        if pushed.lineage != record.lineage:
            raise Failure(error("ACK3041.lineage", pushed=pushed.lineage, recorded=record.lineage))
        if pushed.serial < record.serial:
            raise Failure(error("ACK3041.serial", pushed=pushed.serial, recorded=record.serial))
        if pushed.serial == record.serial and pushed != record:
            raise Failure(error("ACK3041.content", serial=record.serial, next=record.serial + 1))
        if not pushed.world.meets(record.world):
            raise Failure(error("ACK3041.world", pushed=pushed.world, recorded=record.world))
    return pushed


def _unknown(name: str) -> Diagnostic:
    return error("ACK3005", name=name)


async def begin_record(workspace: Workspace) -> Record:
    """Begins a workspace with nothing recorded. Raises Failure for one that is there already."""
    async with workspace.lock("ackplan workspace new"):
        record, leftover = workspace.snapshot()
        if record.lineage or leftover.head is not None:
            raise Failure(error("ACK3123", workspace=workspace.name, store=workspace.store))
        return workspace.record.write(record, expect=record)


async def remove(workspace: Workspace, *, force: bool) -> None:
    """Removes a workspace. Raises Failure for one that knows of clusters, unless that is meant."""
    async with workspace.lock("ackplan workspace delete"):
        record, leftover = workspace.snapshot()
        if not force and (record.entries or leftover.head is not None):
            run, clusters = leftover.head.id if leftover.head else "none", len(record.clusters)
            recorded = f"{clusters} recorded cluster{'' if clusters == 1 else 's'}"
            raise Failure(error("ACK3122", workspace=workspace.name, recorded=recorded, run=run))
        workspace.remove()


async def rewrite(workspace: Workspace, what: str, changed: Callable[[Baseline], Awaitable[Record]]) -> Record:
    """Writes what `changed` makes of the record, under the lock held for `what`. Raises Failure where it can't be."""
    async with workspace.lock(what):
        before = of_workspace(workspace)
        record = await changed(before)
        unchanged = record == before.stored
        return record if unchanged else workspace.record.write(record, expect=before.stored)
