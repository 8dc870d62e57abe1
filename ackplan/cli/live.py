"""Finds live clusters, and their nodes, for commands that take a name or an id."""

from __future__ import annotations

import difflib
import re
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from ackplan.app.detailing import detailed
from ackplan.app.observing import together
from ackplan.diagnostics import Failure, error
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.execute.presence import Subject, read
from ackplan.model.answers import Cluster, Node

T = TypeVar("T")

_ID = re.compile(r"c[0-9a-f]{32}")


async def find(api: ApiReader, name: str) -> Cluster:
    """The live cluster of this name, or of this id, listed or not. Raises Failure where there is none."""
    live = await api.list_clusters()
    if _ID.fullmatch(name) and all(cluster.cluster_id != name for cluster in live):
        found = await read(api, Subject(name, name))
        return named((*live, *([found] if found else [])), name)
    return named(live, name)


def named(live: Sequence[Cluster], name: str) -> Cluster:
    """The cluster of this name or id among those that are live. Raises Failure where there is none."""
    clusters = [cluster for cluster in live if not cluster.gone]
    for cluster in clusters:
        if name in (cluster.name, cluster.cluster_id):
            return cluster
    near = difflib.get_close_matches(name, [cluster.name for cluster in clusters], 1)
    hint = f'Did you mean "{near[0]}"?' if near else "ackplan clusters shows what is live"
    raise Failure(error("ACK4002", "Unknown cluster", f'no live cluster is called "{name}"', hint))


async def nodes_of(api: ApiReader, clusters: Sequence[Cluster]) -> Mapping[str, Sequence[Node]]:
    """The nodes of these clusters, by cluster id; of one that is gone since it was listed there is nothing."""
    seen = await together(_if_there(api.list_nodes(cluster.cluster_id, cluster.region_id)) for cluster in clusters)
    pairs = zip(clusters, seen, strict=True)
    return {cluster.cluster_id: nodes for cluster, nodes in pairs if nodes is not None}


async def details_of(api: ApiReader, clusters: Sequence[Cluster]) -> list[Cluster]:
    """These clusters with all that the API tells of each; without those that are gone since they were listed."""
    told = await together(_if_there(api.get_cluster(each.cluster_id, each.region_id)) for each in clusters)
    pairs = zip(clusters, told, strict=True)
    return [detailed(listed, found) for listed, found in pairs if found is not None and not found.gone]


async def _if_there(asked: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await asked
    except ApiError as fault:
        if fault.missing:
            return None
        raise
