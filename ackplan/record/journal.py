"""What the journal of a run means: which calls are in flight, and what the record is once the entries are taken in.

A step leaves up to three entries: `intent` before its call is sent, `answer` when the call was accepted, `settled`
when its effect is complete or has failed. An entry may carry what becomes of the cluster in the record.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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


def fold(record: Record, entries: Iterable[Entry]) -> tuple[Record, tuple[InFlight, ...]]:
    """The record with all entries taken in, and the calls in flight."""
    clusters = dict(record.clusters)
    flying: dict[tuple[str, str], InFlight] = {}
    for entry in entries:
        key = (entry.run, entry.step)
        if entry.removed:
            clusters.pop(entry.cluster, None)
        elif entry.entry is not None:
            clusters[entry.cluster] = decode_cluster(entry.cluster, entry.entry)
        if entry.phase is Phase.SETTLED:
            flying.pop(key, None)
        else:
            before = flying.get(key)
            data = {**(before.data if before else {}), **entry.data}
            flying[key] = InFlight(*key, entry.cluster, data, entry.phase is Phase.ANSWER)
    return Record(record.lineage, record.serial, clusters), tuple(flying.values())
