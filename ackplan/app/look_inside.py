"""Reads what is live inside of clusters, as far as anything there is wanted or recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final, TypeVar

from ackplan.app.observe import Observer, together
from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.execute.ports import ApiError
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes
from ackplan.spec.desired import Wanted

T = TypeVar("T")
_NOTHING: Final[Mapping[str, Wanted]] = {}
# Of each type, what is live by its short name.
Inside = Mapping[str, Mapping[str, LiveResource]]


async def look_inside(
    observer: Observer,
    record: Record,
    names: Iterable[str],
    live: Sequence[Cluster],
    wanted: Mapping[str, Wanted] = _NOTHING,
    *,
    closer: bool = True,
) -> Inside:
    """What is live inside of those clusters in which one of these short names, or of the record's, is.

    `names` are those of calls in flight, or of what is only compared (not `closer`); `wanted` is what the spec wants.
    Raises ApiError.
    """
    names = {*names}
    every = [*map(parse, {*names, *wanted, *record.nested})]
    inside = {}
    for each in observer.types.nested:
        parents = sorted({address.root.short for address in every if address.type == each.name})
        homes = [(parent, cluster) for parent in parents if (cluster := _home(parent, record, live)) is not None]
        sides = {parent: _sides(each, parent, wanted, record, names) if closer else None for parent, _ in homes}
        answers = await together(_listed(observer, each, sides[parent], (parent, cluster)) for parent, cluster in homes)
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


def _sides(each: NestedType, parent: str, wanted: Mapping[str, Wanted], record: Record, names: Set[str]) -> InsideSides:
    """What is wanted and recorded of a type inside of one cluster."""

    def mine(every: Mapping[str, T]) -> dict[str, T]:
        inside = ((parse(short), value) for short, value in every.items() if short.startswith(f"{parent}/"))
        return {address.name: value for address, value in inside if address.type == each.name}

    named = frozenset(mine(dict.fromkeys(names, "")))
    return InsideSides(mine(wanted), mine(record.nested), named)


async def _listed(
    observer: Observer, each: NestedType, sides: InsideSides | None, home: tuple[str, Cluster]
) -> dict[str, LiveResource]:
    parent, cluster = home
    try:
        live = await each.live_in(observer.api, cluster.cluster_id, cluster.region_id)
        if sides is not None:
            live = await each.look_closer(observer.api, (cluster.cluster_id, cluster.region_id), live, sides)
    except ApiError as fault:
        # A cluster that is live and has no inside is one that answers lag behind: nothing is concluded from that.
        if not (fault.missing and cluster.leaving):
            raise
        return {}
    return {each.address(parent, name).short: resource for name, resource in live.items()}
