"""What the journal of a run means: which calls are in flight, and what the record is once the entries are taken in.

A step leaves up to three entries: `intent` before its call is sent, `answer` when the call was accepted, `settled`
when its effect is complete or has failed. An entry may carry what becomes of the cluster in the record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan.model.answers import Cluster
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
    """Which run wrote the journal: of which plan (its digest), on top of which version of the record."""

    id: str
    plan: str
    lineage: str
    serial: int


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


def recover(record: Record, flying: Iterable[InFlight], live: Iterable[Cluster]) -> tuple[Record, tuple[Entry, ...]]:
    """What became of the calls in flight, as far as the live list tells: the record, and entries that settle them.

    A create whose answer never came is found by its name, which is unique: the cluster is taken in as not yet complete.
    All other calls need nothing here: the next plan compares with what they left behind.
    """
    by_name = {cluster.name: cluster for cluster in live if not cluster.gone}
    living = {cluster.cluster_id for cluster in by_name.values()}
    lost = {name for name, known in record.clusters.items() if known.cluster_id not in living}
    entries = []
    for call in flying:
        found = by_name.get(call.cluster)
        entry = call.data.get("entry")
        created = call.data.get("operation") == "create_cluster" and not call.answered
        free = call.cluster not in record.clusters or call.cluster in lost
        if created and found is not None and isinstance(entry, dict) and free:
            taken = {**entry, "cluster_id": found.cluster_id, "created": False, "attached": []}
            entries.append(Entry(call.run, call.step, call.cluster, Phase.SETTLED, _RECOVERED, taken))
        else:
            entries.append(Entry(call.run, call.step, call.cluster, Phase.SETTLED, _RECOVERED))
    recovered, _ = fold(record, entries)
    return recovered, tuple(entries)
