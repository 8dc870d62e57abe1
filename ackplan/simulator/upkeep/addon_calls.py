"""Installing, configuring, upgrading and removing add-ons; a list of them is one task and is refused as a whole.

Names of the tasks, and that what fails leaves the add-ons as they were, are assumed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from jsonschema import Draft202012Validator

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import ITEMS, Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, objects, text, texts
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.upkeep import addon_catalogue, addon_instances, version_table
from ackplan.simulator.upkeep.addon_catalogue import catalogue
from ackplan.simulator.upkeep.addon_instances import ACTIVE, DELETING, UPDATING, UPGRADING, Installed

INSTALL, MODIFY, UPGRADE, UNINSTALL = "addon_install", "addon_modify", "addon_upgrade", "addon_uninstall"
TYPES = frozenset({INSTALL, MODIFY, UPGRADE, UNINSTALL})
_MINUTES = 1.0


def _install(ledger: Ledger, call: Invocation) -> Json:
    cluster, installed = _open(ledger, call)
    wanted = [_new(cluster, installed, item) for item in objects(call.body, ITEMS)]
    _check_once(one.name for one in wanted)
    addon_instances.keep(ledger, cluster.cluster_id, installed | {one.name: one for one in wanted})
    return _begin(ledger, call, INSTALL, wanted)


def _new(cluster: Cluster, installed: Mapping[str, Installed], item: Mapping[str, Json]) -> Installed:
    entry = addon_catalogue.addon(text(item, "name"))
    if entry.name in installed:
        raise Refusal(400, "ErrorAddonExists", f"add-on {entry.name} is installed already")
    cluster_version = version_table.of(cluster)
    fitting = [one.version for one in entry.fitting(cluster_version)]
    version = text(item, "version") or entry.newest(cluster_version)
    rival = entry.network and entry.network != addon_catalogue.network(installed)
    if cluster.kind not in entry.kinds or rival or version not in fitting:
        raise _wrong_version(entry.name, "the cluster can't have it, or has no such version of it")
    return Installed(entry.name, version, _config(entry.name, item), UPDATING)


def _upgrade(ledger: Ledger, call: Invocation) -> Json:
    cluster, installed = _open(ledger, call)
    wanted = [_newer(cluster, installed, item) for item in objects(call.body, ITEMS)]
    _check_once(one.name for one in wanted)
    return _change(ledger, call, UPGRADE, UPGRADING, installed, wanted)


def _newer(cluster: Cluster, installed: Mapping[str, Installed], item: Mapping[str, Json]) -> Installed:
    one = _settled(installed, text(item, "component_name"))
    target, said = text(item, "next_version"), text(item, "version", "")
    if said not in {"", one.version}:
        raise _wrong_version(one.name, f"its version is {one.version}")
    entry = catalogue().get(one.name)
    fitting = {other.version for other in entry.fitting(version_table.of(cluster))} if entry else set()
    if entry is None or target not in {other.version for other in entry.newer(one.version)} & fitting:
        raise _wrong_version(one.name, "it can't be upgraded to the version that is asked for")
    return Installed(one.name, target, _config(one.name, item) if "config" in item else one.config)


def _uninstall(ledger: Ledger, call: Invocation) -> Json:
    _, installed = _open(ledger, call)
    gone = [_settled(installed, text(item, "name")) for item in objects(call.body, ITEMS)]
    _check_once(one.name for one in gone)
    for one in gone:
        entry = catalogue().get(one.name)
        if entry and entry.required:
            raise Refusal(400, "ErrorAddonRequired", f"the cluster can't do without add-on {one.name}")
    return _change(ledger, call, UNINSTALL, DELETING, installed, gone)


def _modify(ledger: Ledger, call: Invocation) -> Json:
    """The answer names no task; there is one all the same."""
    _, installed = _open(ledger, call)
    one = _settled(installed, call.places["addon"])
    wanted = Installed(one.name, one.version, _config(one.name, call.body))
    _change(ledger, call, MODIFY, UPDATING, installed, [wanted])
    return {}


def _open(ledger: Ledger, call: Invocation) -> tuple[Cluster, dict[str, Installed]]:
    """A running cluster and its add-ons. Raises Refusal."""
    cluster = ledger.find(call.cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster.cluster_id, call.operation)
    if cluster.state != State.RUNNING:
        raise refusals.wrong_state(cluster.cluster_id, cluster.state, call.operation)
    return cluster, addon_instances.of(ledger, cluster)


def _settled(installed: Mapping[str, Installed], name: str) -> Installed:
    """An add-on that nothing happens to. Raises Refusal."""
    one = installed.get(name)
    if one is None:
        raise addon_catalogue.not_found(name)
    if one.state != ACTIVE:
        raise Refusal(409, "ErrorClusterState", f"add-on {name[:64]} is {one.state}")
    return one


def _check_once(names: Iterable[str]) -> None:
    listed = list(names)
    if len(set(listed)) < len(listed):
        raise refusals.invalid("name", "an add-on is there twice")


def _config(name: str, item: Mapping[str, Json]) -> str:
    """Settings that its schema takes, as they were sent. Raises Refusal 400."""
    config = text(item, "config", "")
    entry = catalogue().get(name)
    try:
        value = json.loads(config or "{}")
    except (ValueError, RecursionError):
        raise refusals.invalid("config", "it does not hold JSON") from None
    if not Draft202012Validator(entry.schema if entry else {"type": "object"}).is_valid(value):
        raise refusals.invalid("config", "it is not what the add-on's config_schema says")
    return config


def _wrong_version(name: str, why: str) -> Refusal:
    return Refusal(400, "ErrorAddonVersion", f"add-on {name}: {why}")


def _change(
    ledger: Ledger,
    call: Invocation,
    kind: str,
    state: str,
    installed: Mapping[str, Installed],
    wanted: Sequence[Installed],
) -> Json:
    """Begins a change of installed add-ons, which are in `state` until it ends."""
    for one in wanted:
        installed[one.name].state = state
    addon_instances.keep(ledger, call.cluster_id, installed)
    return _begin(ledger, call, kind, wanted)


def _begin(ledger: Ledger, call: Invocation, kind: str, wanted: Sequence[Installed]) -> Json:
    cluster = ledger.find(call.cluster_id)
    payload: JsonObject = {
        "subjects": [one.name for one in wanted],
        "versions": {one.name: one.version for one in wanted},
        "configs": {one.name: one.config for one in wanted},
    }
    task = ledger.start(cluster, kind, payload, call.fate, _MINUTES)
    return {"cluster_id": cluster.cluster_id, "task_id": task.task_id}


def _end(ledger: Ledger, task: Task) -> None:
    """Add-ons are what was asked for, or what they were."""
    cluster = ledger.store.cluster(task.cluster_id)
    if cluster is None:
        return
    installed = addon_instances.of(ledger, cluster)
    gone = task.operation == (UNINSTALL if task.succeeds else INSTALL)
    for name in texts(task.payload, "subjects"):
        one = installed.get(name)
        if one is None:
            continue
        if gone:
            del installed[name]
            continue
        one.state = ACTIVE
        if task.succeeds:
            one.version, one.config = _asked(task, "versions", name), _asked(task, "configs", name)
    addon_instances.keep(ledger, cluster.cluster_id, installed)


def _asked(task: Task, part: str, name: str) -> str:
    values = task.payload.get(part)
    return text(values, name, "") if isinstance(values, Mapping) else ""


ADDONS = Group(
    changes={
        "install_addons": _install,
        "upgrade_addons": _upgrade,
        "uninstall_addons": _uninstall,
        "modify_addon": _modify,
    },
    ends=dict.fromkeys(TYPES, _end),
)
