"""What the journal of a run means: which calls are in flight, and what the record is once the entries are taken in.

A step leaves up to three entries: `intent` before its call is sent, `answer` when the call was accepted, `settled`
when its effect is complete or has failed. An entry may carry what becomes of the cluster in the record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ackplan.record.codec import decode_cluster
from ackplan.record.model import Record, RecordedCluster

# The run and the step that a call belongs to.
CallKey = tuple[str, str]
# Tells an entry that settles a call of a run that died from one that says that its step is done.
RECOVERED: Mapping[str, Any] = {"recovered": True}


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

    @property
    def key(self) -> CallKey:
        return self.run, self.step


@dataclass(frozen=True, slots=True)
class RunHead:
    """Which run wrote the journal: of which plan (its digest), on top of which record (`record`: its digest).

    `plan` is empty once the run has ended and has left no more than its calls in flight.
    """

    id: str
    plan: str
    lineage: str
    serial: int
    record: str = ""

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

_COUNTS = ("workers_before", "workers_after", "masters")


def checked(entry: Entry) -> Entry:
    """The entry. Raises ValueError for one that no run writes: a journal is a file that a stranger could bring."""
    data = entry.data
    if not isinstance(data, dict) or not all(isinstance(text, str) for text in (entry.run, entry.step, entry.cluster)):
        raise ValueError("an entry has the wrong shape")
    instances, at = data.get("instances") or [], data.get("at")
    right = (
        isinstance(data.get("operation", ""), str),
        isinstance(instances, list) and all(isinstance(instance, str) for instance in instances),
        all(isinstance(data.get(name), int | None) for name in _COUNTS),
        isinstance(at, int | float | None),
    )
    if not all(right):
        raise ValueError("the facts of a call have the wrong shape")
    for after in (entry.entry, data.get("entry")):
        if after is not None:
            decode_cluster(entry.cluster, after)
    return entry


def _after(call: InFlight, entry: Entry, recorded: Mapping[str, Any]) -> InFlight | None:
    """A call in flight once a later run wrote down something of its cluster: what it aimed at is out of date then.

    None where it can't take effect any more, since the later run brought about what it was to bring about.
    """
    if call.cluster != entry.cluster or call.run == entry.run:
        return call
    operation, instances = call.data.get("operation"), call.data.get("instances") or ()
    if operation in {"create_cluster", "scale_out"} and call.step == entry.step:
        return None
    if operation == "attach" and set(instances) <= set(recorded.get("attached", ())):
        return None
    return call if operation == "create_cluster" else replace(call, data={**call.data, "entry": None})


def _of_the_same(before: RecordedCluster | None, after: RecordedCluster) -> RecordedCluster:
    """The new entry of a cluster; when it was accepted is known of it for good."""
    if before is None or before.cluster_id != after.cluster_id or after.accepted_at:
        return after
    return replace(after, accepted_at=before.accepted_at)


def fold(record: Record, entries: Iterable[Entry], *, stale: bool = False) -> tuple[Record, tuple[InFlight, ...]]:
    """The record with all entries taken in, and the calls in flight.

    `stale` says that the record was written by someone else since these entries: it wins for every cluster that it
    has, and clusters that it lacks are still added, for a cluster must never be lost. What recovery found is newer.
    """
    clusters = dict(record.clusters)
    flying: dict[tuple[str, str], InFlight] = {}
    for entry in entries:
        key = (entry.run, entry.step)
        if entry.removed:
            if not stale:
                clusters.pop(entry.cluster, None)
        elif entry.entry is not None and not (stale and entry.cluster in record.clusters and entry.data != RECOVERED):
            clusters[entry.cluster] = _of_the_same(
                clusters.get(entry.cluster), decode_cluster(entry.cluster, entry.entry)
            )
        if entry.entry is not None and entry.phase is not Phase.INTENT:
            flying = {k: left for k, call in flying.items() if (left := _after(call, entry, entry.entry)) is not None}
        if entry.phase is Phase.SETTLED:
            flying.pop(key, None)
        else:
            before = flying.get(key)
            data = {**(before.data if before else {}), **entry.data}
            flying[key] = InFlight(*key, entry.cluster, data, entry.phase is Phase.ANSWER)
    return replace(record, clusters=clusters), tuple(flying.values())
