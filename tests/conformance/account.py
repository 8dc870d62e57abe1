"""An account with something of everything: clusters of each kind, nodes, a task; and calls on it that succeed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.simulator.callers import example

HOUR = 3600.0
MASTERS = ("i-master1", "i-master2", "i-master3")
KINDS: Mapping[str, Mapping[str, Any]] = {
    "managed": {"cluster_type": "ManagedKubernetes"},
    "dedicated": {"cluster_type": "Kubernetes"},
    "edge": {"cluster_type": "ManagedKubernetes", "profile": "Edge"},
    "serverless": {"cluster_type": "Ask", "size": 0},
    "swarm": {"cluster_type": "aliyun", "size": "2"},
}


def _nodes(kind: str) -> dict[str, Any]:
    if kind in {"serverless", "swarm"}:
        return {}
    workers = [{"instance_id": f"i-{kind}{number}"} for number in range(1, 6)]
    masters = [{"instance_id": name, "instance_role": "Master"} for name in MASTERS] if kind == "dedicated" else []
    return {"nodes": [*masters, *workers]}


# `c-KIND` are the ids.
LIVE: Mapping[str, Any] = {
    "clusters": [
        {"cluster_id": f"c-{kind}", "name": f"live-{kind}", **said, **_nodes(kind)} for kind, said in KINDS.items()
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
    ],
    "unknown_instances": ["i-gone"],
}


@dataclass(frozen=True)
class Step:
    """A call: an operation on a cluster or task; `also` is another path of it."""

    operation: str
    subject: str = ""
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    also: str = ""


def creation(kind: str, **changes: Any) -> dict[str, Any]:
    """The guide's example of a create body, made whole."""
    size = {"worker_system_disk_size": 120} if kind == "edge" else {}
    return example(kind, **{"name": f"made-{kind}", **size, **changes})


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
    *(Step("delete_cluster", f"c-{kind}") for kind in KINDS if kind != "swarm"),
)
