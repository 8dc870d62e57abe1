"""Where the simulated world lives: one SQLite file, or memory.

One transaction a request: a process killed at any instant leaves the world before or after a request, never inside.
Several processes may share a file. A file of a newer format is refused.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import TypeAlias

from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.records import Cluster, LateCall, Node, Task

_FORMAT = 2
# So long, in seconds, it is known what a cluster was before.
_REMEMBERED = 3600.0
_TABLES = """
CREATE TABLE IF NOT EXISTS clusters (serial INTEGER PRIMARY KEY, cluster_id TEXT UNIQUE, name TEXT, record TEXT);
CREATE INDEX IF NOT EXISTS cluster_names ON clusters (name);
CREATE TABLE IF NOT EXISTS nodes
  (serial INTEGER PRIMARY KEY, instance_id TEXT UNIQUE, cluster_id TEXT, role TEXT, joined INTEGER, record TEXT);
CREATE INDEX IF NOT EXISTS node_clusters ON nodes (cluster_id);
CREATE TABLE IF NOT EXISTS tasks (serial INTEGER PRIMARY KEY, task_id TEXT UNIQUE, due REAL, record TEXT);
CREATE INDEX IF NOT EXISTS task_dues ON tasks (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS past (serial INTEGER PRIMARY KEY, cluster_id TEXT, until REAL, record TEXT);
CREATE INDEX IF NOT EXISTS past_ends ON past (until);
CREATE TABLE IF NOT EXISTS late (serial INTEGER PRIMARY KEY, due REAL, record TEXT);
CREATE INDEX IF NOT EXISTS late_dues ON late (due);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, seen REAL);
CREATE INDEX IF NOT EXISTS nonce_ages ON nonces (seen);
CREATE TABLE IF NOT EXISTS released (instance_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER);
"""


def _connect(path: Path | None) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path or ":memory:", timeout=30.0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as fault:
        raise ValueError(f"{path}: {fault}") from None


def _written(value: Cluster | LateCall | Node | Task) -> str:
    return json.dumps({field.name: getattr(value, field.name) for field in fields(value)}, default=asdict)


def _late_call(record: str) -> LateCall:
    values = json.loads(record)
    return LateCall(**{**values, "fate": Fate(**values["fate"])})


_Value: TypeAlias = str | float | None


class Store:
    """Rows in, rows out. Every method but `close` is called inside `transaction`.

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
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")

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

    # Counters

    def count(self, name: str) -> int:
        """1, 2, 3, ... for each name."""
        return self._number(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            name,
        )

    # Nonces

    def spend_nonce(self, nonce: str, now: float, keep: float) -> bool:
        """False for one that was spent in the last `keep` seconds."""
        self._do("DELETE FROM nonces WHERE seen < ?", now - keep)
        return self._is_there("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, now)

    # Clusters

    def cluster(self, cluster_id: str) -> Cluster | None:
        record = self._record("SELECT record FROM clusters WHERE cluster_id = ?", cluster_id)
        return Cluster(**json.loads(record)) if record else None

    def clusters(self) -> list[Cluster]:
        """In the order in which they were made."""
        return [
            Cluster(**json.loads(record)) for record in self._records("SELECT record FROM clusters ORDER BY serial")
        ]

    def named(self, name: str) -> bool:
        return self._is_there("SELECT 1 FROM clusters WHERE name = ?", name)

    def count_clusters(self) -> int:
        return self._number("SELECT count(*) FROM clusters")

    def keep_cluster(self, cluster: Cluster) -> None:
        self._remember(cluster.cluster_id)
        self._do(
            "INSERT INTO clusters (cluster_id, name, record) VALUES (?, ?, ?)"
            " ON CONFLICT (cluster_id) DO UPDATE SET name = excluded.name, record = excluded.record",
            cluster.cluster_id,
            cluster.name,
            _written(cluster),
        )

    def drop_cluster(self, cluster_id: str) -> None:
        self._remember(cluster_id)
        self._do("DELETE FROM clusters WHERE cluster_id = ?", cluster_id)
        self._do("DELETE FROM nodes WHERE cluster_id = ?", cluster_id)

    def _remember(self, cluster_id: str) -> None:
        """What a cluster was until now; nothing where it was not there."""
        self._do("DELETE FROM past WHERE until < ?", self.instant - _REMEMBERED)
        self._do(
            "INSERT INTO past (cluster_id, until, record)"
            " VALUES (?1, ?2, (SELECT record FROM clusters WHERE cluster_id = ?1))",
            cluster_id,
            self.instant,
        )

    def changed_since(self, instant: float) -> dict[str, Cluster | None]:
        """What the clusters that changed since then were at that instant, by id; None for one that was not there."""
        rows: Iterable[tuple[str, str | None]] = self._connection.execute(
            "SELECT cluster_id, record FROM past WHERE until > ? ORDER BY until DESC, serial DESC", (instant,)
        )
        return {name: Cluster(**json.loads(record)) if record else None for name, record in rows}

    # Nodes

    def node(self, instance_id: str) -> Node | None:
        record = self._record("SELECT record FROM nodes WHERE instance_id = ?", instance_id)
        return Node(**json.loads(record)) if record else None

    def node_named(self, cluster_id: str, name: str) -> Node | None:
        """The node of that `node_name`: today's clients may name nodes so."""
        return next((node for node in self.nodes(cluster_id) if node.attributes.get("node_name") == name), None)

    def nodes(self, cluster_id: str) -> list[Node]:
        """Those that have joined, oldest first."""
        records = self._records("SELECT record FROM nodes WHERE cluster_id = ? AND joined ORDER BY serial", cluster_id)
        return [Node(**json.loads(record)) for record in records]

    def count_nodes(self, cluster_id: str, role: str) -> int:
        """Reserved ones are counted too."""
        return self._number("SELECT count(*) FROM nodes WHERE cluster_id = ? AND role = ?", cluster_id, role)

    def keep_node(self, node: Node) -> None:
        self._do(
            "INSERT INTO nodes (instance_id, cluster_id, role, joined, record) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (instance_id) DO UPDATE SET joined = excluded.joined, record = excluded.record",
            node.instance_id,
            node.cluster_id,
            node.role,
            node.joined,
            _written(node),
        )

    def drop_node(self, instance_id: str) -> None:
        self._do("DELETE FROM nodes WHERE instance_id = ?", instance_id)

    def release(self, instance_id: str) -> None:
        """The instance does not exist any more."""
        self._do("INSERT OR IGNORE INTO released VALUES (?)", instance_id)

    def released(self, instance_id: str) -> bool:
        return self._is_there("SELECT 1 FROM released WHERE instance_id = ?", instance_id)

    # Tasks

    def task(self, task_id: str) -> Task | None:
        record = self._record("SELECT record FROM tasks WHERE task_id = ?", task_id)
        return Task(**json.loads(record)) if record else None

    def due_task(self, now: float) -> Task | None:
        """The first task whose time has come."""
        record = self._record("SELECT record FROM tasks WHERE due <= ? ORDER BY due, serial LIMIT 1", now)
        return Task(**json.loads(record)) if record else None

    def pending_tasks(self, cluster_id: str) -> list[Task]:
        """Tasks of a cluster that will end some day."""
        records = self._records("SELECT record FROM tasks WHERE due IS NOT NULL ORDER BY serial")
        return [task for record in records if (task := Task(**json.loads(record))).cluster_id == cluster_id]

    def tasks(self, cluster_id: str) -> list[Task]:
        """All tasks of a cluster, oldest first."""
        records = self._records("SELECT record FROM tasks ORDER BY serial")
        return [task for record in records if (task := Task(**json.loads(record))).cluster_id == cluster_id]

    def keep_task(self, task: Task) -> None:
        self._do(
            "INSERT INTO tasks (task_id, due, record) VALUES (?, ?, ?)"
            " ON CONFLICT (task_id) DO UPDATE SET due = excluded.due, record = excluded.record",
            task.task_id,
            task.due,
            _written(task),
        )

    # Calls that take effect later

    def defer(self, call: LateCall) -> None:
        self._do("INSERT INTO late (due, record) VALUES (?, ?)", call.due, _written(call))

    def due_call(self, now: float) -> LateCall | None:
        """The first call whose time has come, which is taken out."""
        record = self._record(
            "DELETE FROM late WHERE serial = (SELECT serial FROM late WHERE due <= ? ORDER BY due, serial LIMIT 1)"
            " RETURNING record",
            now,
        )
        return _late_call(record) if record else None
