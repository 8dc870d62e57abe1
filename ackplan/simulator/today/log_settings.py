"""Where the logs of a cluster's control plane and its audit log go."""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, inner
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.today import founding
from ackplan.simulator.today.reshaping import accepted, touch

_LOG, _AUDIT = "cluster_controlplanelog_update", "cluster_auditlog_update"
_MINUTES = 1.0
_OWNER = "1000000000000001"


def _kept(cluster: Cluster, name: str) -> Mapping[str, Json]:
    return inner(cluster.settings, name) if cluster.settings.get(name) else {}


def _log(ledger: Ledger, call: Invocation) -> Json:
    kept = _kept(call.seen(ledger), "log")
    where: JsonObject = {"log_project": kept.get("log_project", ""), "log_ttl": kept.get("log_ttl", "")}
    return {"components": kept.get("components") or [], **where, "aliuid": kept.get("aliuid", "")}


def _audit(ledger: Ledger, call: Invocation) -> Json:
    kept = _kept(call.seen(ledger), "audit")
    return {"audit_enabled": kept.get("enabled", False), "sls_project_name": kept.get("sls_project_name", "")}


def _change(ledger: Ledger, call: Invocation, kinds: set[str], operation: str) -> Json:
    """A task that leaves the cluster's state alone (assumed)."""
    cluster = ledger.find(call.cluster_id)
    if cluster.kind not in kinds:
        raise refusals.wrong_kind(cluster.cluster_id, operation)
    if cluster.state in {State.INITIAL, State.DELETING, State.FAILED}:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, operation)
    founding.renew(ledger, cluster)
    return accepted(ledger.start(cluster, operation, {"changes": dict(call.body)}, call.fate, _MINUTES))


def _change_log(ledger: Ledger, call: Invocation) -> Json:
    return _change(ledger, call, {"managed", "edge", "serverless"}, _LOG)


def _change_audit(ledger: Ledger, call: Invocation) -> Json:
    return _change(ledger, call, {"managed", "edge", "serverless", "dedicated"}, _AUDIT)


def _log_changed(ledger: Ledger, task: Task) -> None:
    cluster = ledger.find(task.cluster_id)
    if task.succeeds:
        log = {**_kept(cluster, "log"), **inner(task.payload, "changes")}
        project, days = log.get("log_project") or _project(cluster), log.get("log_ttl") or "30"
        cluster.settings["log"] = {"aliuid": _OWNER, **log, "log_project": project, "log_ttl": days}
    touch(ledger, cluster)


def _audit_changed(ledger: Ledger, task: Task) -> None:
    cluster = ledger.find(task.cluster_id)
    if task.succeeds:
        change, before = inner(task.payload, "changes"), _kept(cluster, "audit")
        enabled = change.get("disable") is not True
        project = change.get("sls_project_name") or before.get("sls_project_name") or _project(cluster)
        cluster.settings["audit"] = {"enabled": enabled, "sls_project_name": project if enabled else ""}
    touch(ledger, cluster)


def _project(cluster: Cluster) -> str:
    return f"k8s-log-{cluster.cluster_id}"


GROUP = Group(
    changes={"update_control_plane_log": _change_log, "update_audit": _change_audit},
    reads={"get_control_plane_log": _log, "get_audit": _audit},
    ends={_LOG: _log_changed, _AUDIT: _audit_changed},
)
