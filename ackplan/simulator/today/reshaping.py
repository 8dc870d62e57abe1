"""Changing a cluster in place: ModifyCluster, migration to a managed one, encryption of secrets.

What only the service's books have, such as the name, is changed at once. What restarts the control plane takes a while
in which the cluster is `updating`, and holds from the end of its task on. No source says which is which (assumed).
"""

from __future__ import annotations

from collections.abc import Mapping

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.bodies import redacted
from ackplan.simulator.clock import stamp
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.joining import take_out
from ackplan.simulator.json_types import Json, JsonObject, inner, texts
from ackplan.simulator.machine import State
from ackplan.simulator.records import MASTER, Cluster, Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.today import founding

MODIFY, MIGRATE, ENCRYPT = "cluster_update", "cluster_migrate", "cluster_kms_update"
_MINUTES = {MODIFY: 1.0, MIGRATE: 15.0, ENCRYPT: 1.0}
# Changed at once, under these names of the answer.
_AT_ONCE = {
    "deletion_protection": "deletion_protection",
    "resource_group_id": "resource_group_id",
    "maintenance_window": "maintenance_window",
    "operation_policy": "operation_policy",
}
# Taken, and not to be seen anywhere.
_UNSEEN = frozenset(
    {
        *("access_control_list", "api_server_eip_id", "client_token", "cluster_name", "ingress_domain_rebinding"),
        *("ingress_loadbalancer_id", "instance_deletion_protection", "system_events_logging"),
    }
)
_MANAGED_ONLY = ("api_server_custom_cert_sans", "enable_rrsa", "cluster_spec")
_FIXED = frozenset({State.INITIAL, State.DELETING, State.FAILED})
_PRO = "ack.pro.small"


def busy(ledger: Ledger, cluster: Cluster, operation: str) -> None:
    """Puts a cluster that runs into the state `updating`. Raises Refusal for one that does not run."""
    if cluster.state != State.RUNNING:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, operation)
    cluster.state = State.UPDATING
    touch(ledger, cluster)


def touch(ledger: Ledger, cluster: Cluster) -> None:
    """Keeps a cluster that was changed now."""
    cluster.attributes["updated"] = stamp(ledger.now())
    ledger.store.keep_cluster(cluster)


def settled(ledger: Ledger, task: Task) -> Cluster:
    """The cluster of a task that has ended, which runs again; the caller keeps it."""
    cluster = ledger.find(task.cluster_id)
    if cluster.state == State.UPDATING:
        cluster.state = State.RUNNING
    return cluster


def accepted(task: Task) -> JsonObject:
    return {"cluster_id": task.cluster_id, "task_id": task.task_id}


def _modify(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    _check(ledger, cluster, call.body)
    later = {name: value for name, value in call.body.items() if name not in _AT_ONCE and name not in _UNSEEN}
    if later:
        founding.renew(ledger, cluster)
        busy(ledger, cluster, MODIFY)
    elif cluster.state in _FIXED:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, MODIFY)
    _change_at_once(cluster, call.body)
    touch(ledger, cluster)
    return accepted(ledger.start(cluster, MODIFY, {"changes": redacted(later)}, call.fate, _MINUTES[MODIFY]))


def _check(ledger: Ledger, cluster: Cluster, body: Mapping[str, Json]) -> None:
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster.cluster_id, MODIFY)
    if cluster.kind == "dedicated" and (strange := next((name for name in _MANAGED_ONLY if name in body), None)):
        raise refusals.invalid(strange, "only managed clusters have it")
    if cluster.kind != "dedicated" and "control_plane_config" in body:
        raise refusals.invalid("control_plane_config", "only dedicated clusters have it")
    name = body.get("cluster_name", cluster.name)
    if name != cluster.name and ledger.traits.unique_names and ledger.store.named(str(name)):
        raise Refusal(400, "ClusterNameAlreadyExist", f"cluster name {name} already exist in your clusters")


