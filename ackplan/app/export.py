"""Writes live clusters as a spec that plans to no changes once they are recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ackplan.app.import_record import left_out, obstacle
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.record import Record
from ackplan.resources.cluster.describe import Described, from_live
from ackplan.spec import write
from ackplan.spec.layout import laid_out

SCHEMA = "ackplan.schema.json"
_SOURCES = {
    "live": (
        "# Written from what is live. A value that is marked as not shown stands for one that the API does not tell,",
        "# and no plan sends it. Write what the cluster was created with in its place, then: ackplan import --all",
    ),
    "terraform": (
        "# Taken over from Terraform, and recorded. A value that is marked as not shown stands for one that nothing",
        "# tells, and no plan sends it: write what the cluster was created with in its place.",
    ),
}


def exportable(live: Sequence[Cluster], names: Sequence[str]) -> tuple[list[Cluster], list[Diagnostic]]:
    """The clusters to export: those that are named, else all; and why others are left out."""
    chosen: list[Cluster] = []
    left: list[Diagnostic] = []
    for cluster in sorted(live, key=lambda cluster: (cluster.name, cluster.cluster_id)):
        if cluster.gone or (names and cluster.name not in names):
            continue
        fault = obstacle(cluster) or _ambiguous(cluster, live)
        if fault is None:
            chosen.append(cluster)
        else:
            left.append(fault if names else left_out(fault))
    return chosen, left


def _ambiguous(cluster: Cluster, live: Sequence[Cluster]) -> Diagnostic | None:
    others = [c.cluster_id for c in live if c.name == cluster.name and not c.gone and c is not cluster]
    if not others:
        return None
    ids = f"{cluster.cluster_id} and {', '.join(sorted(others))}"
    return error("ACK3053", ids=ids, cluster=cluster.name)


def described(
    chosen: Sequence[Cluster], nodes: Mapping[str, Sequence[Node]], record: Record
) -> tuple[list[Described], list[Diagnostic]]:
    """Each cluster as a spec would have it, and those that no spec can have."""
    found: list[Described] = []
    faults: list[Diagnostic] = []
    for live in chosen:
        kind = catalog.DEFAULT.kind_of_live(live.attributes)
        recorded = record.clusters.get(live.name)
        if recorded is not None and recorded.cluster_id != live.cluster_id:
            recorded = None
        try:
            if kind is not None:
                found.append(from_live(kind, live, nodes[live.cluster_id], recorded))
        except Failure as failed:
            faults += [dataclasses.replace(fault, span=None) for fault in failed.diagnostics]
    names = {cluster.name for cluster in found}
    return [_among(cluster, names) for cluster in found], faults


def _among(cluster: Described, names: set[str]) -> Described:
    """The cluster without dependencies on clusters that are not exported with it."""
    wanted = cluster.own.get("depends_on", ())
    kept = [name for name in wanted if name in names]
    if len(kept) == len(wanted):
        return cluster
    own: dict[str, Any] = {**cluster.own, "depends_on": kept}
    if not kept:
        del own["depends_on"]
    gone = ", ".join(name for name in wanted if name not in names)
    remark = f"depends_on is without clusters that are not here: {gone}"
    return dataclasses.replace(cluster, own=own, remarks=(*cluster.remarks, remark))


def to_adopt(clusters: Sequence[Described], record: Record) -> list[Described]:
    """The clusters, each that is not recorded with the consent that a plan needs to take it over."""
    return [cluster if cluster.name in record.clusters else _consenting(cluster) for cluster in clusters]


def _consenting(cluster: Described) -> Described:
    lifecycle = {**cluster.own.get("lifecycle", {}), "adopt": True}
    return dataclasses.replace(cluster, own={**cluster.own, "lifecycle": lifecycle})


def document(
    clusters: Sequence[Described], *, schema: str = f"./{SCHEMA}", source: str = "live", common_region: bool = True
) -> str:
    """One spec of these clusters; `common_region` puts a region that all share at its top.

    `schema` is where an editor finds the spec's schema, `source` where the clusters are from: `live`, or `terraform`.
    """
    regions = {cluster.region for cluster in clusters}
    region = regions.pop() if common_region and len(regions) == 1 else None
    text = write.document(
        (f"# yaml-language-server: $schema={schema}", *_SOURCES[source]),
        region,
        (_lines(cluster, region) for cluster in clusters),
    )
    # Escapes have more than one form: which of them is canonical only the layout knows.
    return laid_out(text.encode(), "export").decode() if "\\" in text else text


def _lines(cluster: Described, region: str | None) -> Iterator[str]:
    return write.cluster(cluster.name, cluster.body(region), cluster.notes, cluster.remarks)
