"""What happens when a task's time has come: nodes join or leave, and the cluster changes its state.

A call that a gateway gave up takes its effect when its time has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from ackplan.simulator import late, machine
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.json_types import JsonObject, number, texts
from ackplan.simulator.machine import Operation, State
from ackplan.simulator.records import MASTER, WORKER, Cluster, Node, Task


def settle_due(ledger: Ledger) -> None:
    """Ends every task whose time has come, and lets late calls take effect, in their order."""
    now = ledger.clock.now()
    while True:
        task = ledger.store.due_task(now)
        if call := ledger.store.due_call(now if task is None or task.due is None else task.due):
            ledger.store.instant = call.due
            late.commit(ledger, call)
        elif task:
            _settle(ledger, task)
        else:
            break
    ledger.store.instant = now


def interrupt(ledger: Ledger, cluster_id: str) -> None:
    """Lets the tasks of a cluster fail now."""
    for task in ledger.store.pending_tasks(cluster_id):
        task.succeeds, task.due = False, ledger.now()
        task.error = {"code": "ClusterStateChanged", "message": "the cluster changed its state"}
        _settle(ledger, task)


def _settle(ledger: Ledger, task: Task) -> None:
    instant = ledger.now() if task.due is None else task.due
    ledger.store.instant = instant
    usual = "success" if task.succeeds else "fail"
    task.state, task.updated, task.due = task.called or usual, instant, None
    ledger.store.keep_task(task)
    cluster = ledger.store.cluster(task.cluster_id)
    if cluster is None:
        return
    operation = task.known_operation()
    cluster.state = machine.end(operation, succeeded=task.succeeds)
    cluster.attributes["updated"] = stamp(instant)
    effect = _succeed if task.succeeds else _fail
    effect(ledger, cluster, operation, task)
    cluster.state = task.leaves or cluster.state
    if cluster.state == State.DELETED:
        ledger.store.drop_cluster(cluster.cluster_id)
    else:
        ledger.store.keep_cluster(cluster)


def _succeed(ledger: Ledger, cluster: Cluster, operation: Operation, task: Task) -> None:
    match operation:
        case Operation.CREATE:
            _finish_creation(ledger, cluster, task)
        case Operation.SCALE_OUT:
            _make_nodes(ledger, cluster, WORKER, number(task.payload, "workers"), task)
            cluster.grow(number(task.payload, "workers"))
        case Operation.ATTACH:
            for instance in texts(task.payload, "instances"):
                ledger.store.keep_node(joined_node(ledger, cluster, instance, WORKER, "manual"))
            cluster.grow(len(texts(task.payload, "instances")))
        case Operation.REMOVE:
            _take_out(ledger, texts(task.payload, "instances"), release=bool(task.payload["release"]))
            cluster.grow(-len(texts(task.payload, "instances")))
        case Operation.DELETE:
            made = [node for node in ledger.store.nodes(cluster.cluster_id) if not node.attached]
            _take_out(ledger, [node.instance_id for node in made], release=True)
        case _:
            assert_never(operation)


def _fail(ledger: Ledger, cluster: Cluster, operation: Operation, task: Task) -> None:
    match operation:
        case Operation.CREATE:
            cluster.size = 0
        case Operation.ATTACH:
            _take_out(ledger, texts(task.payload, "instances"), release=False)
        case Operation.REMOVE:
            for instance in texts(task.payload, "instances"):
                _back_to_work(ledger, instance)
        case Operation.SCALE_OUT | Operation.DELETE:
            pass
        case _:
            assert_never(operation)


def _finish_creation(ledger: Ledger, cluster: Cluster, task: Task) -> None:
    _make_nodes(ledger, cluster, MASTER, number(task.payload, "masters"), task)
    _make_nodes(ledger, cluster, WORKER, number(task.payload, "workers"), task)
    address = ledger.ids.address("master", cluster.cluster_id)
    cluster.attributes["master_url"] = f"https://{address}:6443"
    cluster.attributes["external_loadbalancer_id"] = ledger.ids.resource("lb", cluster.cluster_id)


def _make_nodes(ledger: Ledger, cluster: Cluster, role: str, count: int, task: Task) -> None:
    types = texts(task.payload, "master_types" if role == MASTER else "worker_types")
    for place in range(count):
        instance = ledger.ids.instance(ledger.serial("instance"))
        node = joined_node(ledger, cluster, instance, role, "ess_attach")
        if role == WORKER:
            node.attributes["instance_charge_type"] = task.payload.get("charged", "PostPaid")
        if types:
            node.attributes["instance_type"] = types[place % len(types)]
        ledger.store.keep_node(node)


def joined_node(ledger: Ledger, cluster: Cluster, instance: str, role: str, source: str) -> Node:
    """A node that works. `source` is `manual` for an instance that was attached."""
    instant, number = ledger.now(), ledger.serial("address")
    address = f"192.168.{number // 254 % 256}.{number % 254 + 1}"
    attributes: JsonObject = {
        "node_name": f"{cluster.attributes.get('region_id', '')}.{address}",
        "ip_address": [address],
        "instance_charge_type": "PostPaid",
        "state": "running",
        "node_status": "Ready",
        "instance_status": "Running",
        "creation_time": stamp(instant),
        "is_aliyun_node": True,
        "source": source,
    }
    return Node(instance, cluster.cluster_id, role, joined=True, attributes=attributes, since=instant)


def _take_out(ledger: Ledger, instances: Sequence[str], *, release: bool) -> None:
    for instance in instances:
        ledger.store.drop_node(instance)
        if release:
            ledger.store.release(instance)


def _back_to_work(ledger: Ledger, instance: str) -> None:
    node = ledger.store.node(instance)
    if node is not None:
        node.attributes["state"] = "running"
        ledger.store.keep_node(node)
