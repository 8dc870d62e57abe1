"""A node pool as answers show it: all settings under the create call's names, and the pool's status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator.account import Ledger
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.pools.pool import Pool, nodes_of
from ackplan.simulator.pools.workers_of_guide import state_by_cluster
from ackplan.simulator.records import Cluster, Node

# What the API shows where nothing was said, as far as the official client names defaults.
_DEFAULTS: JsonObject = {
    "auto_mode": {"enable": False},
    "auto_scaling": {"enable": False, "max_instances": 0, "min_instances": 0, "type": "cpu"},
    "kubernetes_config": {
        "cms_enabled": False,
        "cpu_policy": "none",
        "labels": [],
        "node_name_mode": "",
        "runtime": "containerd",
        "runtime_version": "1.6.28",
        "taints": [],
        "unschedulable": False,
        "user_data": "",
    },
    "management": {"enable": False},
    "node_components": [],
    "node_config": {},
    "scaling_group": {
        "auto_renew": False,
        "auto_renew_period": 1,
        "compensate_with_on_demand": False,
        "data_disks": [],
        "image_type": "AliyunLinux3",
        "instance_charge_type": "PostPaid",
        "instance_types": [],
        "key_pair": "",
        "multi_az_policy": "PRIORITY",
        "platform": "AliyunLinux",
        "rds_instances": [],
        "scaling_policy": "release",
        "spot_strategy": "NoSpot",
        "system_disk_category": "cloud_efficiency",
        "system_disk_size": 120,
        "tags": [],
        "vswitch_ids": [],
    },
    "tee_config": {"tee_enable": False},
}
# Kept with the pool, and shown by no answer.
_HIDDEN = frozenset({"containerd_config"})


def detail(ledger: Ledger, cluster: Cluster, pool: Pool) -> JsonObject:
    """The pool as `GET .../nodepools/{id}` shows it, and the list too."""
    nodes = nodes_of(ledger, pool)
    own = {name: value for name, value in pool.settings.items() if name not in _HIDDEN}
    shown = dict(laid_over(_DEFAULTS, own))
    group: JsonObject = {
        "security_group_id": cluster.attributes.get("security_group_id", ""),
        **_object(shown["scaling_group"]),
        "desired_size": len(nodes) if pool.target is None else pool.target,
        "scaling_group_id": ledger.ids.resource("asg", pool.pool_id),
    }
    group.setdefault("security_group_ids", [group["security_group_id"]])
    info: JsonObject = {
        "created": pool.created,
        "is_default": pool.default,
        "name": pool.name,
        "nodepool_id": pool.pool_id,
        "region_id": cluster.attributes.get("region_id", ""),
        "resource_group_id": pool.resource_group or cluster.attributes.get("resource_group_id", ""),
        "type": pool.type,
        "updated": pool.updated,
    }
    return {**shown, "nodepool_info": info, "scaling_group": group, "status": _status(cluster, pool, nodes)}


def laid_over(below: Mapping[str, Json], above: Mapping[str, Json]) -> JsonObject:
    """Objects with the parts of others in place of theirs, at any depth. Lists are values."""
    result = dict(below)
    for name, value in above.items():
        under = result.get(name)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        result[name] = laid_over(_object(under), _object(value)) if both else value
    return result


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _status(cluster: Cluster, pool: Pool, nodes: Sequence[Node]) -> JsonObject:
    leaving = sum(node.attributes.get("state") == "removing" for node in nodes)
    coming = max(0, (pool.target or 0) - len(nodes))
    failed = sum(node.attributes.get("state") == "failed" for node in nodes)
    serving = len(nodes) - leaving - failed
    return {
        "failed_nodes": failed,
        "healthy_nodes": serving,
        "initial_nodes": coming,
        "offline_nodes": 0,
        "removing_nodes": leaving,
        "serving_nodes": serving,
        "state": state_by_cluster(cluster, pool),
        "total_nodes": len(nodes) + coming,
    }
