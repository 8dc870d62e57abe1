"""Calls that change node pools. What takes time begins a task; `pool_ends` says what happens at its end."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Invocation
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json, JsonObject, inner, number, text, texts
from ackplan.simulator.pools.finding import find
from ackplan.simulator.pools.making import check_name, make_pool, settings_of
from ackplan.simulator.pools.pool import MEANWHILE, MINUTES, Doing, Pool, keep, nodes_of
from ackplan.simulator.pools.pool_answers import laid_over
from ackplan.simulator.pools.pool_sizes import check_bounds, check_room, check_size, given_up, within_bounds
from ackplan.simulator.records import WORKER, Cluster, Node
from ackplan.simulator.refusals import Refusal

# What the call for settings of nodes calls the parts of `node_config`.
_CONFIGS = {"kubelet_config": "kubelet_configuration", "os_config": "node_os_config"}
_ROLLOUTS = {"kubelet_config": Doing.KUBELET, "os_config": Doing.SYSTEM, "containerd_config": Doing.CONTAINERD}


def create(ledger: Ledger, call: Invocation) -> Json:
    cluster = _running(ledger, call)
    pool = make_pool(ledger, cluster, call.body)
    return _start(ledger, cluster, pool, Doing.CREATE, {}, call.fate)


def modify(ledger: Ledger, call: Invocation) -> Json:
    """Lays what is given over what there is; with another size the pool grows or shrinks as well."""
    cluster, pool = _aimed(ledger, call, Doing.MODIFY)
    info = inner(call.body, "nodepool_info") if "nodepool_info" in call.body else {}
    name = text(info, "name", pool.name)
    check_name(ledger, cluster, name, but=pool.pool_id)
    settings = laid_over(pool.settings, settings_of(call.body))
    check_bounds(settings)
    there = len(nodes_of(ledger, pool))
    size = _wanted_size(call.body, settings, there)
    check_room(ledger, cluster, size - there)
    pool.name, pool.settings = name, settings
    pool.resource_group = text(info, "resource_group_id", pool.resource_group)
    if size == there:
        return _start(ledger, cluster, pool, Doing.MODIFY, {}, call.fate)
    return _resize(ledger, cluster, pool, size, call.fate)


def _wanted_size(body: Mapping[str, Json], settings: Mapping[str, Json], there: int) -> int:
    group = inner(body, "scaling_group") if "scaling_group" in body else {}
    if "desired_size" not in group:
        return within_bounds(settings, there)
    size = number(group, "desired_size")
    check_size(settings, size, "scaling_group.desired_size")
    return size


def scale(ledger: Ledger, call: Invocation) -> Json:
    """Adds nodes."""
    cluster, pool = _aimed(ledger, call, Doing.SCALE_OUT)
    added = number(call.body, "count")
    size = len(nodes_of(ledger, pool)) + added
    check_size(pool.settings, size, "count")
    check_room(ledger, cluster, added)
    return _resize(ledger, cluster, pool, size, call.fate)


def _resize(ledger: Ledger, cluster: Cluster, pool: Pool, size: int, fate: Fate) -> Json:
    nodes = nodes_of(ledger, pool)
    leaving = given_up(ledger, pool, len(nodes) - size) if size < len(nodes) else []
    pool.target = size
    _mark_leaving(ledger, leaving)
    payload: JsonObject = {"add": max(0, size - len(nodes)), "instances": leaving}
    doing = Doing.SCALE_IN if leaving else Doing.SCALE_OUT
    return _start(ledger, cluster, pool, doing, payload, fate)


def remove_nodes(ledger: Ledger, call: Invocation) -> Json:
    """Takes nodes out, by their instances or by their names; `release_node` releases the instances."""
    cluster, pool = _aimed(ledger, call, Doing.REMOVE)
    instances, named = _listed(call, "instance_ids"), _listed(call, "nodes")
    if not instances and not named:
        raise refusals.missing("instance_ids")
    for flag in ("drain_node", "concurrency"):
        call.flag(flag)
    own = nodes_of(ledger, pool)
    leaving = [_own_node(own, name).instance_id for name in (*instances, *named)]
    leaving = list(dict.fromkeys(leaving))
    payload: JsonObject = {"instances": leaving, "release": call.flag("release_node")}
    _mark_leaving(ledger, leaving)
    return _start(ledger, cluster, pool, Doing.REMOVE, payload, call.fate)


def _listed(call: Invocation, name: str) -> list[str]:
    """A list of the query: today's client writes it as JSON, others separate it by commas. Raises Refusal."""
    written = call.query.get(name, "").strip()
    if not written.startswith("["):
        return [part.strip() for part in written.split(",") if part.strip()]
    try:
        names = json.loads(written)
    except (ValueError, RecursionError):
        raise refusals.invalid(name, "it is not a JSON list") from None
    if not all(isinstance(part, str) and part for part in names):
        raise refusals.invalid(name, "it is not a list of names")
    return [str(part) for part in names]


