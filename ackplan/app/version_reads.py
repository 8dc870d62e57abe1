"""Asks the API by which versions a cluster gets to the one that the spec wants (DescribeKubernetesVersionMetadata)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ackplan.app.observe import together
from ackplan.core.answers import Cluster
from ackplan.core.json_types import JsonObject
from ackplan.execute.ports import ApiReader
from ackplan.plan.upgrade_route import UpgradeRoute, find_route
from ackplan.resources.cluster.upgrades import Upgrading

# No list of versions is that long.
_MOST = 1000


async def read_routes(api: ApiReader, upgrading: Mapping[str, Upgrading]) -> dict[str, UpgradeRoute]:
    """The way of each upgrade, by the name of its cluster. What several clusters need is asked for once."""
    answers: dict[tuple[str, ...], tuple[str, ...]] = {}

    async def route(each: Upgrading) -> UpgradeRoute:
        async def following(version: str) -> Sequence[str]:
            key = (*_of(each.live), version)
            if key not in answers:
                answers[key] = await _following(api, each.live, version)
            return answers[key]

        return await find_route(each.current, each.wanted, following)

    routes = await together(route(each) for each in upgrading.values())
    return dict(zip(upgrading, routes, strict=True))


class VersionPlace(NamedTuple):
    """What the API lists versions for: a region, a type of cluster, and its profile where it has one."""

    region: str
    cluster_type: str
    profile: str


def _of(live: Cluster) -> VersionPlace:
    profile = live.attributes.get("profile")
    return VersionPlace(live.region_id, live.cluster_type or "", profile if isinstance(profile, str) else "")


async def entries_of(api: ApiReader, place: VersionPlace, version: str = "") -> Sequence[JsonObject]:
    """The entries of all supported versions, or of one, which tells what it can be upgraded to. Raises ApiError."""
    query = {"Region": place.region, "ClusterType": place.cluster_type, "Profile": place.profile, "Mode": "supported"}
    if version:
        query |= {"KubernetesVersion": version, "QueryUpgradableVersion": "true"}
    filled = {name: value for name, value in query.items() if value}
    answer = await api.read("list_kubernetes_versions", {}, place.region, filled)
    return [entry for entry in answer[:_MOST] if isinstance(entry, Mapping)] if isinstance(answer, list) else []


async def _following(api: ApiReader, live: Cluster, version: str) -> tuple[str, ...]:
    """What this version can be upgraded to, as far as the answer tells."""
    entries = await entries_of(api, _of(live), version)
    named = [entry for entry in entries if entry.get("version") == version] or entries[:1]
    return tuple(each for entry in named for each in following_of(entry))


def following_of(entry: JsonObject) -> tuple[str, ...]:
    """The versions that one can be upgraded to."""
    listed = entry.get("upgradable_versions")
    return tuple(each for each in listed[:_MOST] if isinstance(each, str)) if isinstance(listed, list) else ()
