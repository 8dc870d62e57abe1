"""Calls that change a cluster: scale out (guide 2.3, 3.5), attach (2.6), remove nodes (2.11), delete (2.12).

The size changes when the task ends, not before. Attaching is decided for each instance by itself; one that may join is
reserved at once, so that no other call takes it.

The older scale call names the number of workers that the cluster is to have; the guide calls it by the create
parameter's name. Fewer than it has are refused: that call only scales out. Today's clients send `count` instead, which
is the number to add.
"""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json, JsonObject, number, text, texts
from ackplan.simulator.machine import Operation
from ackplan.simulator.quotas import check_workers
from ackplan.simulator.records import MASTER, WORKER, Cluster, Node, Task

_WITHOUT_NODES = frozenset({"foreign", "serverless"})


def scale_out(ledger: Ledger, cluster_id: str, body: Mapping[str, Json], fate: Fate) -> Task:
    """Adds exactly `count` workers when the task ends."""
    cluster = _with_nodes(ledger, cluster_id, Operation.SCALE_OUT)
    return _add_workers(ledger, cluster, number(body, "count"), texts(body, "worker_instance_types"), fate)


def scale(ledger: Ledger, cluster_id: str, body: Mapping[str, Json], fate: Fate) -> Task:
    """Adds what is missing to `num_of_nodes` workers, or `count` workers."""
    cluster = _with_nodes(ledger, cluster_id, Operation.SCALE_OUT)
    if "num_of_nodes" in body:
        added = number(body, "num_of_nodes") - ledger.store.count_nodes(cluster_id, WORKER)
    else:
        added = number(body, "count")
    if added < 0:
        raise refusals.invalid("num_of_nodes", "the cluster has more workers, and this call only adds")
    types = [text(body, "worker_instance_type")] if "worker_instance_type" in body else []
    return _add_workers(ledger, cluster, added, types, fate)


def _add_workers(ledger: Ledger, cluster: Cluster, added: int, types: list[str], fate: Fate) -> Task:
    check_workers(ledger, ledger.store.count_nodes(cluster.cluster_id, WORKER) + added)
    ledger.begin(cluster, Operation.SCALE_OUT)
    return ledger.start(cluster, Operation.SCALE_OUT, {"workers": added, "worker_types": types}, fate)


def attach(
    ledger: Ledger, cluster_id: str, body: Mapping[str, Json], fate: Fate
) -> tuple[list[dict[str, str]], Task | None]:
    """What became of each instance, and the task; no task where none of them may join."""
    cluster = _with_nodes(ledger, cluster_id, Operation.ATTACH)
    instances = texts(body, "instances")
    check_workers(ledger, ledger.store.count_nodes(cluster_id, WORKER) + len(instances))
    ledger.begin(cluster, Operation.ATTACH)
    results = [_attachable(ledger, instance, fate) for instance in instances]
    joining = [result["instanceId"] for result in results if result["code"] == "200"]
    if not joining:
        cluster.state = "running"
        ledger.store.keep_cluster(cluster)
        return results, None
    for instance in joining:
        ledger.store.keep_node(Node(instance, cluster_id, WORKER, joined=False))
    return results, ledger.start(cluster, Operation.ATTACH, {"instances": joining}, fate)


def _attachable(ledger: Ledger, instance: str, fate: Fate) -> dict[str, str]:
    code, message = "200", "successful"
    if fate.spoils(instance):
        code, message = fate.spoilt_code, "the instance could not be attached"
    elif ledger.store.released(instance):
        code, message = "InvalidInstanceId.NotFound", "the instance does not exist"
    elif ledger.store.node(instance) is not None:
        code, message = "InstanceAlreadyInCluster", "the instance already belongs to a cluster"
    return {"code": code, "instanceId": instance, "message": message}


def remove_nodes(ledger: Ledger, cluster_id: str, body: Mapping[str, Json], fate: Fate) -> Task:
    """Takes workers out; with `release_node` their instances cease to exist. A master or a stranger among them: 400."""
    cluster = _with_nodes(ledger, cluster_id, Operation.REMOVE)
    named = [_removable(ledger, cluster_id, name) for name in texts(body, "nodes")]
    nodes = {node.instance_id: node for node in named}
    ledger.begin(cluster, Operation.REMOVE)
    for node in nodes.values():
        node.attributes["state"] = "removing"
        ledger.store.keep_node(node)
    payload: JsonObject = {"instances": list(nodes), "release": body.get("release_node") is True}
    return ledger.start(cluster, Operation.REMOVE, payload, fate)


def _removable(ledger: Ledger, cluster_id: str, name: str) -> Node:
    by = ledger.traits.node_names
    node = ledger.store.node(name) if by != "name" else None
    node = node or (ledger.store.node_named(cluster_id, name) if by != "id" else None)
    if node is None or node.cluster_id != cluster_id or not node.joined:
        raise refusals.Refusal(400, "ErrorNodeNotFound", "one of the nodes is not a node of this cluster")
    if node.role == MASTER:
        raise refusals.Refusal(400, "ErrorMasterNode", "one of the nodes is a master, and masters are never removed")
    return node


def delete(ledger: Ledger, cluster_id: str, fate: Fate, wish: JsonObject | None = None) -> Task:
    """Deletes the cluster and the instances that were made for it.

    A `wish` says what stays (`surroundings.wish`): `kept` are ids, `keeps_all` all of them.
    """
    cluster = ledger.find(cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster_id, Operation.DELETE)
    if str(cluster.attributes.get("deletion_protection")).lower() == "true":
        raise refusals.protected(cluster_id)
    ledger.begin(cluster, Operation.DELETE)
    return ledger.start(cluster, Operation.DELETE, wish or {}, fate)


def _with_nodes(ledger: Ledger, cluster_id: str, operation: Operation) -> Cluster:
    cluster = ledger.find(cluster_id)
    if cluster.kind in _WITHOUT_NODES:
        raise refusals.wrong_kind(cluster_id, operation)
    return cluster
