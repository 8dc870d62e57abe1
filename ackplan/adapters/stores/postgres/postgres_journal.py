"""The journal of a run in the database. Every entry has its number under its lease: sent twice, it is there once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ackplan.adapters.stores.postgres import statements
from ackplan.execute.group_commit import GroupCommit

if TYPE_CHECKING:
    from ackplan.adapters.stores.postgres.postgres_workspace import PostgresWorkspace
    from ackplan.record.journal import Entry, Leftover, RunHead


class PostgresJournal:
    """The journal of one workspace."""

    def __init__(self, workspace: PostgresWorkspace) -> None:
        self._workspace = workspace
        self._commits = GroupCommit(self.append, lambda fault: fault)

    def read(self) -> Leftover:
        return self._workspace.snapshot()[1]

    def open(self, head: RunHead) -> None:
        """Begins a run. Raises Failure where the lock was lost."""
        workspace = self._workspace
        lease, serial = workspace.held(), workspace.read().serial
        workspace.under(lease, statements.BEGIN, {"head": workspace.rows.head(head, serial)})
        self._commits.open()

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is committed. Raises Failure where it can't be: then nothing may be sent."""
        await self._commits.write(entry)

    def append(self, entries: Sequence[Entry]) -> None:
        """Commits entries together. Raises Failure where the lock was lost."""
        workspace = self._workspace
        lease = workspace.held()
        first, lease.number = lease.number + 1, lease.number + len(entries)
        workspace.under(lease, statements.APPEND, workspace.rows.entries(lease.epoch, first, entries))

    def close(self) -> None:
        self._commits.close()
