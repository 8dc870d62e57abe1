"""What happens at the end of the tasks that `pool_acts` begin."""

from __future__ import annotations

from typing import assert_never

from ackplan.simulator.account import Ledger
from ackplan.simulator.joining import back_to_work, joined_node, take_out
from ackplan.simulator.json_types import inner, number, text, texts
from ackplan.simulator.pools.finding import pools_of
from ackplan.simulator.pools.making import add_nodes, finish
from ackplan.simulator.pools.pool import ACTIVE, DELETE_FAILED, FAILED, Doing, Pool, drop, keep, nodes_of
from ackplan.simulator.records import WORKER, Cluster, Task


def end(ledger: Ledger, task: Task) -> None:
    """The pool goes on, or is gone; nothing where the pool or its cluster was gone before."""
    cluster = ledger.store.cluster(task.cluster_id)
    wanted = text(inner(task.payload, "target"), "id") if "target" in task.payload else ""
    pool = next((one for one in pools_of(ledger, cluster) if one.pool_id == wanted), None) if cluster else None
    if cluster is None or pool is None:
        return
    doing = Doing(task.operation)
    pool.target, ordered = None, pool.target
    if task.succeeds:
        _succeed(ledger, cluster, pool, task, ordered)
    else:
        pool.state = {Doing.CREATE: FAILED, Doing.DELETE: DELETE_FAILED}.get(doing, ACTIVE)
        _undo(ledger, pool, doing, task)
        keep(ledger, pool)


def _succeed(ledger: Ledger, cluster: Cluster, pool: Pool, task: Task, ordered: int | None) -> None:
    doing = Doing(task.operation)
    match doing:
        case Doing.CREATE:
            pool.target = ordered
            finish(ledger, cluster, pool)
            return
        case Doing.SCALE_OUT | Doing.SCALE_IN:
            add_nodes(ledger, cluster, pool, number(task.payload, "add"))
            _leave(ledger, cluster, texts(task.payload, "instances"), release=True)
        case Doing.ATTACH:
            _join(ledger, cluster, pool, texts(task.payload, "instances"))
        case Doing.REMOVE:
            _leave(ledger, cluster, texts(task.payload, "instances"), release=task.payload["release"] is True)
        case Doing.DELETE:
            _empty(ledger, cluster, pool)
            drop(ledger, pool)
            return
        case Doing.MODIFY | Doing.KUBELET | Doing.SYSTEM | Doing.CONTAINERD:
            pass
        case _:
            assert_never(doing)
    pool.state = ACTIVE
    keep(ledger, pool)


def _undo(ledger: Ledger, pool: Pool, doing: Doing, task: Task) -> None:
    instances = texts(task.payload, "instances")
    if doing is Doing.ATTACH:
        take_out(ledger, instances, release=False)
    for instance in instances if doing in {Doing.SCALE_IN, Doing.REMOVE} else ():
        back_to_work(ledger, instance)
    for node in nodes_of(ledger, pool) if doing is Doing.DELETE else ():
        back_to_work(ledger, node.instance_id)


def _join(ledger: Ledger, cluster: Cluster, pool: Pool, instances: list[str]) -> None:
    for instance in instances:
        node = joined_node(ledger, cluster, instance, WORKER, "manual")
        node.attributes["nodepool_id"] = pool.pool_id
        ledger.store.keep_node(node)
    cluster.grow(len(instances))
    ledger.store.keep_cluster(cluster)


def _leave(ledger: Ledger, cluster: Cluster, instances: list[str], *, release: bool) -> None:
    """Nodes leave; those that another call took out meanwhile have left."""
    there = [instance for instance in instances if ledger.store.node(instance)]
    take_out(ledger, there, release=release)
    cluster.grow(-len(there))
    ledger.store.keep_cluster(cluster)


def _empty(ledger: Ledger, cluster: Cluster, pool: Pool) -> None:
    """All nodes leave; instances that were attached stay in the account."""
    nodes = nodes_of(ledger, pool)
    for attached in (False, True):
        instances = [node.instance_id for node in nodes if node.attached is attached]
        _leave(ledger, cluster, instances, release=not attached)
