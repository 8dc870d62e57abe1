"""How the last change of each add-on goes, as older clients ask for it (DescribeClusterAddonsUpgradeStatus).

The shape is the one that the Terraform provider reads, the words of the status are those that it waits for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.injection.effect import SUCCEEDED
from ackplan.simulator.json_types import Json, JsonObject, texts
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.upkeep import addon_instances, version_table
from ackplan.simulator.upkeep.addon_calls import TYPES
from ackplan.simulator.upkeep.addon_catalogue import catalogue
from ackplan.simulator.upkeep.addon_instances import Installed
from ackplan.simulator.upkeep.task_document import CANCELED, GOING


def _get(ledger: Ledger, call: Invocation) -> Json:
    """Of each add-on that is named and that the cluster has."""
    cluster = call.seen(ledger)
    installed = addon_instances.of(ledger, cluster)
    tasks = [task for task in ledger.store.tasks(cluster.cluster_id) if task.operation in TYPES]
    return {name: _entry(cluster, installed[name], tasks) for name in _names(call.query) if name in installed}


def _names(query: Mapping[str, str]) -> Sequence[str]:
    """A list of names: JSON, or separated by commas. Raises Refusal 400."""
    listed = query.get("componentIds", "")
    if not listed.startswith("["):
        return [name for name in listed.split(",") if name]
    try:
        names = json.loads(listed)
    except (ValueError, RecursionError):
        raise refusals.invalid("componentIds", "it is not a list") from None
    return [str(name) for name in names] if isinstance(names, list) else []


def _entry(cluster: Cluster, one: Installed, tasks: Sequence[Task]) -> JsonObject:
    entry = catalogue().get(one.name)
    newer = entry.newer(one.version) if entry else []
    upgradable = any(version in newer for version in entry.fitting(version_table.of(cluster))) if entry else False
    last = next((task for task in reversed(tasks) if one.name in texts(task.payload, "subjects")), None)
    return {
        "addon_info": {"component_name": one.name, "version": one.version, "ready_to_upgrade": ""},
        "can_upgrade": upgradable,
        "tasks": _progress(last) if last else {"status": "NoUpgrade", "message": "", "is_canceled": False},
    }


def _progress(task: Task) -> JsonObject:
    going = task.state in GOING
    words: JsonObject = {"message": str(task.error["message"]), "error": task.error} if task.error and not going else {}
    return {
        "status": "Success" if task.state in SUCCEEDED else "running" if going else _failed(task),
        "message": "",
        "created_at": stamp(task.created),
        "finished_at": "" if going else stamp(task.updated),
        "is_canceled": task.state == CANCELED,
        **words,
    }


def _failed(task: Task) -> str:
    return "Canceled" if task.state == CANCELED else "Failed"


ADDON_PROGRESS = Group(reads={"get_addon_progress": _get})
