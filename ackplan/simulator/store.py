"""Where the simulated world lives: one SQLite file, or memory.

One transaction a request: a process killed at any instant leaves the world before or after a request, never inside.
Several processes may share a file. A file of a newer format is refused.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

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


def _record(value: Cluster | LateCall | Node | Task) -> str:
    return json.dumps({field.name: getattr(value, field.name) for field in fields(value)})


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
        found = self._one("PRAGMA user_version")[0]
        if found > _FORMAT:
            raise ValueError(f"{path} is of format {found}; this version reads up to {_FORMAT}")
        tables = self._one("SELECT count(*), sum(name = 'clusters') FROM sqlite_master WHERE type = 'table'")
        if tables[0] and not tables[1]:
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

    def _one(self, statement: str, *values: Any) -> Any:
        return self._connection.execute(statement, values).fetchone()

    def _all(self, statement: str, *values: Any) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()

    def _do(self, statement: str, *values: Any) -> None:
        self._connection.execute(statement, values)

    # Counters

    def count(self, name: str) -> int:
        """1, 2, 3, ... for each name."""
        row = self._one(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            name,
        )
        return int(row[0])

    # Nonces

    def spend_nonce(self, nonce: str, now: float, keep: float) -> bool:
        """False for one that was spent in the last `keep` seconds."""
        self._do("DELETE FROM nonces WHERE seen < ?", now - keep)
        return self._one("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, now) is not None

    # Clusters

    def cluster(self, cluster_id: str) -> Cluster | None:
        row = self._one("SELECT record FROM clusters WHERE cluster_id = ?", cluster_id)
        return Cluster(**json.loads(row[0])) if row else None

    def clusters(self) -> list[Cluster]:
        """In the order in which they were made."""
        return [Cluster(**json.loads(row[0])) for row in self._all("SELECT record FROM clusters ORDER BY serial")]

    def named(self, name: str) -> bool:
        return self._one("SELECT 1 FROM clusters WHERE name = ?", name) is not None

    def count_clusters(self) -> int:
        return int(self._one("SELECT count(*) FROM clusters")[0])

    def keep_cluster(self, cluster: Cluster) -> None:
        self._remember(cluster.cluster_id)
        self._do(
            "INSERT INTO clusters (cluster_id, name, record) VALUES (?, ?, ?)"
            " ON CONFLICT (cluster_id) DO UPDATE SET name = excluded.name, record = excluded.record",
            cluster.cluster_id,
            cluster.name,
            _record(cluster),
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
        rows = self._all(
            "SELECT cluster_id, record FROM past WHERE until > ? ORDER BY until DESC, serial DESC", instant
        )
        return {name: Cluster(**json.loads(record)) if record else None for name, record in rows}

    # Nodes

    def node(self, instance_id: str) -> Node | None:
        row = self._one("SELECT record FROM nodes WHERE instance_id = ?", instance_id)
        return Node(**json.loads(row[0])) if row else None

    def node_named(self, cluster_id: str, name: str) -> Node | None:
        """The node of that `node_name`: today's clients may name nodes so."""
        return next((node for node in self.nodes(cluster_id) if node.attributes.get("node_name") == name), None)

    def nodes(self, cluster_id: str) -> list[Node]:
        """Those that have joined, oldest first."""
        rows = self._all("SELECT record FROM nodes WHERE cluster_id = ? AND joined ORDER BY serial", cluster_id)
        return [Node(**json.loads(row[0])) for row in rows]

    def count_nodes(self, cluster_id: str, role: str) -> int:
        """Reserved ones are counted too."""
        return int(self._one("SELECT count(*) FROM nodes WHERE cluster_id = ? AND role = ?", cluster_id, role)[0])

    def keep_node(self, node: Node) -> None:
        self._do(
            "INSERT INTO nodes (instance_id, cluster_id, role, joined, record) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (instance_id) DO UPDATE SET joined = excluded.joined, record = excluded.record",
            node.instance_id,
            node.cluster_id,
            node.role,
            node.joined,
            _record(node),
        )

    def drop_node(self, instance_id: str) -> None:
        self._do("DELETE FROM nodes WHERE instance_id = ?", instance_id)

    def release(self, instance_id: str) -> None:
        """The instance does not exist any more."""
        self._do("INSERT OR IGNORE INTO released VALUES (?)", instance_id)

    def released(self, instance_id: str) -> bool:
        return self._one("SELECT 1 FROM released WHERE instance_id = ?", instance_id) is not None

    # Tasks

    def task(self, task_id: str) -> Task | None:
        row = self._one("SELECT record FROM tasks WHERE task_id = ?", task_id)
        return Task(**json.loads(row[0])) if row else None

    def due_task(self, now: float) -> Task | None:
        """The first task whose time has come."""
        row = self._one("SELECT record FROM tasks WHERE due <= ? ORDER BY due, serial LIMIT 1", now)
        return Task(**json.loads(row[0])) if row else None

    def pending_tasks(self, cluster_id: str) -> list[Task]:
        """Tasks of a cluster that will end some day."""
        rows = self._all("SELECT record FROM tasks WHERE due IS NOT NULL ORDER BY serial")
        return [task for row in rows if (task := Task(**json.loads(row[0]))).cluster_id == cluster_id]

    def tasks(self, cluster_id: str) -> list[Task]:
        """All tasks of a cluster, oldest first."""
        rows = self._all("SELECT record FROM tasks ORDER BY serial")
        return [task for row in rows if (task := Task(**json.loads(row[0]))).cluster_id == cluster_id]

    def keep_task(self, task: Task) -> None:
        self._do(
            "INSERT INTO tasks (task_id, due, record) VALUES (?, ?, ?)"
            " ON CONFLICT (task_id) DO UPDATE SET due = excluded.due, record = excluded.record",
            task.task_id,
            task.due,
            _record(task),
        )

    # Calls that take effect later

    def defer(self, call: LateCall) -> None:
        self._do("INSERT INTO late (due, record) VALUES (?, ?)", call.due, _record(call))

    def due_call(self, now: float) -> LateCall | None:
        """The first call whose time has come, which is taken out."""
        row = self._one("SELECT serial, record FROM late WHERE due <= ? ORDER BY due, serial LIMIT 1", now)
        if row is None:
            return None
        self._do("DELETE FROM late WHERE serial = ?", row[0])
        return LateCall(**json.loads(row[1]))
