"""The add-ons that a cluster has. Until one of them changes, they are what its create call has ordered.

An add-on of the create body that the catalogue does not know is there as it was ordered: the guide does not say which
ones there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, objects, text
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster
from ackplan.simulator.upkeep import addon_catalogue, version_table
from ackplan.simulator.upkeep.addon_catalogue import catalogue

ACTIVE, UPDATING, UPGRADING, DELETING = "active", "updating", "upgrading", "deleting"
_KIND = "addons"
_UNBUILT = frozenset({State.INITIAL, State.FAILED})
_UNKNOWN_VERSION = "v0.0.0"


@dataclass(slots=True)
class Installed:
    """An add-on of a cluster. `config` is JSON as text."""

    name: str
    version: str
    config: str = ""
    state: str = ACTIVE


def of(ledger: Ledger, cluster: Cluster) -> dict[str, Installed]:
    """All of a cluster by their names; none of one that was never built."""
    kept = ledger.store.belonging(_KIND, cluster.cluster_id, _KIND)
    if kept is not None:
        return {name: _installed(name, one) for name, one in kept.values.items() if isinstance(one, Mapping)}
    if cluster.state in _UNBUILT or cluster.kind == "foreign":
        return {}
    return {one.name: one for one in _ordered(cluster)}


def _installed(name: str, said: Mapping[str, Json]) -> Installed:
    return Installed(name, text(said, "version"), text(said, "config", ""), text(said, "state", ACTIVE))


def _ordered(cluster: Cluster) -> Iterator[Installed]:
    """What the create call has ordered, and what clusters of its kind get unasked. `disabled` ones are left out."""
    said = {str(one["name"]): one for one in objects(cluster.ordered, "addons") if one.get("name")}
    wanted = {_name(name): one for name, one in said.items() if str(one.get("disabled", "")).lower() != "true"}
    off = {_name(name) for name in said} - set(wanted)
    version = str(cluster.attributes.get("init_version") or version_table.of(cluster))
    for one in addon_catalogue.usual(cluster.kind, wanted):
        if one.name not in wanted and (one.required or one.name not in off) and one.newest(version):
            yield Installed(one.name, one.newest(version))
    for name, order in wanted.items():
        entry = catalogue().get(name)
        newest = entry.newest(version) if entry else ""
        yield Installed(name, str(order.get("version") or newest or _UNKNOWN_VERSION), str(order.get("config") or ""))


def _name(ordered: str) -> str:
    """The catalogue's name of an add-on: the guide writes `Flannel`."""
    return ordered.lower() if ordered.lower() in catalogue() else ordered


def keep(ledger: Ledger, cluster_id: str, installed: Mapping[str, Installed]) -> None:
    """All of a cluster, from now on."""
    values: JsonObject = {
        one.name: {"version": one.version, "config": one.config, "state": one.state} for one in installed.values()
    }
    ledger.store.keep_belonging(Belonging(_KIND, cluster_id, _KIND, values))


def _list(ledger: Ledger, call: Invocation) -> Json:
    installed = of(ledger, call.seen(ledger)).values()
    return {"addons": [{"name": one.name, "version": one.version, "state": one.state} for one in installed]}


def _one(ledger: Ledger, call: Invocation) -> Installed:
    name = call.places["addon"]
    one = of(ledger, call.seen(ledger)).get(name)
    if one is None:
        raise addon_catalogue.not_found(name)
    return one


def _get(ledger: Ledger, call: Invocation) -> Json:
    one = _one(ledger, call)
    logging: JsonObject = {"capable": False, "enabled": False, "log_project": "", "logstore": ""}
    return {
        "name": one.name,
        "version": one.version,
        "state": one.state,
        "config": one.config,
        "logging": logging,
    }


def _resources(ledger: Ledger, call: Invocation) -> Json:
    """A release and a deployment of the same name: what really is in a cluster is not simulated."""
    one = _one(ledger, call)
    space = "kube-system"
    release: JsonObject = {"chart_name": one.name, "chart_version": one.version}
    made: JsonObject = {"group": "apps", "version": "v1", "kind": "Deployment", "name": one.name, "namespace": space}
    return {
        "helm_release": {**release, "namespace": space, "release_name": one.name},
        "kubernetes_objects": [made],
    }


def _sow(ledger: Ledger, cluster: Cluster, value: Json) -> None:
    """`addons` of a live cluster: a list of `name`, `version`, `config`. Raises ValueError for anything else."""
    entries = objects({"addons": value}, "addons")
    sown = [Installed(text(one, "name"), text(one, "version"), text(one, "config", "")) for one in entries]
    keep(ledger, cluster.cluster_id, {one.name: one for one in sown})


INSTANCES = Group(
    reads={"list_addon_instances": _list, "get_addon_instance": _get, "list_addon_resources": _resources},
    seeds={"addons": _sow},
)
