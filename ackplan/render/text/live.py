"""What is live, as tables with aligned columns, Chinese names included."""

from __future__ import annotations

from collections.abc import Iterable

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.language import phrase
from ackplan.render.text.table import table


def clusters_table(clusters: Iterable[Cluster]) -> str:
    """Live clusters by name."""
    rows = [
        (c.name, c.cluster_id, _kind(c), c.region_id, c.state, "" if c.size is None else str(c.size), _spec(c))
        for c in sorted(clusters, key=lambda c: (c.name, c.cluster_id))
    ]
    return (
        table(("NAME", "ID", "KIND", "REGION", "STATE", "SIZE", "SPEC"), rows)
        if rows
        else phrase("No clusters are live.")
    )


def _kind(cluster: Cluster) -> str:
    """What sort of cluster it is, of the guide's or of today's; the API's own type for what is none of ours."""
    shown = {**cluster.attributes, "cluster_type": cluster.cluster_type}
    kinds = (family.kind_of_live(shown) for family in catalog.DEFAULT.families)
    kind = next(filter(None, kinds), None)
    return phrase(kind.title.removesuffix(" cluster")) if kind else cluster.type_told if cluster.cluster_type else ""


def _spec(cluster: Cluster) -> str:
    """The size of its control plane, as the API names it (`ack.pro.small`)."""
    told = cluster.attributes.get("cluster_spec")
    return told if isinstance(told, str) else ""


def nodes_table(nodes: Iterable[Node]) -> str:
    """Nodes of a cluster, masters first, then by age."""
    ordered = sorted(nodes, key=lambda n: (n.role, n.created, n.instance_id))
    rows = [(n.instance_id, n.name, n.role, n.state, n.created) for n in ordered]
    return table(("INSTANCE", "NAME", "ROLE", "STATE", "CREATED"), rows) if rows else phrase("No nodes.")
