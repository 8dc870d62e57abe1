"""Takes the clusters of a Terraform state into the record. Nothing is called that changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ackplan.app.import_record import obstacle
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.documents.terraform_state import Resource
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import CLUSTER_ID
from ackplan.record.shared_ids import recorded_as
from ackplan.resources.cluster.describe import Described
from ackplan.resources.cluster.terraform_attributes import Translated, described, kind_of, remarks, translated

_FAMILY = "alicloud_cs_"


@dataclass(slots=True)
class TakenIn:
    """The record with clusters of a state in it, these as a spec would have them, and what is to be said of others."""

    record: Record
    clusters: list[Described] = field(default_factory=list)
    remarks: list[Diagnostic] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)


def clusters_of(resources: Sequence[Resource]) -> tuple[list[Translated], list[Diagnostic]]:
    """The clusters among the resources of a state, and what other resources of this product are left out."""
    found: dict[str, Translated] = {}
    left: list[Diagnostic] = []
    for resource in resources:
        kind = kind_of(resource)
        if kind is None:
            left += [_left(resource.address, "", f"{resource.type} is no cluster")] * resource.type.startswith(_FAMILY)
            continue
        cluster = translated(resource, kind)
        first = found.setdefault(cluster.cluster_id or resource.address, cluster)
        if first is not cluster:
            left.append(_left(resource.address, cluster.name, f"{first.address} is the same cluster"))
    return list(found.values()), left


def live_ones(found: Sequence[Translated], live: Sequence[Cluster]) -> dict[str, Cluster]:
    """The live clusters of these ids."""
    ids = {cluster.cluster_id for cluster in found}
    return {cluster.cluster_id: cluster for cluster in live if cluster.cluster_id in ids and not cluster.gone}


def take_in(
    record: Record,
    found: Sequence[Translated],
    live: Mapping[str, Cluster] | None,
    nodes: Mapping[str, Sequence[Node]],
    region: str,
) -> TakenIn:
    """Records these clusters. Raises Failure, and records none, where Terraform and what is live contradict each other.

    Without `live` Terraform is taken at its word, in this region.
    """
    done = TakenIn(record)
    for cluster in found:
        seen = live.get(cluster.cluster_id) if live is not None else None
        why = _unfit(cluster, seen, asked=live is not None)
        wrong = list(_contradictions(cluster, seen, done.record))
        done.errors += wrong if not why else []
        if why:
            done.remarks.append(_left(cluster.address, cluster.name, why))
        elif not wrong:
            _record(done, cluster, seen, nodes.get(cluster.cluster_id, ()), region)
    if done.errors:
        raise Failure(*done.errors)
    done.clusters.sort(key=lambda cluster: cluster.name)
    return done


def _record(done: TakenIn, cluster: Translated, live: Cluster | None, nodes: Sequence[Node], region: str) -> None:
    try:
        kept = described(cluster, live, nodes, region)
    except Failure as failed:
        why = "; ".join(f"{fault.parameter}: {fault.detail or fault.summary}" for fault in failed.diagnostics)
        done.remarks.append(_left(cluster.address, cluster.name, f"no spec can say it: {why}"))
        return
    other = recorded_as(done.record, cluster.cluster_id, kept.name)
    if other:
        done.remarks.append(_left(cluster.address, cluster.name, f"it is recorded as {other}"))
        return
    known = done.record.clusters.get(kept.name)
    if known is not None and not known.partial:
        done.remarks.append(_left(cluster.address, cluster.name, "it is recorded already"))
        return
    entry = RecordedCluster(cluster.cluster_id, kept.kind, kept.parameters, kept.own, partial=True)
    done.record = done.record.with_cluster(kept.name, entry)
    done.clusters.append(kept)
    done.remarks += remarks(cluster, kept)


def _unfit(cluster: Translated, live: Cluster | None, *, asked: bool) -> str:
    """Why a cluster can't be taken in; empty where it can."""
    if not CLUSTER_ID.fullmatch(cluster.cluster_id) or not cluster.cluster_id:
        return "its id is none"
    if not asked:
        return ""
    if live is None:
        return f"{cluster.cluster_id} is not live"
    fault = obstacle(live)
    return fault.detail if fault else ""


def _contradictions(cluster: Translated, live: Cluster | None, record: Record) -> Iterator[Diagnostic]:
    name = live.name if live else cluster.name
    known = record.clusters.get(name)
    if known is not None and known.cluster_id != cluster.cluster_id:
        yield error("ACK3006.other_id", cluster_id=known.cluster_id, cluster=name)
    kind = catalog.DEFAULT.kind_of_live(live.attributes) if live else cluster.kind
    if kind is not None and kind is not cluster.kind:
        yield error(
            "ACK3058",
            address=cluster.address,
            kind=cluster.kind.name,
            cluster_id=cluster.cluster_id,
            live=kind.name,
            cluster=name,
        )


def _left(address: str, cluster: str, why: str) -> Diagnostic:
    return warning("ACK3057", address=address, why=why, cluster=cluster)
