"""The journal of a run in the log: each slot has what waited at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ackplan.adapters.stores.log.slot import AT_ONCE
from ackplan.execute.group_commit import GroupCommit

if TYPE_CHECKING:
    from ackplan.adapters.stores.log.log_workspace import LogWorkspace
    from ackplan.record.journal import Entry, Leftover, RunHead


class LogJournal:
    """The journal of one workspace."""

    def __init__(self, workspace: LogWorkspace) -> None:
        self._workspace = workspace
        self._commits = GroupCommit(self.append, lambda fault: fault, AT_ONCE)

    def read(self) -> Leftover:
        return self._workspace.snapshot()[1]

    def open(self, head: RunHead) -> None:
        """Begins a run. Raises Failure where the lock was lost."""
        self._workspace.append(head=head)
        self._commits.open()

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is in the store. Raises Failure where it can't be: then nothing may be sent."""
        await self._commits.write(entry)

    def append(self, entries: Sequence[Entry]) -> None:
        """Adds entries together. Raises Failure where the lock was lost."""
        self._workspace.append(entries=tuple(entries))

    def close(self) -> None:
        self._commits.close()
