"""The use case of `import`: live clusters are looked at, and recorded. Under the lock, and nothing else is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ackplan.app.baseline import of_workspace
from ackplan.app.edit_record import check_settled
from ackplan.app.import_inside import live_there, take_in_inside
from ackplan.app.import_record import left_out, not_in_spec, take_in, take_in_all, to_take_in, told_by_size, vanished
from ackplan.app.lookup import by_id, find, nodes_of, regions_of
from ackplan.app.observe import living
from ackplan.app.read_spec import read_spec
from ackplan.app.worlds import of_spec
from ackplan.core.address import parse as parse_address
from ackplan.core.diagnostics import Failure, error
from ackplan.resources.nested.inside import InsideSides

if TYPE_CHECKING:
    from ackplan.app.host import Host
    from ackplan.app.import_inside import InsideTaken
    from ackplan.app.import_terraform import StateCluster, TakenIn
    from ackplan.app.lookup import RegionalApi
    from ackplan.app.worlds import Here
    from ackplan.core.diagnostics import Diagnostic
    from ackplan.record import Record
    from ackplan.spec import Spec


class Import:
    """An import under way: what is recorded, what is wanted, and where to look. Made by `importing`."""

    def __init__(self, host: Host, spec: Spec, before: Record, api: RegionalApi | None, here: Here) -> None:
        self._workspace = host.workspace
        self._types = host.types
        self._nested = spec.nested
        self.wanted = spec.clusters
        self._before = before
        self._api = api
        self._here = here

    @property
    def api(self) -> RegionalApi:
        """Who is asked. Only of an import that is not offline."""
        if self._api is None:
            raise LookupError("an import that is offline asks nobody")
        return self._api

    async def one(self, name: str, cluster_id: str = "") -> tuple[str, Sequence[Diagnostic]]:
        """Records the live cluster of this name, or of this id. Its id, and what is to be said of it."""
        before, wanted = self._before, self.wanted
        if "/" in name:
            return await self._inside(name, cluster_id)
        live = await find(self.api, cluster_id or name, before, wanted.values())
        nodes = await self.api.list_nodes(live.cluster_id, live.region_id)
        taken = await self._with_inside(take_in(before, name, live, nodes, wanted.get(name)), {name})
        self.write(taken.record)
        return live.cluster_id, [*taken.left, *([not_in_spec(name)] if wanted and name not in wanted else ())]

    async def _inside(self, name: str, resource_id: str) -> tuple[str, Sequence[Diagnostic]]:
        """Records what is live under this short name inside of a cluster that is recorded."""
        try:
            address = parse_address(name)
            of = self._types.nested_type_of(address)
        except (ValueError, LookupError):
            raise Failure(error("ACK3070", cluster=name)) from None
        home = self._before.clusters.get(address.root.short)
        if of is None or home is None:
            raise Failure(error("ACK3070", cluster=name))
        desired = self._nested.get(name)
        sides = InsideSides({address.name: desired} if desired else {}, {})
        there = (await live_there(self.api, of, home, sides)).get(address.name)
        if there is None or resource_id not in {"", there.id}:
            raise Failure(error("ACK3071", cluster=name))
        if name in self._before.nested:
            raise Failure(error("ACK3072", id=self._before.nested[name].cluster_id, cluster=name))
        self.write(self._before.with_cluster(name, of.entry_of(there, desired, home.parameters)))
        return there.id, [not_in_spec(name)] if self.wanted and desired is None else []

    async def _with_inside(self, record: Record, names: Collection[str]) -> InsideTaken:
        """The record with what the spec has inside of these clusters, as far as it is live."""
        inside = {short: each for short, each in self._nested.items() if parse_address(short).root.short in names}
        return await take_in_inside(self.api, self._types, record, inside)

    async def all(self) -> tuple[Mapping[str, int], Sequence[Diagnostic]]:
        """Records all that the spec names and that is live. How many of what, and why others are left out."""
        record, wanted = self._before, self.wanted
        live, _ = await living(self.api, record, regions_of(self.api, wanted.values()))
        chosen, left = to_take_in(record, wanted, live)
        unclear = [cluster for cluster in chosen if not told_by_size(cluster, wanted[cluster.name])]
        nodes = await nodes_of(self.api, unclear)
        gone = {cluster.cluster_id for cluster in unclear} - nodes.keys()
        left += [left_out(vanished(cluster)) for cluster in chosen if cluster.cluster_id in gone]
        chosen = [cluster for cluster in chosen if cluster.cluster_id not in gone]
        record = take_in_all(record, chosen, nodes, wanted)
        taken = await self._with_inside(record, record.clusters)
        self.write(taken.record)
        return {"cluster": len(chosen), **taken.counts}, [*left, *map(left_out, taken.left)]

    async def terraform(self, clusters: Sequence[StateCluster], region: str) -> TakenIn:
        """What the record would be with these clusters of a Terraform state. Offline they are believed to be there."""
        from ackplan.app.import_terraform import live_ones, look, take_in

        if self._api is None:
            return take_in(self._before, clusters, None, self._types, region)
        live = live_ones(clusters, await self._api.list_clusters())
        unlisted = sorted({each.cluster_id for each in clusters if each.cluster_id} - live.keys())
        live |= live_ones(clusters, await by_id(self._api, unlisted, regions_of(self._api)))
        return take_in(self._before, clusters, await look(self._api, self._types, clusters, live), self._types, "")

    def write(self, after: Record) -> None:
        """Writes the record. It takes on the world that was asked, where somebody was."""
        if after == self._before:
            return
        if self._api is not None:
            after = dataclasses.replace(after, world=after.world.completed(self._here.world))
        self._workspace.record.write(after, expect=self._before)


@asynccontextmanager
async def importing(host: Host, *, spec_needed: bool = False, offline: bool = False) -> AsyncIterator[Import]:
    """An import, under the lock. Raises Failure where an interrupted apply has not been taken into the record, and for
    another world's; ApiError."""
    spec = read_spec(host.inputs, optional=not spec_needed)
    async with host.workspace.lock("ackplan import"), host.open_api(offline=offline) as (api, here):
        before = of_workspace(host.workspace, here)
        check_settled(before)
        here.hold(of_spec(spec.account))
        yield Import(host, spec, before.stored, None if offline else api, here)
