"""A workspace in a folder: the record made to be committed, what belongs to its runs beside it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Final

from ackplan.adapters.local.atomic_files import check_writable
from ackplan.adapters.local.clock import RealClock, timestamp
from ackplan.adapters.local.history import BACKUP, record_at, record_texts
from ackplan.adapters.local.lock import held_by, hold_for_good, left_behind, locked, unlock
from ackplan.adapters.local.paths import notes_of
from ackplan.adapters.local.process import this_process
from ackplan.adapters.local.record_store import LocalRecordStore
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.app.workspace import TwoParts
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.documents.files import display
from ackplan.record import Record
from ackplan.record.codec import decode_bytes
from ackplan.record.holder import Holder
from ackplan.record.versions import RecordText, Version, version_of

# Of a record that is gone the last commits are looked at: the newest may be the one that removed it.
_COMMITS: Final = 5


@dataclass(frozen=True)
class FolderWorkspace(TwoParts):
    """The record `RECORDS/NAME.json`, with journal, lock and backup in the folder `beside`."""

    name: str
    records: Path
    beside: Path
    kinds: Kinds = CLUSTER_KINDS

    @cached_property
    def record(self) -> LocalRecordStore:
        return LocalRecordStore(self.records, self.name, self.beside, self.kinds)

    @cached_property
    def journal(self) -> SqliteJournal:
        return SqliteJournal(self.beside / f"{self.name}.journal", self.kinds)

    @property
    def store(self) -> str:
        return str(self.records)

    def set_up(self) -> None:
        """Needs nothing: folders are made when something is written. Raises Failure where that can't be."""
        check_writable(self.records / f"{self.name}.json")

    def check(self) -> Iterable[Diagnostic]:
        """Nothing is relied on but that files can be written, which setting it up shows."""
        self.set_up()
        return ()

    @property
    def lock_path(self) -> Path:
        return self.beside / f"{self.name}.lock"

    def lock(self, what: str, timeout: float = 0.0) -> AbstractAsyncContextManager[None]:
        holder = this_process(what, timestamp(), os.environ)
        return locked(self.lock_path, holder, timeout, RealClock().sleep)

    def check_lock(self) -> None:
        """It is the operating system's: nobody can take it away."""

    def holder(self) -> Holder | None:
        return held_by(self.lock_path)

    def left_behind(self) -> Holder | None:
        return left_behind(self.lock_path)

    def move_away(self, to: str) -> None:
        self.record.move_away(to)

    def move_back(self, left: str) -> None:
        self.record.move_back(left)

    def remove(self) -> None:
        """With its journal, its backup and its notes; what git has of it stays there."""
        import shutil

        self.record.remove()
        self.journal.remove()
        shutil.rmtree(notes_of(self.beside, self.name), ignore_errors=True)

    async def hold(self, reason: str) -> Holder:
        holder = dataclasses.replace(this_process(reason, timestamp(), os.environ), hold=True)
        async with self.lock(reason):
            hold_for_good(self.lock_path, holder)
        return holder

    def release(self, lock_id: str = "") -> Holder:
        return unlock(self.lock_path, lock_id)

    def missing_record(self) -> Diagnostic | None:
        """The newest version that is kept elsewhere, where the file of the record is gone and it had clusters."""
        path = self.records / f"{self.name}.json"
        if path.exists():
            return None
        version = next((version for version in self.history(_COMMITS) if version.serial is not None), None)
        if version is None or not version.clusters:
            return None
        count, serial = len(version.clusters), version.serial or 0
        shown, backup = display(path), quote(display(self.beside / f"{path.name}.backup"))
        if version.where == BACKUP:
            return warning("ACK3109", path=shown, count=count, serial=serial, backup=backup)
        return warning("ACK3109.committed", path=shown, count=count, serial=serial, commit=version.where)

    def skew(self) -> float:
        """None: what is written down here was written by the clock of this machine."""
        return 0.0

    def at(self, serial: int) -> Record | None:
        """A version that is kept now or as the backup, or that git has."""
        name = f"{self.name}.json"
        data = record_at(self.records / name, self.beside / f"{name}.backup", serial)
        return None if data is None else decode_bytes(data, f"{name}, serial {serial}", self.kinds)

    def history(self, most: int) -> Sequence[Version]:
        return tuple(map(version_of, self.texts(most)))

    def texts(self, most: int) -> Iterator[RecordText]:
        file = f"{self.name}.json"
        return record_texts(self.records / file, self.beside / f"{file}.backup", most)

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Files are opened one by one."""
        yield
