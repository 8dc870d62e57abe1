"""Reads what is live inside of clusters, as far as anything there is wanted or recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ackplan.app.observe import Observer, together
from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.execute.ports import ApiError
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes

# Of each type, what is live by its short name.
Inside = Mapping[str, Mapping[str, LiveResource]]


async def look_inside(observer: Observer, record: Record, names: Iterable[str], live: Sequence[Cluster]) -> Inside:
    """What is live inside of those clusters in which one of these short names, or of the record's, is.

    Raises ApiError.
    """
    every = [*map(parse, {*names, *record.nested})]
    inside = {}
    for each in observer.types.nested:
        parents = sorted({address.root.short for address in every if address.type == each.name})
        homes = [(parent, cluster) for parent in parents if (cluster := _home(parent, record, live)) is not None]
        answers = await together(_listed(observer, each, parent, cluster) for parent, cluster in homes)
        inside[each.name] = {name: resource for answer in answers for name, resource in answer.items()}
    return inside


def inside_as_recorded(types: ResourceTypes, record: Record) -> Inside:
    """The same of a plan that must not ask: the record is taken for what is live."""
    live: dict[str, dict[str, LiveResource]] = {each.name: {} for each in types.nested}
    for name, entry in record.nested.items():
        live[parse(name).type][name] = LiveResource(entry.cluster_id, name, "", entry.parameters)
    return live


def _home(name: str, record: Record, live: Sequence[Cluster]) -> Cluster | None:
    """The live cluster of this name: the recorded one, or the only one that has it."""
    entry = record.clusters.get(name)
    there = [cluster for cluster in live if not cluster.gone and not cluster.hidden]
    if entry is not None:
        return next((cluster for cluster in there if cluster.cluster_id == entry.cluster_id), None)
    named = [cluster for cluster in there if cluster.name == name]
    return named[0] if len(named) == 1 else None


async def _listed(observer: Observer, each: NestedType, parent: str, cluster: Cluster) -> dict[str, LiveResource]:
    try:
        live = await each.live_in(observer.api, cluster.cluster_id, cluster.region_id)
    except ApiError as fault:
        # A cluster that is live and has no inside is one that answers lag behind: nothing is concluded from that.
        if not (fault.missing and cluster.leaving):
            raise
        return {}
    return {each.address(parent, name).short: resource for name, resource in live.items()}