def _own_node(own: Sequence[Node], name: str) -> Node:
    for node in own:
        if name in {node.instance_id, node.attributes.get("node_name")}:
            return node
    raise Refusal(400, "ErrorNodeNotFound", "one of the nodes is not a node of this node pool")


def _mark_leaving(ledger: Ledger, instances: Sequence[str]) -> None:
    for instance in instances:
        if node := ledger.store.node(instance):
            node.attributes["state"] = "removing"
            ledger.store.keep_node(node)


def attach(ledger: Ledger, call: Invocation) -> Json:
    """Instances of the account become nodes. They are reserved at once, so that no other call takes them."""
    cluster, pool = _aimed(ledger, call, Doing.ATTACH)
    instances = texts(call.body, "instances")
    check_room(ledger, cluster, len(instances))
    for instance in instances:
        if ledger.store.released(instance):
            raise Refusal(400, "InvalidInstanceId.NotFound", "one of the instances does not exist")
        if ledger.store.node(instance) is not None:
            raise Refusal(400, "InstanceAlreadyInCluster", "one of the instances already belongs to a cluster")
    for instance in instances:
        ledger.store.keep_node(Node(instance, cluster.cluster_id, WORKER, joined=False))
    fate = call.fate
    if spoilt := [instance for instance in instances if fate.spoils(instance)]:
        error = {"code": fate.spoilt_code, "message": f"{len(spoilt)} of the instances could not be attached"}
        fate = dataclasses.replace(fate, error=error)
    return _start(ledger, cluster, pool, Doing.ATTACH, {"instances": instances}, fate)


def configure(ledger: Ledger, call: Invocation) -> Json:
    """Changes settings of the nodes, of those that are there too."""
    cluster, pool = _aimed(ledger, call, Doing.KUBELET)
    own = nodes_of(ledger, pool)
    for name in texts(call.body, "node_names"):
        _own_node(own, name)
    config = {ours: call.body[theirs] for theirs, ours in _CONFIGS.items() if theirs in call.body}
    changes: JsonObject = {"node_config": config} if config else {}
    if "containerd_config" in call.body:
        changes["containerd_config"] = call.body["containerd_config"]
    pool.settings = laid_over(pool.settings, changes)
    doing = next((doing for name, doing in _ROLLOUTS.items() if name in call.body), Doing.KUBELET)
    return _start(ledger, cluster, pool, doing, {}, call.fate)


def delete(ledger: Ledger, call: Invocation) -> Json:
    cluster, pool = _aimed(ledger, call, Doing.DELETE)
    force = call.flag("force")
    if pool.default:
        raise Refusal(400, "ErrorNodePoolDefault", "the pool holds the cluster's own workers and can't be deleted")
    nodes = nodes_of(ledger, pool)
    if nodes and not force:
        raise Refusal(400, "ErrorNodePoolNotEmpty", "the node pool has nodes; force deletes it with them")
    _mark_leaving(ledger, [node.instance_id for node in nodes])
    return _start(ledger, cluster, pool, Doing.DELETE, {}, call.fate)


def _running(ledger: Ledger, call: Invocation) -> Cluster:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind not in {"foreign", "serverless"} and cluster.state != "running":
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, call.operation)
    return cluster


def _aimed(ledger: Ledger, call: Invocation, doing: Doing) -> tuple[Cluster, Pool]:
    """The cluster and the pool that a call is about, where their states allow it. Raises Refusal."""
    pool = find(ledger, ledger.find(call.cluster_id), call.places["node_pool_id"])
    cluster = _running(ledger, call)
    if not pool.may_begin(doing):
        why = f"node pool {pool.pool_id} is {pool.state}; {call.operation} is not allowed in this state"
        raise Refusal(409, "ErrorNodePoolState", why)
    return cluster, pool


def _start(ledger: Ledger, cluster: Cluster, pool: Pool, doing: Doing, payload: JsonObject, fate: Fate) -> Json:
    """Begins the task of what is done with a pool, and writes the pool down."""
    pool.state = MEANWHILE[doing]
    keep(ledger, pool)
    target: JsonObject = {"id": pool.pool_id, "type": "nodepool"}
    task = ledger.start(cluster, doing, {**payload, "target": target}, fate, MINUTES[doing])
    return {"nodepool_id": pool.pool_id, "task_id": task.task_id}
