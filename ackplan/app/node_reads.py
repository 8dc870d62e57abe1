"""Reads the nodes of clusters, and with them each cluster of that moment."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.app.observe import Observer, together
from ackplan.core.answers import Cluster, Node
from ackplan.execute.ports import ApiError, ApiReader
from ackplan.execute.presence import Subject, look_up
from ackplan.record import Record

# How often a cluster is looked at again whose size and nodes are of two moments.
_LOOKS = 3


async def read_nodes(
    observer: Observer, record: Record, live: Sequence[Cluster], cluster_ids: Sequence[str]
) -> tuple[tuple[Cluster, ...], dict[str, tuple[Node, ...]]]:
    """The nodes of these clusters, and the live list with these clusters as they were when their nodes were read."""
    by_id = {cluster.cluster_id: cluster for cluster in live}
    accepted = {entry.cluster_id: entry.accepted_at for entry in record.clusters.values()}
    seen = await together([_moment(observer, by_id[each], accepted.get(each, "")) for each in cluster_ids])
    for cluster_id, (cluster, _) in zip(cluster_ids, seen, strict=True):
        if cluster is None:
            del by_id[cluster_id]
        else:
            by_id[cluster_id] = cluster
    return tuple(by_id.values()), {c.cluster_id: nodes for c, nodes in seen if c is not None and nodes is not None}


async def _moment(
    observer: Observer, cluster: Cluster, accepted_at: str
) -> tuple[Cluster | None, tuple[Node, ...] | None]:
    """A cluster and its nodes of one moment, None for what is not there; None for a cluster that is gone since."""
    try:
        return await _one_moment(observer.api, cluster)
    except ApiError as fault:
        if not fault.missing:
            raise
    subject = Subject(cluster.name, cluster.cluster_id, cluster.region_id, accepted_at)
    return await look_up(observer.api, observer.clock, observer.patience, subject), None


async def _one_moment(api: ApiReader, cluster: Cluster) -> tuple[Cluster, tuple[Node, ...]]:
    """Read again, a few times at most, while a change under way parts the cluster from its nodes."""
    listed, identity = cluster, (cluster.cluster_id, cluster.region_id)
    nodes = await api.list_nodes(*identity)
    for _ in range(_LOOKS):
        if cluster.size in (None, len(nodes)) and not cluster.busy:
            break
        cluster = (await api.get_cluster(*identity)).as_listed(listed)
        if cluster.size in (None, len(nodes)):
            break
        nodes = await api.list_nodes(*identity)
    return cluster, nodes
