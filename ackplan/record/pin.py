"""A record is its content. A pin tells whether a record is the very one that something was made on.

The serial alone does not: two branches that write the record once each give it the same, and whoever mends it by hand
may leave it as it is.
"""

from __future__ import annotations

from typing import Protocol

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.record.codec import digest
from ackplan.record.model import Record

_NAMES = 12


class RecordPin(Protocol):
    """What was made on a record: its `lineage`, `serial` and the digest of its content.

    The digest is empty where a journal of an earlier version does not tell.
    """

    @property
    def lineage(self) -> str: ...

    @property
    def serial(self) -> int: ...

    @property
    def record(self) -> str: ...


def is_made_on(what: RecordPin, record: Record) -> bool:
    """Whether `record` is the one that this was made on."""
    counted = (what.lineage, what.serial) == (record.lineage, record.serial)
    return counted and (not what.record or what.record == digest(record))


def parted(what: RecordPin, record: Record, before: Record | None = None) -> str:
    """What sets `record` apart from the one that this was made on (`before`, where it is at hand), in words."""
    if (what.lineage, what.serial) == (record.lineage, record.serial):
        told = f"another record has the same serial {record.serial}: it was merged or edited"
        return f"{told}; it says something else of {_other(before, record)}" if before is not None else told
    told = f"planned on serial {what.serial} of {what.lineage or 'a new record'}, it is now {record.serial}"
    return told + (f" of {record.lineage}" if record.lineage != what.lineage else "")


def changed(now: Record, expected: Record) -> Diagnostic:
    """What to say where another record is kept than the one that was expected."""
    if now.serial == expected.serial:
        return error("ACK3004.content", serial=now.serial)
    return error("ACK3004.serial", now=now.serial, before=expected.serial)


def _other(before: Record, record: Record) -> str:
    names = sorted(before.clusters.keys() | record.clusters.keys())
    other = [name for name in names if before.clusters.get(name) != record.clusters.get(name)]
    more = f" and {len(other) - _NAMES} more" if len(other) > _NAMES else ""
    return ", ".join(other[:_NAMES]) + more if other else "its world"
