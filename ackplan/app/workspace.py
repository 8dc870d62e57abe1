"""Where a fleet's record is kept, with what belongs to its runs: journal, lock, history. Adapters implement it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from ackplan.app.store_encryption import StoreEncryption
    from ackplan.core.diagnostics import Diagnostic
    from ackplan.record import Record
    from ackplan.record.holder import Holder
    from ackplan.record.journal import Entry, Leftover, RunHead
    from ackplan.record.unsettled import Unsettled
    from ackplan.record.versions import RecordText, Version


# What a workspace may be called.
WORKSPACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class RecordStore(Protocol):
    """Only applying gets a writer, and it must say what it expects to replace."""

    def read(self) -> Record: ...

    def write(self, record: Record, *, expect: Record) -> Record: ...


class JournalStore(Protocol):
    def read(self) -> Leftover: ...

    def open(self, head: RunHead) -> None: ...

    async def write(self, entry: Entry) -> None: ...

    def append(self, entries: Sequence[Entry]) -> None: ...

    def close(self) -> None: ...


class ReplaceableJournal(JournalStore, Protocol):
    """A journal that is kept apart from its record."""

    def replace(self, head: RunHead | None, entries: Sequence[Entry]) -> None: ...


class Workspace(Protocol):
    """One record, by its name, with its journal. Whoever writes either holds the lock. `store` is where it is kept."""

    @property
    def store(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def record(self) -> RecordStore: ...

    @property
    def journal(self) -> JournalStore: ...

    def snapshot(self) -> tuple[Record, Leftover]:
        """Record and journal as they were at one moment. Takes no lock."""
        ...

    def conclude(self, record: Record, unsettled: Unsettled, *, expect: Record) -> Record:
        """Writes the record, unless it is `expect` itself, and leaves in the journal only what is not settled.

        Both in one commit where the store can: else a run that is killed between them is taken in once more. Raises
        Failure where another record than expected is kept.
        """
        ...

    def move_away(self, to: str) -> None:
        """From now on whoever opens it is sent to another store, at this address. Within the lock."""
        ...

    def move_back(self, left: str) -> None:
        """Takes the note away that says that the workspace is in the store of this address, where there is one."""
        ...

    def remove(self) -> None:
        """Removes the workspace with all that is kept of it. Within the lock."""
        ...

    def set_up(self) -> None:
        """Makes ready what the store needs. Doing it again changes nothing. Raises Failure where it is not allowed."""
        ...

    def check(self) -> Iterable[Diagnostic]:
        """What stands in the way of using the store. Raises Failure where it can't be used at all.

        A store may be left a note of the check; no workspace is changed.
        """
        ...

    def lock(self, what: str, timeout: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Holds the lock for `what`. Raises Failure, naming the holder, where it is not free within so many seconds.

        Only within it anything is written. A lock that was lost meanwhile, as to a lease that ran out, makes every
        write after it a Failure.
        """
        ...

    def check_lock(self) -> None:
        """Within the lock: raises Failure where it was lost meanwhile, so that what was read under it may be old."""
        ...

    def holder(self) -> Holder | None:
        """Who holds the lock now."""
        ...

    def left_behind(self) -> Holder | None:
        """Who held the lock, and died without letting it go."""
        ...

    async def hold(self, reason: str) -> Holder:
        """Keeps the lock, whatever becomes of this process, until it is released. Raises Failure where it is held."""
        ...

    def release(self, lock_id: str = "") -> Holder:
        """Ends a hold, takes the lock away from its holder, or clears what a killed one left.

        Raises Failure for another lock. A hold needs no id.
        """
        ...

    def missing_record(self) -> Diagnostic | None:
        """What to say where nothing is recorded, and something was: how to get it back."""
        ...

    def skew(self) -> float:
        """How many seconds the clock of this machine is behind that of the store, as far as it is known."""
        ...

    def at(self, serial: int) -> Record | None:
        """A version of the record; None for one that is not kept."""
        ...

    def history(self, most: int) -> Sequence[Version]:
        """The versions of the record, the newest first: as it is, from before the last write, and `most` older ones."""
        ...

    def texts(self, most: int) -> Iterable[RecordText]:
        """The same as they are kept."""
        ...

    def connected(self) -> AbstractContextManager[None]:
        """Within it what leads to the store is kept open: for who reads several things."""
        ...


@dataclass(frozen=True, slots=True)
class StoreNote:
    """A note that was kept, and when: by the clock of the store, in seconds since 1970."""

    name: str
    data: bytes
    kept_at: float


class Store(Protocol):
    """What a store has besides one workspace. `address` is what it is called where others can read it."""

    @property
    def address(self) -> str: ...

    @property
    def encryption(self) -> StoreEncryption | None:
        """Its encryption; None for a store that can't be encrypted."""
        ...

    def names(self) -> Sequence[str]:
        """The workspaces that there are, by name."""
        ...

    def connected(self) -> AbstractContextManager[None]:
        """Within it what leads to the store is kept open: for who asks it often."""
        ...

    def workspace(self, name: str) -> Workspace:
        """The workspace of this name. Nothing is read yet."""
        ...

    def keep_plan(self, data: bytes, workspace: str) -> str:
        """Keeps a plan file of a workspace; the digest (SHA-256) that it is asked for by."""
        ...

    def kept_plan(self, digest: str) -> bytes | None:
        """A plan file that was kept; None where none was."""
        ...

    def keep_note(self, workspace: str, name: str, data: bytes) -> None:
        """Keeps a note about a workspace, in the place of an earlier one of this name. Takes no lock.

        Notes are for people: nothing is decided by them. Raises Failure.
        """
        ...

    def notes(self, workspace: str, begins: Sequence[str]) -> Sequence[StoreNote]:
        """The notes about a workspace whose names begin so; not all, where there are very many. Raises Failure."""
        ...


class _Parts(Protocol):
    @property
    def record(self) -> RecordStore: ...

    @property
    def journal(self) -> ReplaceableJournal: ...


class TwoParts:
    """What a workspace does whose record and journal are kept apart, with nothing that writes both at once."""

    def snapshot(self: _Parts) -> tuple[Record, Leftover]:
        """A run writes the record before it clears its journal: whoever reads them the other way misses nothing."""
        leftover = self.journal.read()
        return self.record.read(), leftover

    def conclude(self: _Parts, record: Record, unsettled: Unsettled, *, expect: Record) -> Record:
        if record is not expect:
            record = self.record.write(record, expect=expect)
        self.journal.replace(unsettled.head_on(record), unsettled.entries)
        return record
