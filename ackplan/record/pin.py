"""A record is its content. A pin tells whether a record is the very one that something was made on.

The serial alone does not: two branches that write the record once each give it the same, and whoever mends it by hand
may leave it as it is.
"""

from __future__ import annotations

from typing import Protocol

from ackplan.record.codec import digest
from ackplan.record.model import Record


class Pinned(Protocol):
    """What was made on a record: its `lineage`, `serial` and the digest of its content.

    The digest is empty where a journal of an earlier version does not tell.
    """

    @property
    def lineage(self) -> str: ...

    @property
    def serial(self) -> int: ...

    @property
    def record(self) -> str: ...


def is_made_on(what: Pinned, record: Record) -> bool:
    """Whether `record` is the one that this was made on."""
    counted = (what.lineage, what.serial) == (record.lineage, record.serial)
    return counted and (not what.record or what.record == digest(record))


def parted(what: Pinned, record: Record) -> str:
    """What sets `record` apart from the one that this was made on, in words."""
    if (what.lineage, what.serial) == (record.lineage, record.serial):
        return f"another record has the same serial {record.serial}: it was merged or edited"
    told = f"planned on serial {what.serial} of {what.lineage or 'a new record'}, it is now {record.serial}"
    return told + (f" of {record.lineage}" if record.lineage != what.lineage else "")
