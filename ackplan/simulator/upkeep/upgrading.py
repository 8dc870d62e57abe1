"""Upgrading a cluster, and holding, resuming and canceling that (UpgradeCluster, GetUpgradeStatus and their kin).

    upgrade: running | updating_failed -> updating -> running | updating_failed

A canceled one leaves the cluster running: with the new version where the control plane was through, with the old one
otherwise. That, and the states, are assumed; no source says them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.injection.effect import SUCCEEDED, Fate
from ackplan.simulator.json_types import Json, JsonObject, text
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.upkeep import check_findings, kubelets, task_calls, task_document, version_table
from ackplan.simulator.upkeep.task_document import CANCELED, PAUSED

TYPE = "cluster_upgrade"
_BEGINS = frozenset({State.RUNNING, State.UPDATING_FAILED})
# Of the control plane, and with the nodes.
_MINUTES, _MINUTES_WITH_NODES = 12.0, 20.0


def _upgrade(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster.cluster_id, "upgrade")
    if cluster.state not in _BEGINS or _busy_pools(ledger, cluster):
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, "upgrade")
    version = version_table.of(cluster)
    target = version_table.check_step(version, text(call.body, "next_version", "") or text(call.body, "version", ""))
    alone = call.body.get("master_only") is True
    _turn(ledger, cluster, State.UPDATING)
    payload: JsonObject = {"from": version, "to": target, "alone": alone, "parameters": {**call.body}}
    minutes = _MINUTES if alone else _MINUTES_WITH_NODES
    task = ledger.start(cluster, TYPE, payload, _fate(ledger, cluster, call.fate), minutes)
    return {"cluster_id": cluster.cluster_id, "task_id": task.task_id}


def _busy_pools(ledger: Ledger, cluster: Cluster) -> bool:
    tasks = ledger.store.tasks(cluster.cluster_id)
    return any(task.operation == kubelets.TYPE and task.state in task_document.GOING for task in tasks)


def _fate(ledger: Ledger, cluster: Cluster, fate: Fate) -> Fate:
    """The check before an upgrade fails it where it finds something that is an error."""
    errors = check_findings.errors(ledger, cluster)
    if not errors or not fate.succeeds:
        return fate
    return Fate(error={"code": "PrecheckFailed", "message": "; ".join(errors)}, seconds=fate.seconds)


def _turn(ledger: Ledger, cluster: Cluster, state: str) -> None:
    cluster.state = state
    cluster.attributes["updated"] = stamp(ledger.now())
    ledger.store.keep_cluster(cluster)


def _end(ledger: Ledger, task: Task) -> None:
    cluster = ledger.store.cluster(task.cluster_id)
    if cluster is None:
        return
    through = task.state == CANCELED and task_document.ended(task, "upgrade_master", ledger.now())
    if (task.succeeds or through) and "to" in task.payload:
        kubelets.stay(ledger, cluster, version_table.of(cluster))
        cluster.attributes |= _versions(cluster, text(task.payload, "to"))
        if task.succeeds and task.payload.get("alone") is not True:
            kubelets.follow(ledger, cluster)
    fine = task.succeeds or task.state == CANCELED
    _turn(ledger, cluster, State.RUNNING if fine else State.UPDATING_FAILED)


def _versions(cluster: Cluster, version: str) -> JsonObject:
    """What a cluster shows of a version that it has now."""
    following = next(iter(version_table.steps(version)), "")
    return {"current_version": version, **({"next_version": following} if "next_version" in cluster.attributes else {})}


def _last(ledger: Ledger, cluster_id: str) -> Task | None:
    tasks: Sequence[Task] = ledger.store.tasks(cluster_id)
    return next((task for task in reversed(tasks) if task.operation == TYPE), None)


def _changed(change: Callable[[Ledger, Task], None]) -> Callable[[Ledger, Invocation], Json]:
    """A call that does to the last upgrade of a cluster what another one does to a task."""

    def act(ledger: Ledger, call: Invocation) -> Json:
        cluster = ledger.find(call.cluster_id)
        task = _last(ledger, cluster.cluster_id)
        if task is None:
            raise refusals.wrong_state(cluster.cluster_id, cluster.state, call.operation)
        try:
            change(ledger, task)
        except refusals.Refusal:
            raise refusals.wrong_state(cluster.cluster_id, cluster.state, call.operation) from None
        return {}

    return act


def _status(ledger: Ledger, call: Invocation) -> Json:
    call.seen(ledger)
    task = _last(ledger, call.cluster_id)
    if task is None:
        return {"status": "", "upgrade_step": "not_start", "error_message": "", "precheck_report_id": ""}
    now = ledger.now()
    where = task_document.stage(task, now)
    percent = int(100 * task_document.share(task, now))
    status, step, said = _words(task, where)
    return {
        "status": status,
        "upgrade_step": step,
        "error_message": str((task.error or {}).get("message", "")) if status == "fail" else "",
        "precheck_report_id": ledger.ids.text("precheck", task.task_id, 32),
        "upgrade_task": {"status": said, "message": f"{where or 'done'}, {percent}%"},
    }


def _words(task: Task, where: str) -> tuple[str, str, str]:
    """Status, step, and the task's own status. A canceled upgrade is shown as failed (assumed)."""
    if task.state in SUCCEEDED:
        return "success", "success", "Success"
    step = "prechecking" if where == "precheck" else "upgrading"
    if task.state == PAUSED:
        return "pause", "pause", "running"
    if task.state in {"running", "pending"}:
        return "running", step, "running"
    return "fail", step, "Failed"


UPGRADES = Group(
    changes={
        "upgrade_cluster": _upgrade,
        "pause_upgrade": _changed(task_calls.pause),
        "resume_upgrade": _changed(task_calls.resume),
        "cancel_upgrade": _changed(task_calls.cancel),
    },
    reads={"get_upgrade_status": _status},
    ends={TYPE: _end},
)
