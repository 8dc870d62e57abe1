"""The means by which every call changes the world: finding a cluster, naming things, beginning a task."""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.simulator import machine, refusals
from ackplan.simulator.clock import Clock, stamp
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import JsonObject
from ackplan.simulator.machine import Operation
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.store import Store
from ackplan.simulator.traits import GUIDE, Traits


@dataclass(frozen=True, slots=True)
class Ledger:
    """The store with the seed, the clock and the limits that hold for it. Used inside a transaction."""

    store: Store
    clock: Clock
    ids: Identifiers
    time_scale: float
    max_clusters: int
    max_workers: int
    traits: Traits = GUIDE

    def find(self, cluster_id: str) -> Cluster:
        """The cluster. Raises Refusal."""
        cluster = self.store.cluster(cluster_id)
        if cluster is None:
            raise self.missing(cluster_id)
        return cluster

    def missing(self, cluster_id: str) -> refusals.Refusal:
        """The answer about a cluster that is not there."""
        return refusals.cluster_not_found(cluster_id, self.traits.not_found, self.traits.not_found_status)

    def now(self) -> float:
        """The instant at which what happens now happens: that of a task's end while it is settled."""
        return self.store.instant

    def serial(self, kind: str) -> int:
        return self.store.count(kind)

    def begin(self, cluster: Cluster, operation: Operation) -> None:
        """Puts the cluster in the state of the operation. Raises Refusal where its state does not let it begin."""
        try:
            cluster.state = machine.begin(cluster.state, operation)
        except machine.NotAllowed:
            raise refusals.wrong_state(cluster.cluster_id, cluster.state, operation) from None
        cluster.attributes["updated"] = stamp(self.now())
        self.store.keep_cluster(cluster)

    def start(
        self, cluster: Cluster, operation: str, payload: JsonObject, fate: Fate, minutes: float | None = None
    ) -> Task:
        """The task of an operation that has begun, durably.

        One that is no `Operation` is of a type in `Group.ends`, usually takes `minutes`, and leaves the cluster's
        state alone; `target` (`id`, `type`) of its payload is what its answer says that it is about.
        """
        serial, now = self.serial("task"), self.now()
        seconds = self._seconds(cluster, operation, minutes, self.ids.fraction("jitter", serial))
        task = Task(
            task_id=self.ids.task(serial),
            cluster_id=cluster.cluster_id,
            cluster_name=cluster.name,
            operation=operation,
            state=fate.called if fate.endless and fate.called else "running",
            created=now,
            updated=now,
            due=None if fate.endless else now + seconds / self.time_scale + fate.seconds,
            succeeds=fate.succeeds,
            error=fate.error,
            leaves=fate.leaves,
            payload=payload,
            called=fate.called,
            bare=fate.bare,
        )
        self.store.keep_task(task)
        return task

    @staticmethod
    def _seconds(cluster: Cluster, operation: str, minutes: float | None, chance: float) -> float:
        if minutes is None:
            return machine.duration(Operation(operation), cluster.kind, chance)
        return machine.spread(minutes, chance)
