"""What the journal of a run means: which calls are in flight, and what the record is once the entries are taken in.

A step leaves up to three entries: `intent` before its call is sent, `answer` when the call was accepted, `settled`
when its effect is complete or has failed. An entry may carry what becomes of the cluster in the record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ackplan.model.answers import Cluster, Node
from ackplan.record.codec import decode_cluster
from ackplan.record.model import Record


class Phase(enum.Enum):
    INTENT = "intent"
    ANSWER = "answer"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `data` holds facts of the call (operation, request id, task id, size before), never a secret.

    `entry` is the cluster's new record entry as JSON data, `removed` says that the cluster leaves the record.
    """

    run: str
    step: str
    cluster: str
    phase: Phase
    data: Mapping[str, Any] = field(default_factory=dict)
    entry: Mapping[str, Any] | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class InFlight:
    """A call that was written down, and whose effect is not known to be complete."""

    run: str
    step: str
    cluster: str
    data: Mapping[str, Any]
    answered: bool


@dataclass(frozen=True, slots=True)
class RunHead:
    """Which run wrote the journal: of which plan (its digest), on top of which version of the record.

    `plan` is empty once the run has ended and has left no more than its calls in flight.
    """

    id: str
    plan: str
    lineage: str
    serial: int

    @property
    def ended(self) -> bool:
        return not self.plan

    @property
    def fate(self) -> str:
        return f"run {self.id} {'ended with calls in flight' if self.ended else 'was interrupted'}"


@dataclass(frozen=True, slots=True)
class Leftover:
    """What an earlier run left in the journal: its head and entries. Without a head there is nothing."""

    head: RunHead | None
    entries: tuple[Entry, ...]


NOTHING = Leftover(None, ())


def fold(record: Record, entries: Iterable[Entry], *, stale: bool = False) -> tuple[Record, tuple[InFlight, ...]]:
    """The record with all entries taken in, and the calls in flight.

    `stale` says that the record was written by someone else since these entries: it wins for every cluster that it
    has, and clusters that it lacks are still added, for a cluster must never be lost.
    """
    clusters = dict(record.clusters)
    flying: dict[tuple[str, str], InFlight] = {}
    for entry in entries:
        key = (entry.run, entry.step)
        if entry.removed:
            if not stale:
                clusters.pop(entry.cluster, None)
        elif entry.entry is not None and not (stale and entry.cluster in record.clusters):
            clusters[entry.cluster] = decode_cluster(entry.cluster, entry.entry)
        if entry.phase is Phase.SETTLED:
            flying.pop(key, None)
        else:
            before = flying.get(key)
            data = {**(before.data if before else {}), **entry.data}
            flying[key] = InFlight(*key, entry.cluster, data, entry.phase is Phase.ANSWER)
    return Record(record.lineage, record.serial, clusters), tuple(flying.values())


# Tells an entry that settles a call of a run that died from one that says that its step is done.
_RECOVERED: Mapping[str, Any] = {"recovered": True}
_UNREAD: Mapping[str, Sequence[Node]] = {}
_CREATE, _DELETE, _ATTACH = "create_cluster", "delete_cluster", "attach"


def recover(
    record: Record,
    flying: Iterable[InFlight],
    live: Iterable[Cluster],
    nodes: Mapping[str, Sequence[Node]] = _UNREAD,
    *,
    stale: bool = False,
) -> tuple[Record, tuple[Entry, ...]]:
    """What became of the calls in flight, as far as it shows: the record, and entries that settle them.

    A create whose answer never came is found by its name, which is unique: the cluster is taken in as not yet complete.
    Any other call whose whole effect shows is taken in as done: it was ours, and is no drift. `nodes` are those of
    live clusters, by id, as far as they were read (`named_nodes`). What does not show needs nothing here: the next
    plan compares with what was left behind. `stale` is that of `fold`: then only a create is taken in.
    """
    there = {cluster.cluster_id: cluster for cluster in live if not cluster.gone}
    entries = []
    for call in flying:
        settled = Entry(call.run, call.step, call.cluster, Phase.SETTLED, _RECOVERED)
        if call.data.get("operation") == _CREATE:
            settled = replace(settled, entry=_created(record, call, there))
        elif call.data.get("operation") == _DELETE:
            settled = replace(settled, removed=not stale and _deleted(record, call, there))
        elif not stale:
            settled = replace(settled, entry=_changed(record, call, there, nodes))
        entries.append(settled)
    recovered, _ = fold(record, entries)
    return recovered, tuple(entries)


def named_nodes(record: Record, flying: Iterable[InFlight], live: Iterable[Cluster]) -> tuple[str, ...]:
    """The ids of the live clusters whose nodes tell what became of a call in flight."""
    living = {cluster.cluster_id for cluster in live if not cluster.gone and not cluster.busy}
    named = {call.cluster for call in flying if call.data.get("instances")}
    return tuple(c.cluster_id for name, c in record.clusters.items() if name in named and c.cluster_id in living)


def _created(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> Mapping[str, Any] | None:
    """The entry of the cluster that a create left whose answer never came; None where there is none to take in."""
    entry, known = call.data.get("entry"), record.clusters.get(call.cluster)
    if call.answered or not isinstance(entry, dict) or (known and known.cluster_id in there):
        return None
    found = next((cluster for cluster in there.values() if cluster.name == call.cluster), None)
    return {**entry, "cluster_id": found.cluster_id, "created": False, "attached": []} if found else None


def _deleted(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> bool:
    known = record.clusters.get(call.cluster)
    return known is not None and known.cluster_id not in there


def _changed(
    record: Record, call: InFlight, there: Mapping[str, Cluster], nodes: Mapping[str, Sequence[Node]]
) -> Mapping[str, Any] | None:
    """The entry that the call aimed at, where the live cluster has come to be so; None where it can't be told."""
    entry, known = call.data.get("entry"), record.clusters.get(call.cluster)
    if not isinstance(entry, dict) or known is None or entry.get("cluster_id") not in ("", known.cluster_id):
        return None
    found = there.get(known.cluster_id)
    if found is None or found.busy or not _shows(call.data, found, nodes.get(known.cluster_id)):
        return None
    return {**entry, "cluster_id": known.cluster_id}


def _shows(data: Mapping[str, Any], found: Cluster, nodes: Sequence[Node] | None) -> bool:
    """Whether all that a call was to bring about is there."""
    wanted, instances = data.get("workers_after"), data.get("instances") or ()
    if isinstance(wanted, int) and found.size != wanted + data.get("masters", 0):
        return False
    if not instances:
        return isinstance(wanted, int)
    present = [node.instance_id in instances for node in nodes or ()].count(True)
    return nodes is not None and present == (len(instances) if data.get("operation") == _ATTACH else 0)
