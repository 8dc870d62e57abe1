"""What use cases need besides the ports of execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ackplan.record import Record
    from ackplan.record.journal import Entry, Leftover, RunHead


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
