"""Where the simulated world lives: one SQLite file, or memory.

One transaction a request: a process killed at any instant leaves the world before or after a request, never inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields

from ackplan.simulator.belongings import Belongings
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.records import Cluster, LateCall, Node, Task

# So long, in seconds, it is known what a cluster was before.
_REMEMBERED = 3600.0


def _written(value: Cluster | LateCall | Node | Task) -> str:
    return json.dumps({field.name: getattr(value, field.name) for field in fields(value)}, default=asdict)


def _late_call(record: str) -> LateCall:
    values = json.loads(record)
    return LateCall(**{**values, "fate": Fate(**values["fate"])})


class Store(Belongings):
    """Rows in, rows out. Every method but `close` is called inside `transaction`."""

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
        self.drop_belongings(cluster_id)

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
        return [task for task in self.tasks(cluster_id) if task.due is not None]

    def tasks(self, cluster_id: str) -> list[Task]:
        """All tasks of a cluster, oldest first."""
        records = self._records(
            "SELECT record FROM tasks WHERE json_extract(record, '$.cluster_id') = ? ORDER BY serial", cluster_id
        )
        return [Task(**json.loads(record)) for record in records]

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
