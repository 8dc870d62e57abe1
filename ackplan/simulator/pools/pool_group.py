"""The calls about node pools, as a group."""

from __future__ import annotations

from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json
from ackplan.simulator.pools import pool_acts
from ackplan.simulator.pools.finding import find, pools_of
from ackplan.simulator.pools.making import set_up, sow
from ackplan.simulator.pools.pool import Doing
from ackplan.simulator.pools.pool_answers import detail
from ackplan.simulator.pools.pool_ends import end


def _list(ledger: Ledger, call: Invocation) -> Json:
    cluster, name = call.seen(ledger), call.query.get("NodepoolName", "")
    pools = [pool for pool in pools_of(ledger, cluster, call.view) if name in {"", pool.name}]
    return {"nodepools": [detail(ledger, cluster, pool) for pool in pools]}


def _get(ledger: Ledger, call: Invocation) -> Json:
    cluster = call.seen(ledger)
    return detail(ledger, cluster, find(ledger, cluster, call.places["node_pool_id"], call.view))


GROUP = Group(
    changes={
        "create_node_pool": pool_acts.create,
        "modify_node_pool": pool_acts.modify,
        "scale_node_pool": pool_acts.scale,
        "attach_to_node_pool": pool_acts.attach,
        "remove_node_pool_nodes": pool_acts.remove_nodes,
        "modify_node_config": pool_acts.configure,
        "delete_node_pool": pool_acts.delete,
    },
    reads={"list_node_pools": _list, "get_node_pool": _get},
    ends=dict.fromkeys(Doing, end),
    born=set_up,
    seeds={"node_pools": sow},
)
