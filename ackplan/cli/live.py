"""Finds live clusters, and their nodes, for commands that take a name or an id."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Mapping, Sequence

from ackplan.diagnostics import Failure, error
from ackplan.execute.ports import ApiReader
from ackplan.execute.presence import Subject, read
from ackplan.model.answers import Cluster, Node

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
    """The nodes of these clusters, by cluster id."""
    reads = (api.list_nodes(cluster.cluster_id, cluster.region_id) for cluster in clusters)
    found = await asyncio.gather(*reads)
    return {cluster.cluster_id: nodes for cluster, nodes in zip(clusters, found, strict=True)}
