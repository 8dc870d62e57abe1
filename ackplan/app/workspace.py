"""Where a fleet's record is kept, with what belongs to its runs: journal, lock, history. Adapters implement it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from ackplan.record import Record
    from ackplan.record.journal import Entry, Leftover, RunHead
    from ackplan.record.versions import Version


class RecordReader(Protocol):
    def read(self) -> Record: ...


class RecordStore(RecordReader, Protocol):
    """Only applying gets a writer, and it must say what it expects to replace."""

    def write(self, record: Record, *, expect: Record) -> Record: ...


class JournalReader(Protocol):
    def read(self) -> Leftover: ...


class JournalStore(JournalReader, Protocol):
    def open(self, head: RunHead) -> None: ...

    async def write(self, entry: Entry) -> None: ...

    def append(self, entries: Sequence[Entry]) -> None: ...

    def replace(self, head: RunHead | None, entries: Sequence[Entry]) -> None: ...

    def close(self) -> None: ...


class Workspace(Protocol):
    """One record, by its name, with its journal. Whoever writes either holds the lock."""

    @property
    def name(self) -> str: ...

    @property
    def record(self) -> RecordStore: ...

    @property
    def journal(self) -> JournalStore: ...

    def lock(self, what: str, timeout: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Holds the lock for `what`. Raises Failure, naming the holder, where it is not free within so many seconds."""
        ...

    def holder(self) -> str:
        """Who holds the lock now, in words; empty where nobody does."""
        ...

    def history(self, most: int) -> Sequence[Version]:
        """The versions of the record, the newest first: as it is, from before the last write, and `most` older ones."""
        ...
