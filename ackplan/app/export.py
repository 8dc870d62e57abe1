"""Writes live clusters as a spec that plans to no changes once they are recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence, Set

from ackplan.app.export_inside import FoundInside, among, depending, entry_for
from ackplan.app.import_record import left_out, obstacle
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.json_types import Json, JsonObject, mapping
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


def exportable(live: Sequence[Cluster], names: Sequence[str], record: Record) -> tuple[list[Cluster], list[Diagnostic]]:
    """The clusters to export: those that are named, else all; and why others are left out."""
    chosen: list[Cluster] = []
    left: list[Diagnostic] = []
    ids: dict[str, list[str]] = {}
    for cluster in live:
        if not cluster.gone:
            ids.setdefault(cluster.name, []).append(cluster.cluster_id)
    for cluster in sorted(live, key=lambda cluster: (cluster.name, cluster.cluster_id)):
        if cluster.gone or (names and cluster.name not in names):
            continue
        fault = hindered(cluster, record) or _ambiguous(cluster, ids[cluster.name])
        if fault is None:
            chosen.append(cluster)
        else:
            left.append(fault if names else left_out(fault))
    return chosen, left


def hindered(cluster: Cluster, record: Record) -> Diagnostic | None:
    """Why no spec can have this cluster, of the generation that it is recorded as; None where one can.

    One that is not recorded may be of any.
    """
    recorded = entry_for(record, cluster)
    if recorded is not None:
        return obstacle(cluster, recorded.kind.section_key)
    faults = [obstacle(cluster, family.section) for family in catalog.DEFAULT.families]
    return None if None in faults else faults[0]


def _ambiguous(cluster: Cluster, ids: Sequence[str]) -> Diagnostic | None:
    """That the name of a cluster is that of several, which have these ids."""
    if len(ids) == 1:
        return None
    others = ", ".join(sorted(each for each in ids if each != cluster.cluster_id))
    return error("ACK3053", ids=f"{cluster.cluster_id} and {others}", cluster=cluster.name)


def described(
    chosen: Sequence[Cluster],
    nodes: Mapping[str, Sequence[Node]],
    record: Record,
    inside: Mapping[str, FoundInside],
) -> tuple[list[Described], list[Diagnostic]]:
    """Each cluster as a spec would have it, and those that no spec can have."""
    found: list[Described] = []
    faults: list[Diagnostic] = []
    for live in chosen:
        recorded, within = entry_for(record, live), inside[live.cluster_id]
        kind = catalog.DEFAULT.kind_of_live(live.attributes, within.generation)
        try:
            if kind is not None:
                each = from_live(kind, live, nodes[live.cluster_id], recorded, within.sections)
                found.append(dataclasses.replace(each, remarks=(*each.remarks, *within.remarks)))
        except Failure as failed:
            faults += [dataclasses.replace(fault, span=None) for fault in failed.diagnostics]
    names = {cluster.name for cluster in found}.union(*(each.names for each in inside.values()))
    return [_among(cluster, names) for cluster in found], faults


def _among(cluster: Described, names: Set[str]) -> Described:
    """The cluster, and what is inside of it, without dependencies on what is not exported with it."""
    own, gone = depending(cluster.own, names)
    within, remarks = among(cluster.inside, names)
    if gone:
        remarks.insert(0, f"depends_on is without clusters that are not here: {', '.join(gone)}")
    return dataclasses.replace(cluster, own=own, inside=within, remarks=(*cluster.remarks, *remarks))


def to_adopt(clusters: Sequence[Described], record: Record) -> list[Described]:
    """The clusters, each that is not recorded with the consent that a plan needs to take it over."""
    return [cluster if cluster.name in record.clusters else _consenting(cluster) for cluster in clusters]


def _consenting(cluster: Described) -> Described:
    """The cluster, and what is inside of it, with that consent; what stands in a list needs none."""
    inside = {section: _each_adopted(bodies) for section, bodies in cluster.inside.items()}
    return dataclasses.replace(cluster, own=_adopted(cluster.own), inside=inside)


def _each_adopted(bodies: Json) -> Json:
    if not isinstance(bodies, Mapping):
        return bodies
    return {name: _adopted(mapping(body)) for name, body in bodies.items()}


def _adopted(own: JsonObject) -> JsonObject:
    return {**own, "lifecycle": {**mapping(own.get("lifecycle", {})), "adopt": True}}


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
