"""One SQLite file, or memory: transactions, and statements in them.

A process killed at any instant leaves what was before or after a transaction, never inside. Several processes may
share a file. A file of a newer format is refused.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

_FORMAT = 3
_TABLES = """
CREATE TABLE IF NOT EXISTS clusters (serial INTEGER PRIMARY KEY, cluster_id TEXT UNIQUE, name TEXT, record TEXT);
CREATE INDEX IF NOT EXISTS cluster_names ON clusters (name);
CREATE TABLE IF NOT EXISTS nodes
  (serial INTEGER PRIMARY KEY, instance_id TEXT UNIQUE, cluster_id TEXT, role TEXT, joined INTEGER, record TEXT);
CREATE INDEX IF NOT EXISTS node_clusters ON nodes (cluster_id);
CREATE TABLE IF NOT EXISTS tasks (serial INTEGER PRIMARY KEY, task_id TEXT UNIQUE, due REAL, record TEXT);
CREATE INDEX IF NOT EXISTS task_dues ON tasks (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_clusters ON tasks (json_extract(record, '$.cluster_id'));
CREATE TABLE IF NOT EXISTS past (serial INTEGER PRIMARY KEY, cluster_id TEXT, until REAL, record TEXT);
CREATE INDEX IF NOT EXISTS past_ends ON past (until);
CREATE TABLE IF NOT EXISTS belongings
  (serial INTEGER PRIMARY KEY, kind TEXT, cluster_id TEXT, name TEXT, since REAL, record TEXT,
   UNIQUE (kind, cluster_id, name));
CREATE INDEX IF NOT EXISTS belonging_clusters ON belongings (cluster_id);
CREATE TABLE IF NOT EXISTS late (serial INTEGER PRIMARY KEY, due REAL, record TEXT);
CREATE INDEX IF NOT EXISTS late_dues ON late (due);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, seen REAL);
CREATE INDEX IF NOT EXISTS nonce_ages ON nonces (seen);
CREATE TABLE IF NOT EXISTS released (instance_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER);
"""


# How often, and how many seconds apart, a file is asked for that another process is setting up.
_TRIES, _PAUSE = 100, 0.05
_Value: TypeAlias = str | float | None


def _connect(path: Path | None) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path or ":memory:", timeout=30.0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as fault:
        raise ValueError(f"{path}: {fault}") from None


class Database:
    """Every method but `close` is called inside `transaction`.

    `instant` is when what is kept now holds from. Raises ValueError for a file that is no database, or one of a newer
    format.
    """

    instant = 0.0

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = _connect(path)
        try:
            self._prepare(path)
        except sqlite3.Error as fault:
            self._connection.close()
            raise ValueError(f"{path}: {fault}") from None
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path | None) -> None:
        found = self._number("PRAGMA user_version")
        if found > _FORMAT:
            raise ValueError(f"{path} is of format {found}; this version reads up to {_FORMAT}")
        tables = self._records("SELECT name FROM sqlite_master WHERE type = 'table'")
        if tables and "clusters" not in tables:
            raise ValueError(f"{path} holds something else than a world of the simulator")
        self._write_ahead()
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")

    def _write_ahead(self) -> None:
        """Turns the write-ahead log on. SQLite itself does not wait for another process that does so now."""
        for _ in range(_TRIES):
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                time.sleep(_PAUSE)
            else:
                return
        self._connection.execute("PRAGMA journal_mode = WAL")

    @property
    def inside(self) -> bool:
        """Whether the caller is inside a transaction of its own."""
        with self._lock:
            return self._connection.in_transaction

    @contextlib.contextmanager
    def transaction(self) -> Iterator[bool]:
        """All or nothing. An exception undoes it. Inside another one it is a part of that; says whether it is not."""
        with self._lock:
            if self._connection.in_transaction:
                with self._part():
                    yield False
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield True
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _part(self) -> Iterator[None]:
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def clear(self) -> None:
        """Takes everything out."""
        for table in self._records("SELECT name FROM sqlite_master WHERE type = 'table'"):
            self._do(f"DELETE FROM {table}")  # noqa: S608 - a name of ours

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _number(self, statement: str, *values: _Value) -> int:
        """What a statement gives that always gives a number."""
        return int(self._connection.execute(statement, values).fetchone()[0])

    def _is_there(self, statement: str, *values: _Value) -> bool:
        return self._connection.execute(statement, values).fetchone() is not None

    def _record(self, statement: str, *values: _Value) -> str | None:
        """The text in the first row, None without rows."""
        row: tuple[str] | None = self._connection.execute(statement, values).fetchone()
        return row[0] if row else None

    def _records(self, statement: str, *values: _Value) -> list[str]:
        return [row[0] for row in self._connection.execute(statement, values)]

    def _do(self, statement: str, *values: _Value) -> None:
        self._connection.execute(statement, values)
