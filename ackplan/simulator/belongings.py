"""What belongs to a cluster and is neither node nor task: node pools, add-ons, settings. Each is a JSON object.

A kind tells things of one sort apart from others; within it each has a name, such as its id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ackplan.simulator.database import Database
from ackplan.simulator.json_types import JsonObject


@dataclass(slots=True)
class Belonging:
    """One thing of a cluster. `since` is the instant at which it was made. It holds no secret."""

    kind: str
    cluster_id: str
    name: str
    values: JsonObject = field(default_factory=dict)
    since: float = 0.0


class Belongings(Database):
    """They are gone when the cluster is."""

    def belonging(self, kind: str, cluster_id: str, name: str) -> Belonging | None:
        """One by its name; None where it is not there."""
        return next((one for one in self.belongings(kind, cluster_id) if one.name == name), None)

    def belongings(self, kind: str, cluster_id: str) -> list[Belonging]:
        """All of a kind, in the order in which they were made."""
        rows: list[tuple[str, float, str]] = self._connection.execute(
            "SELECT name, since, record FROM belongings WHERE kind = ? AND cluster_id = ? ORDER BY serial",
            (kind, cluster_id),
        ).fetchall()
        return [Belonging(kind, cluster_id, name, json.loads(record), since) for name, since, record in rows]

    def keep_belonging(self, one: Belonging) -> None:
        """Puts it there; one that was there already keeps its place and its `since`."""
        self._do(
            "INSERT INTO belongings (kind, cluster_id, name, since, record) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, cluster_id, name) DO UPDATE SET record = excluded.record",
            one.kind,
            one.cluster_id,
            one.name,
            self.instant,
            json.dumps(one.values),
        )

    def drop_belonging(self, kind: str, cluster_id: str, name: str) -> None:
        self._do("DELETE FROM belongings WHERE kind = ? AND cluster_id = ? AND name = ?", kind, cluster_id, name)

    def drop_belongings(self, cluster_id: str) -> None:
        """All that a cluster has."""
        self._do("DELETE FROM belongings WHERE cluster_id = ?", cluster_id)
