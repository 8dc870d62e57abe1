"""An account with something of everything: clusters of each kind, nodes, a task; and calls on it that succeed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.simulator.callers import example

HOUR = 3600.0
MASTERS = ("i-master1", "i-master2", "i-master3")
KINDS: Mapping[str, Mapping[str, Any]] = {
    "managed": {"cluster_type": "ManagedKubernetes", "current_version": "1.31.9-aliyun.1"},
    "dedicated": {"cluster_type": "Kubernetes"},
    "edge": {
        "cluster_type": "ManagedKubernetes",
        "profile": "Edge",
        "checks": [{"check_id": "k-1", "type": "ClusterUpgrade"}],
        "findings": [{"level": "warning", "message": "a node is not ready", "group": "Nodes", "target": "n1"}],
    },
    "serverless": {"cluster_type": "Ask", "size": 0},
    "swarm": {"cluster_type": "aliyun", "size": "2"},
}


def _nodes(kind: str) -> dict[str, Any]:
    if kind in {"serverless", "swarm"}:
        return {}
    workers = [{"instance_id": f"i-{kind}{number}"} for number in range(1, 6)]
    masters = [{"instance_id": name, "instance_role": "Master"} for name in MASTERS] if kind == "dedicated" else []
    return {"nodes": [*masters, *workers]}


POOL = example("create-node-pool")
# A cluster whose workers are all in pools of its own.
POOLED: Mapping[str, Any] = {
    "cluster_id": "c-pooled",
    "name": "live-pooled",
    "node_pools": [
        {**POOL, "nodepool_id": "np-web", "nodes": [{"instance_id": f"i-web{number}"} for number in range(1, 4)]},
        {**POOL, "nodepool_info": {"name": "db"}, "nodepool_id": "np-db"},
    ],
}
# `c-KIND` are the ids.
LIVE: Mapping[str, Any] = {
    "clusters": [
        *({"cluster_id": f"c-{kind}", "name": f"live-{kind}", **said, **_nodes(kind)} for kind, said in KINDS.items()),
        POOLED,
    ],
    "tasks": [
        {"task_id": "T-done", "cluster_id": "c-managed", "task_type": "cluster_scaleout", "state": "success"},
        {
            "task_id": "T-failed",
            "cluster_id": "c-edge",
            "task_type": "cluster_attach",
            "state": "fail",
            "error": {"code": "InternalError", "message": "out of stock"},
        },
        {"task_id": "T-endless", "cluster_id": "c-edge", "task_type": "cluster_dream", "state": "running"},
        {"task_id": "T-upgrade", "cluster_id": "c-dedicated", "task_type": "cluster_upgrade", "state": "running"},
    ],
    "unknown_instances": ["i-gone"],
}


@dataclass(frozen=True)
class Step:
    """A call: an operation on a cluster or task; `also` is another path of it, `places` what else is named in it."""

    operation: str
    subject: str = ""
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    also: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


def creation(kind: str, **changes: Any) -> dict[str, Any]:
    """The guide's example of a create body, made whole."""
    size = {"worker_system_disk_size": 120} if kind == "edge" else {}
    return example(kind, **{"name": f"made-{kind}", **size, **changes})