def _change_at_once(cluster: Cluster, body: Mapping[str, Json]) -> None:
    cluster.name = str(body.get("cluster_name", cluster.name))
    for name, field in _AT_ONCE.items():
        if name in body:
            cluster.attributes[field] = _laid_over(cluster.attributes.get(field), body[name])


def _laid_over(before: Json, change: Json) -> Json:
    """An object with a change over it, part by part; anything else is the change."""
    if isinstance(before, Mapping) and isinstance(change, Mapping):
        return {**before, **{name: _laid_over(before.get(name), part) for name, part in change.items()}}
    return change


def _modified(ledger: Ledger, task: Task) -> None:
    cluster = settled(ledger, task)
    if task.succeeds:
        for name, value in inner(task.payload, "changes").items():
            _change(cluster, name, value)
    touch(ledger, cluster)


def _change(cluster: Cluster, name: str, value: Json) -> None:
    match name:
        case "api_server_eip":
            cluster.settings["public_endpoint"] = value
        case "enable_rrsa":
            cluster.settings["rrsa"] = value
        case "api_server_custom_cert_sans" if isinstance(value, Mapping):
            names = texts(value, "subject_alternative_names")
            before = texts(cluster.attributes, "extra_sans") if value.get("action") == "append" else []
            cluster.attributes["extra_sans"] = list(dict.fromkeys([*before, *names]))
        case "control_plane_config" if isinstance(value, Mapping):
            _change_masters(cluster, value)
        case _:
            cluster.attributes[name] = _laid_over(cluster.attributes.get(name), value)


def _change_masters(cluster: Cluster, change: Mapping[str, Json]) -> None:
    """Of masters the password is known to nobody; their number only goes up, and new ones are not made here."""
    shown = {name: value for name, value in change.items() if name != "login_password"}
    cluster.attributes["control_plane_config"] = _laid_over(cluster.attributes.get("control_plane_config"), shown)


def _migrate(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind not in {"dedicated", "managed"}:
        raise refusals.wrong_kind(cluster.cluster_id, MIGRATE)
    if cluster.kind == "managed" and cluster.attributes.get("cluster_spec", "ack.standard") != "ack.standard":
        raise refusals.wrong_kind(cluster.cluster_id, MIGRATE)
    founding.renew(ledger, cluster)
    busy(ledger, cluster, MIGRATE)
    return accepted(ledger.start(cluster, MIGRATE, {}, call.fate, _MINUTES[MIGRATE]))


def _migrated(ledger: Ledger, task: Task) -> None:
    cluster = settled(ledger, task)
    if task.succeeds:
        masters = [node.instance_id for node in ledger.store.nodes(cluster.cluster_id) if node.role == MASTER]
        take_out(ledger, masters, release=True)
        cluster.grow(-len(masters))
        changed: JsonObject = {"cluster_type": "ManagedKubernetes", "profile": "Default", "cluster_spec": _PRO}
        cluster.attributes |= {**changed, "control_plane_config": None}
    touch(ledger, cluster)


def _encrypt(ledger: Ledger, call: Invocation) -> Json:
    cluster = ledger.find(call.cluster_id)
    if cluster.kind not in {"managed", "edge", "serverless"}:
        raise refusals.wrong_kind(cluster.cluster_id, ENCRYPT)
    founding.renew(ledger, cluster)
    busy(ledger, cluster, ENCRYPT)
    key = "" if call.body.get("disable_encryption") else call.body.get("kms_key_id", "")
    ledger.start(cluster, ENCRYPT, {"key": key}, call.fate, _MINUTES[ENCRYPT])
    return {}


def _encrypted(ledger: Ledger, task: Task) -> None:
    cluster = settled(ledger, task)
    if task.succeeds:
        cluster.settings["kms_key_id"] = task.payload["key"]
    touch(ledger, cluster)


GROUP = Group(
    changes={"modify_cluster": _modify, "migrate_cluster": _migrate, "update_kms": _encrypt},
    ends={MODIFY: _modified, MIGRATE: _migrated, ENCRYPT: _encrypted},
)
