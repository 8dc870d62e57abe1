"""The versions that the nodes of a pool have. No answer of the API shows them; the simulator knows them all the same.

A pool whose version is not kept has that of the control plane.
"""

from __future__ import annotations

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.json_types import text
from ackplan.simulator.pools.finding import find, pools_of
from ackplan.simulator.records import Cluster
from ackplan.simulator.upkeep import version_table

TYPE = "nodepool_upgrade"
_KIND = "kubelet"


def check_pool(ledger: Ledger, cluster: Cluster, pool_id: str) -> None:
    """Raises Refusal 404 for a pool that the cluster does not have."""
    find(ledger, cluster, pool_id)


def version(ledger: Ledger, cluster: Cluster, pool_id: str) -> str:
    """What the nodes of a pool have."""
    kept = ledger.store.belonging(_KIND, cluster.cluster_id, pool_id)
    return text(kept.values, "version") if kept else version_table.of(cluster)


def keep(ledger: Ledger, cluster: Cluster, pool_id: str, reached: str) -> None:
    """What the nodes of a pool have from now on."""
    ledger.store.keep_belonging(Belonging(_KIND, cluster.cluster_id, pool_id, {"version": reached}))


def stay(ledger: Ledger, cluster: Cluster, behind: str) -> None:
    """The control plane has left all pools behind, which had `behind` unless they were behind already."""
    kept = {one.name for one in ledger.store.belongings(_KIND, cluster.cluster_id)}
    for pool in pools_of(ledger, cluster):
        if pool.pool_id not in kept:
            keep(ledger, cluster, pool.pool_id, behind)


def follow(ledger: Ledger, cluster: Cluster) -> None:
    """All pools have what the control plane has."""
    for one in ledger.store.belongings(_KIND, cluster.cluster_id):
        ledger.store.drop_belonging(_KIND, cluster.cluster_id, one.name)
