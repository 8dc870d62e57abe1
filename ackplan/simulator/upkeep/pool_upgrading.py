"""Upgrading the nodes of a pool, batch by batch (UpgradeClusterNodepool).

Batches have 1, 2, 4, ... nodes, up to the most that may be upgraded at once; by its policy the task pauses after the
first of them, or after each. Which checks stop it, and that a pool that has the version already is upgraded to it again
without a complaint, is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json, JsonObject, inner, number, text, texts
from ackplan.simulator.machine import State
from ackplan.simulator.pools.finding import find, pools_of
from ackplan.simulator.pools.pool import ACTIVE, Pool, keep, nodes_of
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.upkeep import check_findings, kubelets, version_table
from ackplan.simulator.upkeep.kubelets import TYPE
from ackplan.simulator.upkeep.task_document import PAUSED
from ackplan.simulator.upkeep.version_table import numbers

_UPDATING = "updating"
_MOST_AT_ONCE = 10
_CHECK_MINUTES, _BATCH_MINUTES = 1.0, 3.0
# Settings of a pool by the parameters that change them, and where they stand.
_SETTINGS = {
    "image_id": ("scaling_group", "image_id"),
    "runtime_type": ("kubernetes_config", "runtime"),
    "runtime_version": ("kubernetes_config", "runtime_version"),
}


def _upgrade(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind in {"foreign", "serverless"}:
        raise refusals.wrong_kind(cluster.cluster_id, "upgrade")
    pool = find(ledger, cluster, call.places["node_pool_id"])
    if cluster.state != State.RUNNING:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, "upgrade")
    if pool.state != ACTIVE:
        raise Refusal(409, "ErrorNodePoolState", f"node pool {pool.pool_id} is {pool.state} and can't be upgraded")
    target = _target(ledger, cluster, pool, text(call.body, "kubernetes_version", ""))
    nodes = _nodes(ledger, pool, texts(call.body, "node_names"))
    policy = inner(call.body, "rolling_policy") if "rolling_policy" in call.body else {}
    batches = _batches(nodes, number(policy, "max_parallelism", _MOST_AT_ONCE))
    pool.state = _UPDATING
    keep(ledger, pool)
    payload: JsonObject = {
        "target": {"id": pool.pool_id, "type": "nodepool"},
        "parameters": {**call.body},
        "to": target,
        "whole": not texts(call.body, "node_names"),
    }
    minutes = _CHECK_MINUTES + len(batches) * (_BATCH_MINUTES + number(policy, "batch_interval", 0))
    task = ledger.start(cluster, TYPE, payload, _fate(ledger, cluster, call), minutes)
    _rest_after(ledger, task, batches, text(policy, "pause_policy", ""))
    return {"task_id": task.task_id}


def _target(ledger: Ledger, cluster: Cluster, pool: Pool, wanted: str) -> str:
    """The version that the nodes are to have: that of the control plane where none is named. Raises Refusal 400."""
    control, has = version_table.of(cluster), kubelets.version(ledger, cluster, pool.pool_id)
    if not wanted:
        return control
    fitting = [one for one in (*version_table.known(), control) if version_table.is_named(one, wanted)]
    named = control if control in fitting else max(fitting, key=numbers, default="")
    if not named:
        raise _refused("there is no such version")
    if numbers(named) > numbers(control):
        raise _refused(f"the control plane has {control}")
    if numbers(named) < numbers(has):
        raise _refused(f"its nodes have {has}")
    return named


def _refused(why: str) -> Refusal:
    return Refusal(400, "ErrorClusterVersion", f"the node pool can't have the version that is asked for: {why}")


def _nodes(ledger: Ledger, pool: Pool, names: Sequence[str]) -> int:
    """How many nodes are to be upgraded. Raises Refusal 400 for one that is not in the pool."""
    own = {str(node.attributes.get("node_name", "")) for node in nodes_of(ledger, pool)}
    if not set(names) <= own:
        raise Refusal(400, "ErrorNodeNotFound", "one of the nodes is not a node of this node pool")
    return len(names) or len(own)


def _batches(nodes: int, most: int) -> Sequence[int]:
    """How many nodes each batch has."""
    sizes: list[int] = []
    while nodes > sum(sizes):
        sizes.append(min(most, 2 ** len(sizes), nodes - sum(sizes)))
    return sizes


def _fate(ledger: Ledger, cluster: Cluster, call: Invocation) -> Fate:
    """The check before it fails it where it finds an error, or a warning that is not to be passed over."""
    passed = {"normal", *(["warning"] if call.body.get("ignore_warning_check") is True else [])}
    messages = [one.message for one in check_findings.known(ledger, cluster) if one.level not in passed]
    if not messages or not call.fate.succeeds:
        return call.fate
    return Fate(error={"code": "PrecheckFailed", "message": "; ".join(messages)}, seconds=call.fate.seconds)


def _rest_after(ledger: Ledger, task: Task, batches: Sequence[int], policy: str) -> None:
    """Notes after which shares of the whole the task pauses: after the first batch, or after each but the last."""
    ends = [sum(batches[: place + 1]) / sum(batches) for place in range(len(batches) - 1)]
    rests = {"FirstBatch": ends[:1], "EveryBatch": ends}.get(policy, [])
    if rests and task.due is not None and task.succeeds:
        task.payload |= {"whole_seconds": task.due - task.created, "rests": list(rests), "until": rests[0]}
        task.due = task.created + rests[0] * (task.due - task.created)
        ledger.store.keep_task(task)


def _pause(ledger: Ledger, task: Task) -> bool:
    """Whether it pauses now, by its policy, instead of ending."""
    rests = [float(str(rest)) for rest in _listed(task.payload, "rests")]
    if not rests or not task.succeeds:
        return False
    following = rests[1] if len(rests) > 1 else 1.0
    left = (following - rests[0]) * float(str(task.payload["whole_seconds"]))
    task.payload |= {"share": rests[0], "until": following, "rests": list(rests[1:]), "left": left}
    task.state = PAUSED
    ledger.store.keep_task(task)
    return True


def _listed(payload: Mapping[str, Json], name: str) -> Sequence[Json]:
    value = payload.get(name, [])
    return value if isinstance(value, list) else []


def _end(ledger: Ledger, task: Task) -> None:
    cluster = ledger.store.cluster(task.cluster_id)
    if cluster is None or _pause(ledger, task):
        return
    wanted = text(inner(task.payload, "target"), "id") if "target" in task.payload else ""
    pool = next((one for one in pools_of(ledger, cluster) if one.pool_id == wanted), None)
    if pool is None:
        return
    pool.state = ACTIVE
    if task.succeeds:
        _change(pool, inner(task.payload, "parameters"))
        if task.payload["whole"] is True:
            kubelets.keep(ledger, cluster, pool.pool_id, text(task.payload, "to"))
    keep(ledger, pool)


def _change(pool: Pool, parameters: Mapping[str, Json]) -> None:
    """What its next nodes are made with, too."""
    for name, (part, setting) in _SETTINGS.items():
        if parameters.get(name):
            before = inner(pool.settings, part) if part in pool.settings else {}
            pool.settings[part] = {**before, setting: parameters[name]}


POOL_UPGRADES = Group(changes={"upgrade_node_pool": _upgrade}, ends={TYPE: _end})
