"""The default pool: that of the workers which a cluster was made with, by the guide's create call or in a live state.

It is made up of the cluster until a call changes it. A cluster whose create call named no workers has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.pools.pool import ACTIVE, FAILED, Pool
from ackplan.simulator.records import WORKER, Cluster

NAME = "default-nodepool"
_POOLED = "only_own_pools"
_WITH_POOLS = frozenset({"dedicated", "managed", "edge"})
_BY_CLUSTER = {
    "initial": "initial",
    "scaling": "scaling",
    "removing": "removing",
    "deleting": "deleting",
    "updating": "updating",
    "upgrading": "updating",
    "failed": FAILED,
}
# Parameters of the guide's create call, and what they are called in a pool.
_SCALING_GROUP = {
    "worker_instance_types": "instance_types",
    "worker_system_disk_category": "system_disk_category",
    "worker_system_disk_size": "system_disk_size",
    "worker_instance_charge_type": "instance_charge_type",
    "worker_period": "period",
    "worker_period_unit": "period_unit",
    "worker_auto_renew": "auto_renew",
    "worker_auto_renew_period": "auto_renew_period",
    "key_pair": "key_pair",
    "tags": "tags",
}
_KUBERNETES = {"cloud_monitor_flags": "cms_enabled", "cpu_policy": "cpu_policy"}


def takes_pools(cluster: Cluster) -> bool:
    """Whether the cluster is of a kind that has node pools."""
    return cluster.kind in _WITH_POOLS


def state_by_cluster(cluster: Cluster, pool: Pool) -> str:
    """A pool's state, where the cluster's tells more: calls of the guide are about the default pool."""
    if cluster.state == "deleting" or (pool.default and pool.state == ACTIVE):
        return _BY_CLUSTER.get(cluster.state, ACTIVE)
    return FAILED if cluster.state == "failed" and pool.state == "initial" else pool.state


def default_pool(ledger: Ledger, cluster: Cluster, kept: Sequence[Pool]) -> Pool | None:
    """The default pool, None where it is among `kept` or the cluster has none."""
    if not takes_pools(cluster) or any(pool.default for pool in kept) or not _has_workers(ledger, cluster):
        return None
    return Pool(
        pool_id=default_id(ledger, cluster),
        cluster_id=cluster.cluster_id,
        name=NAME,
        state=_BY_CLUSTER.get(cluster.state, ACTIVE),
        created=str(cluster.attributes.get("created", "")),
        updated=str(cluster.attributes.get("updated", "")),
        default=True,
        settings=_settings(cluster),
    )


def default_id(ledger: Ledger, cluster: Cluster) -> str:
    """The id of the cluster's default pool, whether it has one or not."""
    return "np" + ledger.ids.digest("default pool", cluster.cluster_id).hex()[:32]


def leave_out(ledger: Ledger, cluster: Cluster) -> None:
    """The cluster has no default pool, unless workers of no pool come to it."""
    ledger.store.keep_belonging(Belonging(_POOLED, cluster.cluster_id, _POOLED))


def _has_workers(ledger: Ledger, cluster: Cluster) -> bool:
    if "num_of_nodes" in cluster.ordered:
        return True
    nodes = ledger.store.nodes(cluster.cluster_id)
    if any(node.role == WORKER and not node.attributes.get("nodepool_id") for node in nodes):
        return True
    return not cluster.ordered and ledger.store.belonging(_POOLED, cluster.cluster_id, _POOLED) is None


def _settings(cluster: Cluster) -> JsonObject:
    ordered = cluster.ordered
    vswitches = [name for name in str(cluster.attributes.get("vswitch_id", "")).split(",") if name]
    group: JsonObject = {"vswitch_ids": vswitches, **_renamed(ordered, _SCALING_GROUP)}
    if ordered.get("worker_data_disk") is True:
        disk = {"category": ordered.get("worker_data_disk_category"), "size": ordered.get("worker_data_disk_size")}
        group["data_disks"] = [{name: value for name, value in disk.items() if value is not None}]
    return {"scaling_group": group, "kubernetes_config": _renamed(ordered, _KUBERNETES)}


def _renamed(ordered: Mapping[str, Json], names: Mapping[str, str]) -> JsonObject:
    return {ours: ordered[theirs] for theirs, ours in names.items() if theirs in ordered}
