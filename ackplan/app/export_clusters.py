"""The use case of `export`: looks at live clusters, in full, and says what a spec would say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ackplan.app.export import described, exportable, hindered, to_adopt
from ackplan.app.export_inside import found_inside
from ackplan.app.import_record import left_out, vanished
from ackplan.app.lookup import RegionalApi, details_of, named, nodes_of, regions_of
from ackplan.app.observe import living, partly
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure
from ackplan.execute.ports import ApiReader
from ackplan.record import Record
from ackplan.resources.cluster.describe import Described
from ackplan.resources.types import BUILT_IN, ResourceTypes


async def exported(
    api: RegionalApi, record: Record, names: Sequence[str], types: ResourceTypes = BUILT_IN, *, adopt: bool = False
) -> tuple[list[Described], list[Diagnostic]]:
    """The named clusters, else all of them, and why others are left out. `adopt`: a plan may take them over.

    Raises Failure for every name that no live cluster has, and ApiError.
    """
    live, unlisted = await living(api, record, regions_of(api), names or None)
    chosen, left = exportable(live, _of_live(live, names), record)
    clusters, faults = await _in_full(api, chosen, record, types)
    clusters = to_adopt(clusters, record) if adopt else clusters
    left += [partly(unlisted)] if unlisted else []
    return clusters, [*left, *(faults if names else map(left_out, faults))]


def _of_live(live: Sequence[Cluster], names: Iterable[str]) -> list[str]:
    """The names of the live clusters that are meant, by name or id. Raises Failure for each that there is none of."""
    faults: list[Diagnostic] = []
    meant: list[str] = []
    for name in names:
        try:
            meant.append(named(live, name).name)
        except Failure as failed:
            faults += failed.diagnostics
    if faults:
        raise Failure(*faults)
    return meant


async def _in_full(
    api: ApiReader, chosen: Sequence[Cluster], record: Record, types: ResourceTypes
) -> tuple[list[Described], list[Diagnostic]]:
    """The chosen clusters in full, and those that are gone, or unfit, since they were listed."""
    details = await details_of(api, chosen)
    nodes = await nodes_of(api, details)
    there = [cluster for cluster in details if cluster.cluster_id in nodes]
    unfit = [fault for cluster in there if (fault := hindered(cluster, record))]
    fit = [cluster for cluster in there if hindered(cluster, record) is None]
    clusters, faults = described(fit, nodes, record, await found_inside(api, types, fit, record))
    ids = {cluster.cluster_id for cluster in there}
    gone = [vanished(cluster) for cluster in chosen if cluster.cluster_id not in ids]
    return clusters, [*gone, *unfit, *faults]
