"""Which pools a cluster has."""

from __future__ import annotations

from ackplan.simulator.account import Ledger
from ackplan.simulator.pools.pool import KIND, Pool, nodes_of, of_belonging
from ackplan.simulator.pools.workers_of_guide import default_id, default_pool
from ackplan.simulator.records import WORKER, Cluster, Node
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.view import PLAIN, View


def pools_of(ledger: Ledger, cluster: Cluster, view: View = PLAIN) -> list[Pool]:
    """The default pool first, then the others in the order in which they were made."""
    kept = [of_belonging(one) for one in ledger.store.belongings(KIND, cluster.cluster_id)]
    seen = {one.name for one in view.belongings(ledger, KIND, cluster.cluster_id)}
    default = default_pool(ledger, cluster, kept)
    pools = [pool for pool in kept if pool.pool_id in seen]
    return sorted([default, *pools] if default else pools, key=lambda pool: not pool.default)


def find(ledger: Ledger, cluster: Cluster, pool_id: str, view: View = PLAIN) -> Pool:
    """One pool. Raises Refusal."""
    for pool in pools_of(ledger, cluster, view):
        if pool.pool_id == pool_id:
            return pool
    raise Refusal(404, "ErrorNodePoolNotFound", f"node pool ({pool_id[:64]}) not found in our records")


def pool_of_node(ledger: Ledger, cluster: Cluster, node: Node) -> str:
    """The id of a node's pool; empty for a master."""
    if node.role != WORKER:
        return ""
    return str(node.attributes.get("nodepool_id", "")) or default_id(ledger, cluster)


def workers_wanted(ledger: Ledger, cluster: Cluster) -> int:
    """How many workers the cluster has or is to have."""
    pools = pools_of(ledger, cluster)
    sizes = [len(nodes_of(ledger, pool)) if pool.target is None else pool.target for pool in pools]
    return max(sum(sizes), ledger.store.count_nodes(cluster.cluster_id, WORKER))
