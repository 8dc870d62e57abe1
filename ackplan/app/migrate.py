"""The use case of `state migrate`: a workspace moves to another store, under the locks of both.

What an interrupted run left moves along. The old place keeps what it was and sends whoever opens it to the new one.
Interrupted, it is begun again: what it copied is recognized.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Failure, error
from ackplan.record.codec import digest
from ackplan.record.pin import is_made_on
from ackplan.record.unsettled import head_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ackplan.app.workspace import Workspace
    from ackplan.record import Record
    from ackplan.record.journal import Entry, Leftover

_WHAT = "ackplan state migrate"


async def migrate(old: Workspace, new: Workspace, addresses: tuple[str, str]) -> Record:
    """Moves a workspace; what is recorded in its new place. Raises Failure.

    `addresses` are what the old and the new store are called where others can read it. A workspace may move back.
    """
    if (old.store, old.name) == (new.store, new.name):
        raise Failure(error("ACK3120.same", store=old.store))
    async with old.lock(_WHAT):
        new.move_back(addresses[0])
        async with new.lock(_WHAT):
            return _moved(old, new, addresses[1])


def _moved(old: Workspace, new: Workspace, address: str) -> Record:
    record, leftover = old.snapshot()
    there, begun = new.snapshot()
    same = digest(there) == digest(record)
    if there.lineage and (there.lineage != record.lineage or (there.serial >= record.serial and not same)):
        raise Failure(error("ACK3120.taken", workspace=new.name, store=new.store, serial=there.serial))
    if record.lineage and not (there.lineage and same):
        there = new.record.write(record, expect=there)
    _bring(new, leftover, record, there, begun.entries)
    new.journal.close()
    old.move_away(address)
    return there


def _bring(new: Workspace, leftover: Leftover, record: Record, there: Record, entries: Sequence[Entry]) -> None:
    """The journal, on top of the record as it is numbered there. What an earlier try brought is not brought again."""
    if leftover.head is None:
        return
    if leftover.entries[: len(entries)] != tuple(entries):
        raise Failure(error("ACK3120.journal", workspace=new.name, store=new.store))
    head = leftover.head
    new.journal.open(head_on(there, head.id, head.plan) if is_made_on(head, record) else head)
    new.journal.append(leftover.entries[len(entries) :])
