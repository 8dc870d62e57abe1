"""The add-ons that clusters can have, their versions, and which ones a new cluster gets (ListAddons, DescribeAddon).

Which versions fit which Kubernetes, and which add-ons a cluster can't do without, is assumed (`addons.json`).
"""

from __future__ import annotations

import functools
import json
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, inner, objects, text, texts
from ackplan.simulator.records import Cluster
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.upkeep import version_table
from ackplan.simulator.upkeep.version_table import numbers

# What describes a cluster that is not there; the client says that they are given together.
_DESCRIBING = ("region_id", "cluster_type", "profile", "cluster_spec", "cluster_version")
_FLANNEL = "flannel"


@dataclass(frozen=True, slots=True)
class AddonVersion:
    """A version, and the oldest Kubernetes that takes it."""

    version: str
    minimum: str


@dataclass(frozen=True, slots=True)
class Addon:
    """An entry of the catalogue. `network` is the network of clusters that it is for; empty for every one."""

    name: str
    category: str
    kinds: Sequence[str]
    architecture: Sequence[str]
    versions: Sequence[AddonVersion]
    by_default: bool
    required: bool
    managed: bool
    network: str
    settings: Mapping[str, Json]

    def fitting(self, cluster_version: str) -> Sequence[AddonVersion]:
        """The versions that a version of Kubernetes takes, oldest first."""
        return [one for one in self.versions if numbers(one.minimum) <= numbers(cluster_version)]

    def newest(self, cluster_version: str) -> str:
        """The newest that a version of Kubernetes takes; empty where it takes none."""
        taken = self.fitting(cluster_version)
        return taken[-1].version if taken else ""

    def newer(self, version: str) -> Sequence[AddonVersion]:
        """The versions after one; all of them for one that is not known."""
        place = next((place for place, one in enumerate(self.versions) if one.version == version), -1)
        return self.versions[place + 1 :]

    @property
    def schema(self) -> JsonObject:
        """The JSON Schema of its settings."""
        return {"type": "object", "properties": dict(self.settings)}

    def answer(self, version: str) -> JsonObject:
        actions = [
            "Install",
            "Upgrade",
            *(["Modify"] if self.settings else []),
            *([] if self.required else ["Uninstall"]),
        ]
        return {
            "name": self.name,
            "version": version,
            "category": self.category,
            "install_by_default": self.by_default,
            "managed": self.managed,
            "architecture": list(self.architecture),
            "supported_actions": actions,
            "config_schema": json.dumps(self.schema) if self.settings else "",
        }


@functools.cache
def catalogue() -> Mapping[str, Addon]:
    """All add-ons by their names."""
    data = json.loads(pkgutil.get_data("ackplan.simulator.upkeep", "addons.json") or b"{}")
    return {text(entry, "name"): _addon(entry) for entry in objects(data, "addons")}


def _addon(entry: Mapping[str, Json]) -> Addon:
    return Addon(
        name=text(entry, "name"),
        category=text(entry, "category"),
        kinds=texts(entry, "kinds"),
        architecture=texts(entry, "architecture"),
        versions=[
            AddonVersion(text(one, "version"), text(one, "minimum_cluster_version"))
            for one in objects(entry, "versions")
        ],
        by_default=entry.get("install_by_default") is True,
        required=entry.get("required") is True,
        managed=entry.get("managed") is True,
        network=text(entry, "network", ""),
        settings=inner(entry, "config") if "config" in entry else {},
    )


def addon(name: str) -> Addon:
    """One of the catalogue. Raises Refusal 404."""
    entry = catalogue().get(name)
    if entry is None:
        raise not_found(name)
    return entry


def not_found(name: str) -> Refusal:
    return Refusal(404, "AddonNotFound", f"there is no add-on {name[:64]} here")


def network(names: Iterable[str]) -> str:
    """The network of a cluster that has these add-ons."""
    return next((entry.network for name in names if (entry := catalogue().get(name)) and entry.network), _FLANNEL)


def usual(kind: str, names: Iterable[str]) -> Sequence[Addon]:
    """What a new cluster of a kind gets unasked, beside the named ones, which tell its network."""
    of = network(names)
    fitting = [one for one in catalogue().values() if kind in one.kinds and one.network in {"", of}]
    return [one for one in fitting if one.by_default or one.required]


@dataclass(frozen=True, slots=True)
class _Place:
    """A cluster that an add-on is asked for, by its kind and version."""

    kind: str
    version: str


def _place(ledger: Ledger, call: Invocation) -> _Place:
    """The cluster that is named, or the one that is described. Raises Refusal."""
    query = call.query
    if cluster_id := query.get("cluster_id"):
        cluster = call.view.cluster(ledger, cluster_id)
        if cluster is None:
            raise ledger.missing(cluster_id)
        return _Place(cluster.kind, version_table.of(cluster))
    for name in _DESCRIBING:
        if name not in query:
            raise refusals.missing(name)
    described = {"cluster_type": query["cluster_type"], "profile": query["profile"]}
    kind = Cluster("", "", "", 0, {**described}).kind
    return _Place("serverless" if query["profile"] == "Serverless" else kind, query["cluster_version"])


def _list(ledger: Ledger, call: Invocation) -> Json:
    place = _place(ledger, call)
    offered = [(one, one.newest(place.version)) for one in catalogue().values() if place.kind in one.kinds]
    return {"addons": [one.answer(version) for one, version in offered if version]}


def _get(ledger: Ledger, call: Invocation) -> Json:
    """`version` is the one that is asked for, or else the newest; `newer_versions` are those after it.

    That there is none of a version that the catalogue does not have is assumed.
    """
    place, one = _place(ledger, call), addon(call.places["addon"])
    version = call.query.get("version") or one.newest(place.version)
    if place.kind not in one.kinds or version not in {each.version for each in one.versions}:
        raise not_found(one.name)
    newer: list[Json] = [
        {
            "version": other.version,
            "minimum_cluster_version": other.minimum,
            "upgradable": numbers(other.minimum) <= numbers(place.version),
        }
        for other in one.newer(version)
    ]
    return {**one.answer(version), "newer_versions": newer}


CATALOGUE = Group(reads={"list_addons": _list, "get_addon": _get})
