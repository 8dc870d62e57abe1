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
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error
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
    nested = {
        f"{new}/{name.removeprefix(f'{old}/')}" if name.startswith(f"{old}/") else name: _following(known, old, new)
        for name, known in record.nested.items()
    }
    return dataclasses.replace(record, clusters={**clusters, new: _named(entry, new)}, nested=nested)


def _not_renamed(old: str, new: str, entry: RecordedCluster, found: Cluster | None) -> Diagnostic:
    if found is None:
        return error("ACK3040.gone", cluster_id=entry.cluster_id, cluster=old)
    return error("ACK3040.same", cluster_id=entry.cluster_id, live=found.name, new=new, cluster=old)


def _named(entry: RecordedCluster, name: str) -> RecordedCluster:
    naming = entry.kind.name_parameter.name
    parameters = {key: name if key == naming else value for key, value in entry.parameters.items()}
    return dataclasses.replace(entry, parameters=parameters)


def _following(entry: RecordedCluster, old: str, new: str) -> RecordedCluster:
    """An entry that depends on the renamed cluster goes on depending on it."""
    if old not in entry.depends_on:
        return entry
    names = [new if name == old else name for name in entry.depends_on]
    return dataclasses.replace(entry, own={**entry.own, "depends_on": names})


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


async def rewrite(workspace: Workspace, what: str, changed: Callable[[Baseline], Awaitable[Record]]) -> Record:
    """Writes what `changed` makes of the record, under the lock held for `what`. Raises Failure where it can't be."""
    async with workspace.lock(what):
        before = of_workspace(workspace)
        record = await changed(before)
        unchanged = record == before.stored
        return record if unchanged else workspace.record.write(record, expect=before.stored)
