"""Takes the clusters of a Terraform state into the record. Nothing is called that changes anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ackplan.app.import_inside import live_there
from ackplan.app.import_record import obstacle
from ackplan.app.lookup import nodes_of
from ackplan.app.observe import together
from ackplan.app.terraform_inside import (
    LiveInside,
    StateInside,
    as_sections,
    entries_inside,
    kept_inside,
    state_inside,
)
from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.documents.terraform_state import Resource
from ackplan.execute.ports import ApiReader
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import CLUSTER_ID
from ackplan.record.shared_ids import names_by_id, recorded_as
from ackplan.resources.cluster.describe import Described, visible
from ackplan.resources.cluster.terraform_attributes import described, kind_of, remarks
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.terraform_reader import TranslatedResource, translated
from ackplan.resources.types import ResourceTypes

_FAMILY = "alicloud_cs_"
_HOMELESS = "its cluster is not in the state: once that is recorded, ackplan import CLUSTER/NAME"
# What is to be done about resources that nothing here takes over.
_ELSEWHERE = {
    "alicloud_cs_kubernetes_autoscaler": (
        "no component of its own scales pools here: set auto_scaling in each pool that it scaled, with its sizes"
    ),
    "alicloud_cs_autoscaling_config": "the settings of the component that scales pools are not declared here",
    "alicloud_cs_kubernetes_permissions": "who may do what inside of a cluster is not declared here",
    "alicloud_cs_kubernetes_policy_instance": "policies inside of a cluster are not declared here",
    "alicloud_cs_kubernetes_node_pool_attachment": "attached instances stand in a pool: list them under its attach",
    "alicloud_cs_cluster_attachment": "attached instances stand in a pool: list them under its attach",
}


@dataclass(slots=True)
class TakenIn:
    """The record with clusters of a state in it, these as a spec would have them, and what is to be said of others."""

    record: Record
    clusters: list[Described] = field(default_factory=list)
    remarks: list[Diagnostic] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StateCluster:
    """A cluster of a state, in the words of each generation that has its kind, the likelier first; and its inside."""

    readings: tuple[TranslatedResource, ...]
    inside: tuple[StateInside, ...] = ()

    @property
    def cluster_id(self) -> str:
        return self.readings[0].cluster_id

    def reading(self, live: Cluster | None) -> TranslatedResource:
        """The words that fit what is live; the likelier ones where none do."""
        if live is None:
            return self.readings[0]
        fit = (each for each in self.readings if _live_kind(live, each) is each.kind)
        return next(fit, self.readings[0])


@dataclass(frozen=True, slots=True)
class LiveSide:
    """What is live of the clusters of a state, all by cluster id."""

    clusters: Mapping[str, Cluster]
    nodes: Mapping[str, Sequence[Node]]
    inside: Mapping[str, LiveInside]


def clusters_of(resources: Sequence[Resource], types: ResourceTypes) -> tuple[list[StateCluster], list[Diagnostic]]:
    """The clusters among the resources of a state, and what other resources of this product are left out."""
    inside: dict[str, list[StateInside]] = {}
    others: list[Resource] = []
    left: list[Diagnostic] = []
    for resource in resources:
        each = state_inside(resource, types)
        if each is not None:
            inside.setdefault(each.home_id, []).append(each)
        else:
            others.append(resource)
    clusters: dict[str, StateCluster] = {}
    for resource in others:
        readings = _readings(resource, inside)
        if not readings:
            why = _ELSEWHERE.get(resource.type, f"{resource.type} is no cluster")
            left += [_left(resource.address, "", why)] * resource.type.startswith(_FAMILY)
            continue
        cluster = StateCluster(readings, tuple(inside.get(readings[0].cluster_id, ())))
        first = clusters.setdefault(cluster.cluster_id or resource.address, cluster)
        if first is not cluster:
            same = f"{first.readings[0].address} is the same cluster"
            left.append(_left(resource.address, readings[0].name, same))
    homeless = [each for home, several in inside.items() if home not in clusters for each in several]
    left += [_left(each.resource.address, each.resource.name, _HOMELESS) for each in homeless]
    return list(clusters.values()), left


def _readings(resource: Resource, inside: Mapping[str, Sequence[StateInside]]) -> tuple[TranslatedResource, ...]:
    """The resource in the words of each generation that has its kind; none of what is no cluster."""
    kinds = {family.section: kind_of(resource, family.section) for family in catalog.DEFAULT.families}
    readings = [translated(resource, kind) for kind in kinds.values() if kind is not None]
    if not readings:
        return ()
    pooled = any(each.of.section in kinds for each in inside.get(readings[0].cluster_id, ()))
    newer = any(_has_no_workers(readings[0], each.kind, pooled=pooled) for each in readings[1:])
    return (*readings[1:], readings[0]) if newer else tuple(readings)


def _has_no_workers(guide: TranslatedResource, todays: Kind, *, pooled: bool) -> bool:
    """Whether a state has a cluster without workers of its own, as the provider does since 1.212.

    Before that one may say that it has none, and be `pooled`.
    """
    counting, pools = guide.kind.count_parameter, f"{todays.section_key}."
    if counting is None:
        return pooled
    gone = {name for name, place in todays.moved.items() if place.startswith(pools)}
    return gone.isdisjoint(guide.parameters) or (pooled and not guide.parameters.get(counting.name))


def live_ones(wanted: Sequence[StateCluster], live: Sequence[Cluster]) -> dict[str, Cluster]:
    """The live clusters of these ids."""
    ids = {cluster.cluster_id for cluster in wanted}
    return {cluster.cluster_id: cluster for cluster in live if cluster.cluster_id in ids and not cluster.gone}


async def look(
    api: ApiReader, types: ResourceTypes, wanted: Sequence[StateCluster], live: Mapping[str, Cluster]
) -> LiveSide:
    """What is live of these clusters, and inside of those of today. Raises ApiError."""
    nodes = await nodes_of(api, list(live.values()))
    there = {cluster_id: cluster for cluster_id, cluster in live.items() if cluster_id in nodes}
    homes = [(each, there[each.cluster_id]) for each in wanted if each.cluster_id in there]
    todays = [(each, cluster) for each, cluster in homes if each.reading(cluster).kind.section_key]
    inside = await together(_inside(api, types, each, cluster) for each, cluster in todays)
    return LiveSide(there, nodes, {c.cluster_id: of_one for (_, c), of_one in zip(todays, inside, strict=True)})


async def _inside(api: ApiReader, types: ResourceTypes, each: StateCluster, live: Cluster) -> LiveInside:
    entry = RecordedCluster(live.cluster_id, each.reading(live).kind, visible(each.reading(live).kind, live, ()))
    of_all = {}
    for of in types.nested:
        named = frozenset(one.resource.name for one in each.inside if one.of is of and one.attached)
        of_all[of.section] = await live_there(api, of, entry, InsideSides({}, {}, named))
    return of_all


def take_in(
    record: Record, wanted: Sequence[StateCluster], live: LiveSide | None, types: ResourceTypes, region: str
) -> TakenIn:
    """Records these clusters. Raises Failure, and records none, where Terraform and what is live contradict each other.

    Without `live` Terraform is taken at its word, in this region.
    """
    done = TakenIn(record)
    for each in wanted:
        seen = live.clusters.get(each.cluster_id) if live is not None else None
        cluster = each.reading(seen)
        why = _unfit(cluster, seen, asked=live is not None)
        wrong = list(_contradictions(cluster, seen, done.record))
        done.errors += wrong if not why else []
        if why:
            done.remarks.append(_left(cluster.address, cluster.name, why))
        elif not wrong:
            _record(done, each, live, types, region)
    if done.errors:
        raise Failure(*done.errors)
    done.clusters.sort(key=lambda cluster: cluster.name)
    return done


def _record(done: TakenIn, each: StateCluster, live: LiveSide | None, types: ResourceTypes, region: str) -> None:
    seen = live.clusters.get(each.cluster_id) if live is not None else None
    cluster, nodes = each.reading(seen), live.nodes.get(each.cluster_id, ()) if live is not None else ()
    here = live.inside.get(each.cluster_id, {}) if live is not None else None
    within = kept_inside(cluster, seen.name if seen else cluster.name, each.inside, here)
    try:
        kept = described(cluster, seen, nodes, region, as_sections(within, cluster, types))
    except Failure as failed:
        why = "; ".join(f"{fault.parameter}: {fault.detail or fault.summary}" for fault in failed.diagnostics)
        done.remarks.append(_left(cluster.address, cluster.name, f"no spec can say it: {why}"))
        return
    other = recorded_as(names_by_id(done.record), cluster.cluster_id, kept.name)
    if other:
        done.remarks.append(_left(cluster.address, cluster.name, f"it is recorded as {other}"))
        return
    known = done.record.clusters.get(kept.name)
    if known is not None and not known.partial:
        done.remarks.append(_left(cluster.address, cluster.name, "it is recorded already"))
        return
    kept = dataclasses.replace(kept, remarks=(*kept.remarks, *within.lines))
    lists = {name: values for name, values in kept.inside.items() if name in kept.kind.parameters}
    entry = RecordedCluster(cluster.cluster_id, kept.kind, {**kept.parameters, **lists}, kept.own, partial=True)
    done.record = done.record.with_cluster(kept.name, entry)
    for short, inner in entries_inside(kept, within, types, here):
        done.record = done.record.with_cluster(short, inner)
    done.clusters.append(kept)
    done.remarks += [*remarks(cluster, kept.name, kept.parameters), *within.remarks]


def _unfit(cluster: TranslatedResource, live: Cluster | None, *, asked: bool) -> str:
    """Why a cluster can't be taken in; empty where it can."""
    if not CLUSTER_ID.fullmatch(cluster.cluster_id) or not cluster.cluster_id:
        return "its id is none"
    if not asked:
        return ""
    if live is None:
        return f"{cluster.cluster_id} is not live"
    fault = obstacle(live, cluster.kind.section_key)
    return fault.detail if fault else ""


def _live_kind(live: Cluster, cluster: TranslatedResource) -> Kind | None:
    return catalog.DEFAULT.kind_of_live(live.attributes, cluster.kind.section_key)


def _contradictions(cluster: TranslatedResource, live: Cluster | None, record: Record) -> Iterator[Diagnostic]:
    name = live.name if live else cluster.name
    known = record.clusters.get(name)
    if known is not None and known.cluster_id != cluster.cluster_id:
        yield error("ACK3006.other_id", cluster_id=known.cluster_id, cluster=name)
    kind = _live_kind(live, cluster) if live else cluster.kind
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