WEB = {"node_pool_id": "np-web"}
_REMOVED = {"instance_ids": '["i-web1"]', "release_node": "true", "drain_node": "true"}
# Node pools.
POOLS = (
    Step("list_node_pools", "c-pooled"),
    Step("list_node_pools", "c-pooled", query={"NodepoolName": "web"}),
    Step("list_node_pools", "c-edge"),
    Step("create_node_pool", "c-pooled", example("create-node-pool", nodepool_info={"name": "made"})),
    Step("get_node_pool", "c-pooled", places=WEB),
    Step("modify_node_pool", "c-pooled", example("modify-node-pool"), places=WEB),
    Step("scale_node_pool", "c-pooled", example("scale-node-pool"), places=WEB),
    Step("attach_to_node_pool", "c-pooled", example("attach-to-node-pool"), places=WEB),
    Step("remove_node_pool_nodes", "c-pooled", places=WEB, query=_REMOVED),
    Step("modify_node_config", "c-pooled", example("modify-node-config"), places=WEB),
    Step("upgrade_node_pool", "c-pooled", {}, places=WEB),
    Step("list_nodes", "c-pooled", query={"nodepool_id": "np-web"}),
    Step("delete_node_pool", "c-pooled", places=WEB, query={"force": "true"}),
    Step("delete_node_pool", "c-pooled", places={"node_pool_id": "np-db"}, query={"force": "true"}),
    Step("list_node_pools", "c-pooled"),
)
METRICS = {"addon": "metrics-server"}
DESCRIBED = {
    "region_id": "cn-beijing",
    "cluster_type": "Kubernetes",
    "profile": "Default",
    "cluster_spec": "",
    "cluster_version": "1.22.15-aliyun.1",
}
VERSIONS = {"Region": "cn-beijing", "ClusterType": "ManagedKubernetes"}
# Tasks, upgrades, add-ons, checks and kubeconfigs.
UPKEEP = (
    Step("pause_task", "T-upgrade"),
    Step("get_task", "T-upgrade"),
    Step("resume_task", "T-upgrade"),
    Step("pause_upgrade", "c-dedicated"),
    Step("get_upgrade_status", "c-dedicated"),
    Step("resume_upgrade", "c-dedicated"),
    Step("cancel_upgrade", "c-dedicated"),
    Step("cancel_task", "T-endless"),
    Step("list_tasks", "c-dedicated"),
    Step("list_tasks", "c-managed", query={"max_results": "2", "next_token": "2"}),
    Step("list_kubernetes_versions", query={**VERSIONS, "Mode": "supported", "runtime": "containerd"}),
    Step(
        "list_kubernetes_versions",
        query={**VERSIONS, "KubernetesVersion": "1.31.9-aliyun.1", "QueryUpgradableVersion": "true"},
    ),
    Step("get_upgrade_status", "c-managed"),
    Step("run_check", "c-managed", example("run-check")),
    Step("list_checks", "c-managed", query={"type": "ClusterUpgrade"}),
    Step("get_check", "c-edge", places={"check_id": "k-1"}),
    Step("upgrade_cluster", "c-managed", example("upgrade-cluster")),
    Step("get_upgrade_status", "c-managed"),
    Step("list_addons", query={"cluster_id": "c-managed"}),
    Step("get_addon", places=METRICS, query=DESCRIBED),
    Step("list_addon_instances", "c-managed"),
    Step("uninstall_addons", "c-managed", [{"name": "metrics-server"}]),
    Step("install_addons", "c-managed", [{"name": "metrics-server", "version": "v0.3.9.4-ff225cd-aliyun"}]),
    Step(
        "upgrade_addons", "c-managed", [{"component_name": "metrics-server", "next_version": "v0.3.9.7-d5bd4a9-aliyun"}]
    ),
    Step("modify_addon", "c-managed", {"config": "{}"}, places=METRICS),
    Step("get_addon_instance", "c-managed", places=METRICS),
    Step("list_addon_resources", "c-managed", places=METRICS),
    Step("get_addon_progress", "c-managed", query={"componentIds": '["metrics-server", "coredns"]'}),
    Step("kubeconfig", "c-managed", query={"PrivateIpAddress": "true", "TemporaryDurationMinutes": "15"}),
    Step("list_kubeconfigs", "c-managed"),
    Step("expire_kubeconfig", "c-managed", {"user": "200000000000000001", "expire_hour": 2}),
    Step("revoke_kubeconfig", "c-managed"),
)
_SUBJECT = {"region_id": "cn-beijing", "resource_type": "CLUSTER"}
_TAGGED = {**_SUBJECT, "resource_ids": '["c-managed"]'}
TODAY = (
    Step("modify_cluster", "c-managed", {"timezone": "UTC", "deletion_protection": False}),
    Step("get_cluster", "c-managed"),
    Step("list_clusters", query={"cluster_id": "c-managed"}, also="/api/v1/clusters"),
    Step("modify_cluster_tags", "c-managed", [{"key": "team", "value": "shop"}]),
    Step("tag_resources", body={**_SUBJECT, "resource_ids": ["c-managed"], "tags": [{"key": "cost", "value": "7"}]}),
    Step("list_tag_resources", query=_TAGGED),
    Step("untag_resources", query={**_TAGGED, "tag_keys": '["cost"]'}),
    Step("list_cluster_resources", "c-managed"),
    Step("update_control_plane_log", "c-managed", {"components": ["apiserver"]}),
    Step("get_control_plane_log", "c-managed"),
    Step("update_audit", "c-managed", {"disable": False}),
    Step("get_audit", "c-managed"),
    Step("get_endpoints", "c-managed"),
    Step("update_kms", "c-managed", {"disable_encryption": False, "kms_key_id": "key-1"}),
    Step("migrate_cluster", "c-dedicated", {"oss_bucket_name": "backup"}),
)
# Every operation, on every path that it has; each succeeds when the one before has had its hour.
TOUR = (
    *(Step("create_cluster", body=creation(kind)) for kind in ("managed", "dedicated", "edge", "serverless")),
    Step("list_clusters"),
    Step("list_clusters", query={"name": "live-", "clusterType": "Kubernetes"}),
    Step("list_clusters", query={"page_size": "3"}, also="/api/v1/clusters"),
    *(Step("get_cluster", f"c-{kind}") for kind in KINDS),
    Step("scale_out", "c-managed", example("scale-out")),
    Step("scale", "c-dedicated", {"num_of_nodes": 7, "worker_instance_type": "ecs.c5.xlarge"}),
    Step("attach", "c-managed", example("attach", instances=["i-new", "i-gone", "i-edge1"])),
    Step("attach", "c-managed", example("attach", instances=["i-gone"])),
    Step("attach_script", "c-edge", example("attach-script")),
    Step("list_nodes", "c-dedicated"),
    Step("list_nodes", "c-dedicated", query={"pageNumber": "2", "pageSize": "3", "state": "all"}),
    Step("list_nodes", "c-serverless"),
    Step("remove_nodes", "c-managed", {"nodes": ["i-managed1"], "release_node": True}),
    Step("remove_nodes", "c-managed", {"nodes": ["i-managed2"]}, also="/api/v2/clusters/{id}/nodes/remove"),
    Step("get_task", "T-done"),
    Step("get_task", "T-failed"),
    *(Step("kubeconfig", f"c-{kind}") for kind in KINDS if kind != "swarm"),
    Step("kubeconfig", "c-edge", also="/api/v2/k8s/{id}/user_config"),
    Step("certs", "c-managed"),
    *POOLS,
    *UPKEEP,
    *TODAY,
    *(Step("delete_cluster", f"c-{kind}") for kind in KINDS if kind != "swarm"),
)
