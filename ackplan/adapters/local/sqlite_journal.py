"""The journal of a run, in SQLite: every entry is on disk before its call is sent.

Entries that wait at the same time are committed together; none is acknowledged before its commit.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.execute.group_commit import GroupCommit
from ackplan.record.codec import encode_cluster
from ackplan.record.entries import decode_entry, encode_data
from ackplan.record.journal import NOTHING, Entry, Leftover, RunHead

_VERSION = 2
# Several times what a run of 30,000 clusters writes.
_MAX_BYTES = 512 << 20
_TABLES = """
CREATE TABLE IF NOT EXISTS run (
  id TEXT NOT NULL, plan TEXT NOT NULL, lineage TEXT NOT NULL, serial INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
  number INTEGER PRIMARY KEY, run TEXT NOT NULL, step TEXT NOT NULL, cluster TEXT NOT NULL, phase TEXT NOT NULL,
  data TEXT NOT NULL, entry TEXT, removed INTEGER NOT NULL);
"""
# The first version does not say what the record held.
_TABLES_1 = _TABLES.replace(", record TEXT NOT NULL", "")
_FROM_1 = (
    "BEGIN IMMEDIATE; ALTER TABLE run RENAME TO run_1;",
    _TABLES,
    "INSERT INTO run SELECT *, '' FROM run_1; DROP TABLE run_1; PRAGMA user_version=2; COMMIT;",
)

_INSERT = "INSERT INTO entry (run, step, cluster, phase, data, entry, removed) VALUES (?, ?, ?, ?, ?, ?, ?)"


class SqliteJournal:
    """One workspace's journal. `open` for a run; `read` needs no run and creates no file."""

    def __init__(self, path: Path, kinds: Kinds = CLUSTER_KINDS) -> None:
        self._path = path
        self._kinds = kinds
        self._connection: sqlite3.Connection | None = None
        self._file = 0
        self._commits = GroupCommit(self.append, self._broken)
        # A run that is cut short reads the journal while its last commit may still be under way.
        self._lock = threading.Lock()

    def read(self) -> Leftover:
        """What is in the journal. Raises Failure for a file that is not one, or of a newer version."""
        if self._connection is None and not self._path.exists():
            return NOTHING
        try:
            with self._lock:
                return self._read()
        except (sqlite3.DatabaseError, ValueError, RecursionError, OSError) as fault:
            raise self._broken(fault) from None

    def _read(self) -> Leftover:
        connection = self._connect()
        try:
            head = connection.execute("SELECT id, plan, lineage, serial, record FROM run").fetchone()
            rows = connection.execute(
                "SELECT run, step, cluster, phase, data, entry, removed FROM entry ORDER BY number"
            ).fetchall()
        finally:
            if connection is not self._connection:
                connection.close()
        return Leftover(_head(head) if head else None, tuple(_entry(row, self._kinds) for row in rows))

    def _broken(self, fault: Exception) -> Failure:
        return Failure(_unusable(self._path, fault))

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        status = os.fstat(handle)
        os.close(handle)
        if status.st_size > _MAX_BYTES:
            raise OSError(errno.EFBIG, f"over {_MAX_BYTES:,} bytes")
        self._file = status.st_ino
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute(f"PRAGMA max_page_count={_MAX_BYTES // page}")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            connection.close()
            raise Failure(error("ACK3013", path=str(self._path)))
        if version == 1 and _shape(connection) == _expected(_TABLES_1):
            connection.executescript("".join(_FROM_1))
        connection.executescript(_TABLES)
        if _shape(connection) != _expected(_TABLES):
            connection.close()
            raise sqlite3.DatabaseError("it has other tables than a journal")
        connection.execute(f"PRAGMA user_version={_VERSION}")
        return connection

    def open(self, head: RunHead) -> None:
        """Begins a run, or goes on with the one of the same id. Raises Failure when the disk refuses."""
        self._replace(head, None)
        self._commits.open()

    def replace(self, head: RunHead | None, entries: Sequence[Entry]) -> None:
        """Puts these in the place of all that is in the journal, at once or not at all."""
        self._replace(head, entries)

    def _replace(self, head: RunHead | None, entries: Sequence[Entry] | None) -> None:
        try:
            with self._lock, self._transaction() as connection:
                connection.execute("DELETE FROM run")
                if head is not None:
                    row = (head.id, head.plan, head.lineage, head.serial, head.record)
                    connection.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?)", row)
                if entries is not None:
                    connection.execute("DELETE FROM entry")
                    connection.executemany(_INSERT, list(map(_row, entries)))
        except (sqlite3.Error, OSError) as fault:
            raise self._broken(fault) from None

    def _in_place(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """The connection to the file that the next run will read: somebody may have taken ours away (`git clean`).

        Then all of it is written anew. Raises OSError where another journal has taken its place meanwhile.
        """
        inode = self._path.stat().st_ino if self._path.exists() else 0
        if inode == self._file:
            return connection
        if inode:
            raise OSError(errno.ESTALE, "another run has put its own in its place")
        self._connection = None
        anew = self._connect()
        connection.backup(anew)
        connection.close()
        return anew

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection = connection = self._in_place(self._connect())
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is on disk. Raises Failure when it can't be written: then nothing may be sent."""
        await self._commits.write(entry)

    def append(self, entries: Sequence[Entry]) -> None:
        """Commits entries together."""
        with self._lock, self._transaction() as connection:
            connection.executemany(_INSERT, list(map(_row, entries)))

    def remove(self) -> None:
        """Removes the journal with what SQLite keeps beside it."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        self._commits.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _shape(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """What is in the database. A view or trigger in it could compute without end what we take for rows."""
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


@functools.cache
def _expected(tables: str) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(tables)
        return _shape(connection)


def _unusable(path: Path, fault: Exception) -> Diagnostic:
    """Only what is damaged may be moved away: a journal knows calls that nothing else knows of."""
    if not isinstance(fault, OSError | sqlite3.OperationalError) or getattr(fault, "errno", 0) == errno.EFBIG:
        return error("ACK3012.damaged", path=path, fault=fault)
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return error("ACK3012.busy", path=path, fault=fault)
    return error("ACK3012.access", path=path, fault=fault)


def _head(row: tuple[object, ...]) -> RunHead:
    match row:
        case (str(identity), str(plan), str(lineage), int(serial), str(record)):
            return RunHead(identity, plan, lineage, serial, record)
    raise ValueError("the run has the wrong shape")


def _row(entry: Entry) -> tuple[str | int | None, ...]:
    after = json.dumps(encode_cluster(entry.entry)) if entry.entry is not None else None
    data = json.dumps(encode_data(entry))
    return (entry.run, entry.step, entry.name, entry.phase.value, data, after, int(entry.removed))


def _entry(row: tuple[object, ...], kinds: Kinds) -> Entry:
    match row:
        case (str(run), str(step), str(cluster), str(phase), str(data), str() | None as entry, removed):
            after, where = json.loads(entry) if entry else None, (run, step, cluster)
            return decode_entry(where, phase, json.loads(data), after, removed=bool(removed), kinds=kinds)
    raise ValueError("an entry has the wrong shape")
