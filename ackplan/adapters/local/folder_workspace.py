"""A workspace in a folder: the record made to be committed, what belongs to its runs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ackplan.adapters.local.clock import RealClock, timestamp
from ackplan.adapters.local.history import history
from ackplan.adapters.local.lock import held_by, locked
from ackplan.adapters.local.record_store import LocalRecordStore
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record.versions import Version


@dataclass(frozen=True)
class FolderWorkspace:
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
    def lock_path(self) -> Path:
        return self.beside / f"{self.name}.lock"

    def lock(self, what: str, timeout: float = 0.0) -> AbstractAsyncContextManager[None]:
        return locked(self.lock_path, what, timestamp(), timeout, RealClock().sleep)

    def holder(self) -> str:
        return held_by(self.lock_path)

    def history(self, most: int) -> Sequence[Version]:
        file = f"{self.name}.json"
        return history(self.records / file, self.beside / f"{file}.backup", most)
