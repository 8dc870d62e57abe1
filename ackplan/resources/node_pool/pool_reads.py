"""Reads the pools of a cluster more closely than their list shows them.

A list alone is never believed: what is recorded and not listed is asked for by its id. Nodes are read of the pools that
need it: of all others it is enough to know how many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from ackplan.core.catalog import Kind
from ackplan.execute.ports import ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.record import RecordedCluster
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.raw_answers import unreadable
from ackplan.resources.node_pool.live_pools import LIST, read_nodes, read_pool
from ackplan.resources.node_pool.pool_share import workers_of
from ackplan.spec.desired import Wanted


async def with_unlisted(
    api: ApiReader, home: tuple[str, str], live: Mapping[str, LiveResource], sides: InsideSides, kind: Kind
) -> Mapping[str, LiveResource]:
    """The pools of a cluster, with recorded ones that its list lacks and that are there by id.

    Raises ApiError, too where such a list would have to tell that the name of a pool is free.
    """
    listed = {pool.id for pool in live.values()}
    ids = [entry.cluster_id for entry in sides.recorded.values() if entry.cluster_id not in listed]
    read = await asyncio.gather(*(read_pool(api, home, pool_id, kind) for pool_id in ids))
    unlisted = {pool.name: pool for pool in read if pool is not None}
    if unlisted and sides.wanted.keys() - live.keys() - unlisted.keys():
        raise unreadable(LIST, f"it lacks node pools that are there by their ids: {', '.join(sorted(unlisted))}")
    return {**unlisted, **live}


async def with_nodes(
    api: ApiReader, home: tuple[str, str], live: Mapping[str, LiveResource], sides: InsideSides
) -> Mapping[str, LiveResource]:
    """The pools of a cluster (`home`: its id and region), with their nodes where these matter. Raises ApiError."""
    names = [name for name, pool in live.items() if _needs_nodes(name, pool, sides)]
    if not names:
        return live
    read = await asyncio.gather(*(read_nodes(api, *home, live[name].id) for name in names))
    return {**live, **{name: replace(live[name], nodes=nodes) for name, nodes in zip(names, read, strict=True)}}


def _needs_nodes(name: str, pool: LiveResource, sides: InsideSides) -> bool:
    wanted, recorded = sides.wanted.get(name), sides.recorded.get(name)
    attached = bool((wanted and wanted.attach) or (recorded and recorded.attached))
    return name in sides.named or attached or _shrinks(pool, wanted, recorded)


def _shrinks(pool: LiveResource, wanted: Wanted | None, recorded: RecordedCluster | None) -> bool:
    if wanted is None or wanted.scale_in is None:
        return False
    workers = workers_of(wanted, recorded or RecordedCluster(pool.id, wanted.kind, {}), pool)
    return workers is not None and workers.delta < 0
