"""Reads what is live inside of clusters, as far as anything there is wanted or recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

from ackplan.app.observe import Observer, together
from ackplan.core.address import parse, short_of
from ackplan.core.answers import Cluster
from ackplan.execute.ports import ApiError
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record, RecordedCluster
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.types import ResourceTypes
from ackplan.spec.desired import Wanted

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
    parts = _by_home(names, wanted, record)
    homes = _Homes(record, live)
    inside = {}
    for each in observer.types.nested:
        within = [(parent, sides) for (kind, parent), sides in sorted(parts.items()) if kind == each.name]
        there = [(parent, cluster, sides) for parent, sides in within if (cluster := homes.of(parent)) is not None]
        answers = await together(
            _listed(observer, each, sides if closer else None, (parent, cluster)) for parent, cluster, sides in there
        )
        inside[each.name] = {name: resource for answer in answers for name, resource in answer.items()}
    return inside


def inside_as_recorded(types: ResourceTypes, record: Record) -> Inside:
    """The same of a plan that must not ask: the record is taken for what is live."""
    live: dict[str, dict[str, LiveResource]] = {each.name: {} for each in types.nested}
    for name, entry in record.nested.items():
        live[parse(name).type][name] = LiveResource(entry.cluster_id, name, "", entry.parameters)
    return live


class _Homes:
    """The live clusters by what they may be meant by."""

    def __init__(self, record: Record, live: Sequence[Cluster]) -> None:
        self._record = record
        there = [cluster for cluster in live if not cluster.gone and not cluster.hidden]
        self._by_id = {cluster.cluster_id: cluster for cluster in reversed(there)}
        self._named: dict[str, list[Cluster]] = {}
        for cluster in there:
            self._named.setdefault(cluster.name, []).append(cluster)

    def of(self, name: str) -> Cluster | None:
        """The live cluster of this name: the recorded one, or the only one that has it."""
        entry = self._record.clusters.get(name)
        if entry is not None:
            return self._by_id.get(entry.cluster_id)
        named = self._named.get(name, ())
        return named[0] if len(named) == 1 else None


def _by_home(names: Set[str], wanted: Mapping[str, Wanted], record: Record) -> dict[tuple[str, str], InsideSides]:
    """What is wanted and recorded inside of each cluster, by the name of a type and that of the cluster."""
    sides: dict[tuple[str, str], tuple[dict[str, Wanted], dict[str, RecordedCluster], set[str]]] = {}
    for short in dict.fromkeys([*wanted, *record.nested, *sorted(names)]):
        address = parse(short)
        mine = sides.setdefault((address.type, address.root.short), ({}, {}, set()))
        if short in wanted:
            mine[0][address.name] = wanted[short]
        if short in record.nested:
            mine[1][address.name] = record.nested[short]
        if short in names:
            mine[2].add(address.name)
    return {
        key: InsideSides(of_spec, of_record, frozenset(named)) for key, (of_spec, of_record, named) in sides.items()
    }


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
    return {short_of(each.name, parent, name): resource for name, resource in live.items()}
