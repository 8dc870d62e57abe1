"""Changes that somebody makes by hand, as in the console: what clients of the API then see as drift, and as faults.

They take effect at once, without a task. Each is one transaction, so a server may work on the same file meanwhile.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ackplan.simulator import routes
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import SystemClock
from ackplan.simulator.completion import interrupt, settle_due
from ackplan.simulator.config import SimulatorConfig
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection import file, ordered
from ackplan.simulator.injection.ordered import Ordered
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.joining import take_out
from ackplan.simulator.pools.finding import pools_of
from ackplan.simulator.pools.making import add_nodes
from ackplan.simulator.pools.pool import ACTIVE, Pool, nodes_of
from ackplan.simulator.pools.pool_sizes import check_room, check_size, given_up
from ackplan.simulator.records import Cluster
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.store import Store

_RUNNING = "running"
_NAME = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff-]{0,62}")
_MESSAGE = "a fault that was ordered by hand"


class ByHandError(ValueError):
    """A change that can't be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers a cluster has, in the pool of that name; `pool` is empty for those that it was made with."""

    pool: str
    count: int
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A cluster as it stands."""

    name: str
    cluster_id: str
    state: str
    region: str
    workers: tuple[Workers, ...]


class Hands:
    """What can be done by hand to the world of a ledger. Every method may raise ByHandError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._store = ledger.store

    @contextlib.contextmanager
    def _moment(self) -> Iterator[None]:
        try:
            with self._store.transaction():
                settle_due(self._ledger)
                yield
        except Refusal as refusal:
            raise ByHandError(refusal.message) from None

    def clusters(self) -> list[Standing]:
        """In the order in which they were made."""
        with self._moment():
            return [self._standing(cluster) for cluster in self._store.clusters()]

    def _standing(self, cluster: Cluster) -> Standing:
        pools = pools_of(self._ledger, cluster)
        workers = [Workers("" if p.default else p.name, len(nodes_of(self._ledger, p)), p.state) for p in pools]
        region = str(cluster.attributes.get("region_id", ""))
        return Standing(cluster.name, cluster.cluster_id, cluster.state, region, tuple(workers))

    def scale(self, name: str, pool: str, count: int) -> int:
        """Gives a cluster's pool, or the workers that it was made with, this number; the number before."""
        with self._moment():
            cluster = self._settled(name)
            chosen = self._pool(cluster, pool)
            before = len(nodes_of(self._ledger, chosen))
            check_size(chosen.settings, count, "the number")
            if count > before:
                check_room(self._ledger, cluster, count - before)
                add_nodes(self._ledger, cluster, chosen, count - before)
            else:
                leaving = given_up(self._ledger, chosen, before - count)
                take_out(self._ledger, leaving, release=True)
                cluster.grow(-len(leaving))
                self._store.keep_cluster(cluster)
            return before

    def rename(self, name: str, new: str) -> None:
        with self._moment():
            cluster = self._settled(name)
            if not _NAME.fullmatch(new):
                raise ByHandError(f"{new!r} is no name: letters, digits and hyphens, 63 at most")
            if self._store.named(new):
                raise ByHandError(f"there is a cluster {new} already")
            cluster.name = new
            self._store.keep_cluster(cluster)

    def delete(self, name: str) -> None:
        """The cluster is gone, and the instances that were made for it; what it was busy with fails."""
        with self._moment():
            cluster = self._named(name)
            interrupt(self._ledger, cluster.cluster_id)
            nodes = self._store.nodes(cluster.cluster_id)
            take_out(self._ledger, [node.instance_id for node in nodes if not node.attached], release=True)
            self._store.drop_cluster(cluster.cluster_id)

    def fail(self, rule: Rule, times: int) -> None:
        """Lets the next calls that the rule matches go wrong, so many."""
        if rule["kind"] == "task_fails" and rule.get("operation") not in routes.CHANGING:
            raise ByHandError(f"{rule.get('operation')} begins no task that could fail")
        if rule["kind"] in {"error", "throttle", "task_fails"}:
            rule = {"message": _MESSAGE, **rule}
        with self._moment():
            ordered.order(self._ledger, file.document_of({"faults": [rule]})[0], times)

    def faults(self) -> list[Ordered]:
        """Those that are still to come."""
        with self._moment():
            return ordered.waiting(self._ledger)

    def clear_faults(self) -> int:
        """How many there were."""
        with self._moment():
            return ordered.clear(self._ledger)

    def reset(self) -> None:
        """Nothing is there any more, and nothing ever was."""
        with self._store.transaction():
            self._store.clear()

    def _named(self, name: str) -> Cluster:
        clusters = self._store.clusters()
        for cluster in clusters:
            if cluster.name == name:
                return cluster
        there = ", ".join(cluster.name for cluster in clusters) or "none"
        raise ByHandError(f"the sandbox has no cluster {name}; clusters there: {there}")

    def _settled(self, name: str) -> Cluster:
        cluster = self._named(name)
        if cluster.state != _RUNNING:
            raise ByHandError(f"{name} is {cluster.state}: wait until it is {_RUNNING}")
        return cluster

    def _pool(self, cluster: Cluster, name: str) -> Pool:
        pools = pools_of(self._ledger, cluster)
        chosen = next((pool for pool in pools if (pool.default if not name else pool.name == name)), None)
        if chosen is None:
            there = ", ".join(f"{cluster.name}/{pool.name}" for pool in pools)
            why = f"{cluster.name} has no workers of its own" if not name else f"{cluster.name} has no pool {name}"
            raise ByHandError(f"{why}; pools there: {there or 'none'}")
        if chosen.state != ACTIVE:
            raise ByHandError(f"{cluster.name}/{chosen.name} is {chosen.state}: wait until it is {ACTIVE}")
        return chosen


@contextlib.contextmanager
def hands(db: Path) -> Iterator[Hands]:
    """Those of the world in a file. Raises ValueError for a file that is none."""
    usual = SimulatorConfig()
    store = Store(db)
    try:
        limits = (usual.time_scale, usual.max_clusters, usual.max_workers)
        yield Hands(Ledger(store, SystemClock(), Identifiers(usual.seed), *limits))
    finally:
        store.close()
