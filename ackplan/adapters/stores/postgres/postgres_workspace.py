"""A workspace in a PostgreSQL database: lease, fence, journal and every version of the record.

No statement needs a session of its own, so it works behind pgbouncer.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from functools import cached_property

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.leased import Busy, Lease, LeasedWorkspace
from ackplan.adapters.stores.postgres import statements
from ackplan.adapters.stores.postgres.database import Database
from ackplan.adapters.stores.postgres.keyring_rows import KeyringRows
from ackplan.adapters.stores.postgres.postgres_check import check_database
from ackplan.adapters.stores.postgres.postgres_journal import PostgresJournal
from ackplan.adapters.stores.postgres.rows import Count, FormatRow, LockRow, SnapshotRow, VersionRow
from ackplan.adapters.stores.postgres.sealed_rows import SealedRows
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record import Record
from ackplan.record.holder import Holder, decode_holder, encode_holder
from ackplan.record.journal import NOTHING, Leftover
from ackplan.record.pin import changed
from ackplan.record.unsettled import Unsettled
from ackplan.record.versions import RecordText

_EMPTY = Record(lineage="")


class PostgresWorkspace(LeasedWorkspace):
    """The workspace of this name in the database of a URL. `store` is what messages call the database.

    `cipher` is that of the store, where it has one already.
    """

    def __init__(
        self,
        url: str,
        store: str,
        name: str,
        settings: StoreSettings,
        kinds: Kinds = CLUSTER_KINDS,
        cipher: StoreCipher | None = None,
    ) -> None:
        super().__init__(name, store, settings)
        self.database = Database(url, Waiter(store, settings.patience, settings.notice))
        cipher = cipher or StoreCipher(KeyringRows(self.database, self._is_set_up), store, settings.keys)
        self.rows = SealedRows(cipher, name, kinds)
        self._skew = 0.0
        self._checked = False
        self._cached = _EMPTY

    @cached_property
    def journal(self) -> PostgresJournal:
        return PostgresJournal(self)

    # Reading

    def open_content(self) -> None:
        self.rows.cipher.opened()

    def snapshot(self) -> tuple[Record, Leftover]:
        self.open_content()
        parameters = {"name": self.name, "cached": self._cached.serial if self._cached.lineage else -1}
        rows = self.database.rows(statements.SNAPSHOT, parameters, SnapshotRow) if self._is_set_up() else []
        if not rows:
            return _EMPTY, NOTHING
        row = rows[0]
        self._check_here(row.moved_to)
        if row.data is not None:
            self._cached = self.rows.record_of(row.data, row.epoch, row.serial)
        elif not row.serial:
            self._cached = _EMPTY
        return self._cached, self.rows.leftover(row)

    def at(self, serial: int) -> Record | None:
        rows = self.database.rows(statements.AT, (self.name, serial), VersionRow) if self._is_set_up() else []
        return self.rows.record_of(rows[0].data, rows[0].epoch, serial) if rows else None

    def texts(self, most: int) -> Iterator[RecordText]:
        rows = self.database.rows(statements.VERSIONS, (self.name, most), VersionRow) if self._is_set_up() else []
        return map(self.rows.text_of, rows)

    def _is_set_up(self) -> bool:
        """Whether the tables are there; nothing is recorded before. Raises Failure for those of a newer version."""
        self._checked = self._checked or is_set_up(self.database)
        return self._checked

    def _check_here(self, moved_to: str) -> None:
        if moved_to:
            raise Failure(error("ACK3106", workspace=self.name, store=self.store, to=moved_to))

    # Writing

    def put(self, record: Record, unsettled: Unsettled | None, expect: Record) -> Record:
        lease = self.held()
        written = record is not expect
        kept = unsettled.entries if unsettled else ()
        head = unsettled.head_on(record) if unsettled else self.snapshot()[1].head
        first, lease.number = lease.number + 1, lease.number + len(kept)
        parameters = {
            **self._who(lease),
            "serial": record.serial,
            "expected": expect.serial,
            "head": self.rows.head(head, record.serial),
            "nonce": secrets.token_hex(8),
            "record": self.rows.record(record, lease.epoch) if written else None,
            "who": lease.holder.who,
            "what": lease.holder.what,
            "job": lease.holder.job,
            "first": first if unsettled else 0,
            **self.rows.entries(lease.epoch, first, kept),
        }
        if not self._renewed(statements.CONCLUDE, parameters) and not (written and self._is_written(parameters)):
            current = self.read()
            raise self._lost(lease) if current == expect else Failure(changed(current, expect))
        self._cached = record
        return record

    def _is_written(self, parameters: dict[str, object]) -> bool:
        """Whether this very version is kept: then the answer to its first try was lost."""
        rows = self.database.rows(statements.AT, (self.name, parameters["serial"]), VersionRow)
        return [row.nonce for row in rows] == [parameters["nonce"]]

    def _who(self, lease: Lease) -> dict[str, object]:
        return {"name": self.name, "epoch": lease.epoch, "ttl": self.settings.ttl}

    def _renewed(self, statement: str, parameters: dict[str, object]) -> bool:
        """Whether a statement that needs the lease found it ours."""
        return bool(self.database.rows(statement, parameters, Count)[0].count)

    def under(self, lease: Lease, statement: str, more: dict[str, object]) -> None:
        """Carries out a statement that needs the lease. Raises Failure where it is lost."""
        if not self._renewed(statement, {**self._who(lease), **more}):
            raise self._lost(lease)

    def _lost(self, lease: Lease) -> Failure:
        return self.lost(lease, self.holder())

    # The lock

    def take(self, holder: Holder, ttl: float | None = None) -> Lease | Busy:
        mine = json.dumps(encode_holder(holder))
        if not self._is_set_up():
            self.set_up()
        self.database.run(statements.NEW_WORKSPACE, (self.name,))
        took = {"name": self.name, "holder": mine, "ttl": ttl or self.settings.ttl}
        won = self.database.rows(statements.TAKE, took, Count)
        now = time.time()
        lock = self._lock_row()
        if lock is None:
            raise Failure(error("ACK3102", store=self.store))
        self._check_here(lock.moved_to)
        self._skew = lock.clock - now
        if won or lock.holder == mine:
            return Lease(lock.epoch, holder)
        return Busy(_holder(lock.holder), (lock.epoch, lock.expires), lock.remaining or 0.0)

    def _lock_row(self) -> LockRow | None:
        if not self._is_set_up():
            return None
        return next(iter(self.database.rows(statements.LOOK, (self.name,), LockRow)), None)

    def renew(self, lease: Lease) -> bool:
        try:
            return bool(self.database.try_rows(statements.RENEW, self._who(lease), Count)[0].count)
        except StoreAway:
            return True

    def holds(self, lease: Lease) -> bool:
        lock = self._lock_row()
        return lock is not None and lock.holder is not None and lock.epoch == lease.epoch

    def free(self, lease: Lease) -> None:
        with suppress(StoreAway):
            self.database.try_run(statements.FREE, self._who(lease))

    def connected(self) -> AbstractContextManager[None]:
        return self.database.kept()

    def looked(self) -> tuple[Holder | None, bool]:
        """Who has the lock, and whether the lease has not run out."""
        lock = self._lock_row()
        if lock is None or lock.holder is None:
            return None, False
        return _holder(lock.holder), (lock.remaining or 0.0) > 0

    def release(self, lock_id: str = "") -> Holder:
        lock = self._lock_row()
        text = lock.holder if lock else None
        holder = self.check_release(_holder(text) if text is not None else None, lock_id)
        self.database.run(statements.RELEASE, (self.name, text))
        return holder

    def skew(self) -> float:
        return self._skew

    def set_up(self) -> None:
        """Makes the tables, where they are not there yet. Raises Failure where that is not allowed."""
        set_up(self.database)
        self._is_set_up()

    def move_away(self, to: str) -> None:
        self.under(self.held(), statements.MOVE, {"to": to})

    def move_back(self, left: str) -> None:
        if self._is_set_up():
            self.database.run(statements.MOVE_BACK, (self.name, left))

    def remove(self) -> None:
        lease = self.held()
        if not self._renewed(statements.REMOVE, self._who(lease)):
            raise self._lost(lease)

    def check(self) -> Iterator[Diagnostic]:
        if not self._is_set_up():
            raise Failure(error("ACK3102", store=self.store))
        yield from check_database(self.database, self.store)


def is_set_up(database: Database) -> bool:
    """Whether the tables are there. Raises Failure for those of a newer version."""
    there = database.rows(statements.THERE, (), Count)[0].count
    version = database.rows(statements.FORMAT, (), FormatRow)[0].version if there else None
    if version is not None and version > statements.VERSION:
        raise Failure(error("ACK3105", store=database.name, version=version))
    return version is not None


def set_up(database: Database) -> None:
    """Makes the tables, where they are not there yet. Raises Failure where that is not allowed."""
    for statement in statements.SET_UP:
        database.run(statement)


def _holder(text: str | None) -> Holder:
    try:
        fields = json.loads(text or "")
    except ValueError:
        fields = None
    return decode_holder(fields) or Holder("", "", 0, "", "")
