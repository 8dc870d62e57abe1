"""What happens when a task's time has come: nodes join or leave, and the cluster changes its state.

A call that a gateway gave up takes its effect when its time has come.
"""

from __future__ import annotations

from typing import assert_never

from ackplan.simulator import groups, late, machine
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.joining import back_to_work, joined_node, take_out
from ackplan.simulator.json_types import number, texts
from ackplan.simulator.machine import Operation, State
from ackplan.simulator.records import MASTER, WORKER, Cluster, Task


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
    if end := groups.ENDS.get(task.operation):
        end(ledger, task)
        _leave(ledger, task)
        return
    if task.operation not in set(Operation):
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
    if operation is Operation.CREATE and task.succeeds:
        for born in groups.BORN:
            born(ledger, cluster)


def _leave(ledger: Ledger, task: Task) -> None:
    """Puts the cluster in the state that a fault wants after a task that usually leaves it alone."""
    cluster = ledger.store.cluster(task.cluster_id)
    if cluster is not None and task.leaves:
        cluster.state = task.leaves
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
            take_out(ledger, texts(task.payload, "instances"), release=bool(task.payload["release"]))
            cluster.grow(-len(texts(task.payload, "instances")))
        case Operation.DELETE:
            made = [node.instance_id for node in ledger.store.nodes(cluster.cluster_id) if not node.attached]
            kept = made if task.payload.get("keeps_all") else texts(task.payload, "kept")
            take_out(ledger, [instance for instance in made if instance not in kept], release=True)
        case _:
            assert_never(operation)


def _fail(ledger: Ledger, cluster: Cluster, operation: Operation, task: Task) -> None:
    match operation:
        case Operation.CREATE:
            cluster.size = 0
        case Operation.ATTACH:
            take_out(ledger, texts(task.payload, "instances"), release=False)
        case Operation.REMOVE:
            for instance in texts(task.payload, "instances"):
                back_to_work(ledger, instance)
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
