"""Asks the API by which versions a cluster gets to the one that the spec wants (DescribeKubernetesVersionMetadata)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.app.observe import together
from ackplan.core.answers import Cluster
from ackplan.core.json_types import Json
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


def _of(live: Cluster) -> tuple[str, str, str]:
    profile = live.attributes.get("profile")
    return live.region_id, live.cluster_type or "", profile if isinstance(profile, str) else ""


async def _following(api: ApiReader, live: Cluster, version: str) -> tuple[str, ...]:
    region, kind, profile = _of(live)
    query = {
        "Region": region,
        "ClusterType": kind,
        "KubernetesVersion": version,
        "Mode": "supported",
        "QueryUpgradableVersion": "true",
    }
    if profile:
        query["Profile"] = profile
    return _versions(await api.read("list_kubernetes_versions", {}, region, query), version)


def _versions(answer: Json, version: str) -> tuple[str, ...]:
    """What this version can be upgraded to, as far as the answer tells."""
    entries = [entry for entry in answer if isinstance(entry, Mapping)] if isinstance(answer, list) else []
    named = [entry for entry in entries if entry.get("version") == version] or entries[:1]
    lists = [entry.get("upgradable_versions") for entry in named]
    return tuple(v for versions in lists if isinstance(versions, list) for v in versions[:_MOST] if isinstance(v, str))
