"""Finds live clusters, and their nodes, for use cases that take a name or an id."""

from __future__ import annotations

import difflib
import re
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ackplan.app.observe import living, together
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Failure, error
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.execute.presence import Subject, read
from ackplan.record import Record
from ackplan.resources.cluster.stack_parameters import detailed
from ackplan.spec.desired import Wanted

T = TypeVar("T")


class RegionalApi(ApiReader, Protocol):
    """An API with a region of its own: the one of calls that name none."""

    @property
    def region(self) -> str: ...


_ID = re.compile(r"c[0-9a-f]{32}")


def regions_of(api: RegionalApi, wanted: Iterable[Wanted] = ()) -> set[str]:
    """The regions to look into: the one that the options name, and those of a spec."""
    return {api.region, *(each.region for each in wanted)}


async def find(api: RegionalApi, name: str, record: Record, wanted: Iterable[Wanted] = ()) -> Cluster:
    """The live cluster of this name, or of this id, listed or not. Raises Failure where there is none, or several are.

    It is looked for in the region that the options name, and in those of the record and of a spec.
    """
    regions = regions_of(api, wanted)
    live, _ = await living(api, record, regions, (name,))
    if _ID.fullmatch(name) and all(cluster.cluster_id != name for cluster in live):
        places = {*regions, *(entry.region for entry in record.clusters.values())}
        live = (*live, *await by_id(api, [name], places))
    return named(live, name)


async def by_id(api: ApiReader, ids: Sequence[str], regions: Iterable[str]) -> list[Cluster]:
    """The clusters of these ids that are in one of these regions, whatever lists say."""
    places = sorted(filter(None, regions))
    reads = await together(read(api, Subject(each, each, region)) for each in ids for region in places)
    return list({cluster.cluster_id: cluster for cluster in reads if cluster is not None}.values())


def named(live: Sequence[Cluster], name: str) -> Cluster:
    """The cluster of this name or id among those that are live. Raises Failure where there is none, or several are."""
    clusters = {cluster.cluster_id: cluster for cluster in live if not cluster.gone}
    if name in clusters:
        return clusters[name]
    alike = [cluster for cluster in clusters.values() if cluster.name == name]
    staying = [cluster for cluster in alike if not cluster.leaving] or alike
    if len(staying) == 1:
        return staying[0]
    if staying:
        staying_ones = ", ".join(sorted(f"{c.cluster_id} ({c.state}, {c.region_id})" for c in staying))
        raise Failure(error("ACK2022.named", ids=staying_ones, cluster=name))
    near = difflib.get_close_matches(name, [cluster.name for cluster in clusters.values()], 1)
    if near:
        raise Failure(error("ACK4002.near", name=name, near=near[0]))
    raise Failure(error("ACK4002.unlike", name=name))


async def nodes_of(api: ApiReader, clusters: Sequence[Cluster]) -> Mapping[str, Sequence[Node]]:
    """The nodes of these clusters, by cluster id; of one that is gone since it was listed there is nothing."""
    seen = await together(_if_there(api.list_nodes(cluster.cluster_id, cluster.region_id)) for cluster in clusters)
    pairs = zip(clusters, seen, strict=True)
    return {cluster.cluster_id: nodes for cluster, nodes in pairs if nodes is not None}


async def details_of(api: ApiReader, clusters: Sequence[Cluster]) -> list[Cluster]:
    """These clusters with all that the API tells of each; without those that are gone since they were listed."""
    details = await together(_if_there(api.get_cluster(each.cluster_id, each.region_id)) for each in clusters)
    pairs = zip(clusters, details, strict=True)
    return [detailed(listed, detail) for listed, detail in pairs if detail is not None and not detail.gone]


async def _if_there(call: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await call
    except ApiError as fault:
        if fault.missing:
            return None
        raise
