"""Finds live clusters for commands that take a name or an id."""

from __future__ import annotations

import difflib

from ackplan.diagnostics import Failure, error
from ackplan.execute.ports import ApiReader
from ackplan.model.answers import Cluster


async def find(api: ApiReader, name: str) -> Cluster:
    """The live cluster of this name or id. Raises Failure where there is none."""
    clusters = [cluster for cluster in await api.list_clusters() if not cluster.gone]
    for cluster in clusters:
        if name in (cluster.name, cluster.cluster_id):
            return cluster
    near = difflib.get_close_matches(name, [cluster.name for cluster in clusters], 1)
    hint = f'Did you mean "{near[0]}"?' if near else "ackplan clusters shows what is live"
    raise Failure(error("ACK4002", "Unknown cluster", f'no live cluster is called "{name}"', hint))
