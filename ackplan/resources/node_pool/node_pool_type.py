"""Node pools as a type of resources. They stand under `node_pools` in a cluster of the spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ackplan import spec
from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.catalog import DEFAULT, Catalog
from ackplan.core.json_types import JsonObject
from ackplan.core.work import Attach, Create, Detach, ScaleIn, ScaleOut, Upgrade
from ackplan.execute.ports import ApiReader, Sent
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Step
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.node_pool import pool_honesty
from ackplan.resources.node_pool.live_pools import LIST, is_default, read_pools
from ackplan.resources.node_pool.pool_reads import with_nodes, with_unlisted
from ackplan.resources.node_pool.pool_share import PoolShare, with_nodes_of
from ackplan.resources.node_pool.rolling import ROLLING
from ackplan.spec.desired import Wanted

if TYPE_CHECKING:
    from ackplan.execute.step_run import StepContext

_NEW_ID = "nodepool_id"
_NOTHING: Final[JsonObject] = {}


class NodePoolType(NestedType):
    """One call lists all pools of a cluster; nodes are read of those alone whose nodes come, go or are attached."""

    deletion: Mapping[str, str] = MappingProxyType({"force": "true"})

    def __init__(self) -> None:
        super().__init__("node_pool", "node_pools", Catalog(DEFAULT.schemas, "create_node_pool"))

    @property
    def own_keys(self) -> frozenset[str]:
        return super().own_keys | {"attach", "scale_in", ROLLING}

    async def live_in(self, api: ApiReader, cluster_id: str, region: str) -> Mapping[str, LiveResource]:
        return read_pools(await api.read(LIST, {"id": cluster_id}, region), self.kind)

    async def look_closer(
        self, api: ApiReader, home: tuple[str, str], live: Mapping[str, LiveResource], sides: InsideSides
    ) -> Mapping[str, LiveResource]:
        whole = await with_unlisted(api, home, live, sides, self.kind)
        return await with_nodes(api, home, whole, sides)

    def made_apart(self, live: Mapping[str, LiveResource]) -> tuple[str, ...]:
        return tuple(name for name in sorted(live) if not is_default(live[name]))

    def entry_of(self, live: LiveResource, desired: Wanted | None, above: JsonObject = _NOTHING) -> RecordedCluster:
        entry = super().entry_of(live, desired, above)
        return entry if desired is None else with_nodes_of(entry, live, desired)

    async def send(self, context: StepContext, call: Call, body: JsonObject) -> Accepted:
        ids = {"id": context.parent_id}
        making = isinstance(context.step.work, Create)
        if not making:
            ids[self.kind.place] = context.cluster_id
        said = body if call.body is not None else None
        sent = Sent(ids, said, call.query, _NEW_ID if making else "")
        return await context.ports.api.change(call.operation, call.region, sent, context.write_down)

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> PoolShare:
        return PoolShare(self, sides, options, planned)

    def says(self, change: Change, step: Step) -> bool:
        return pool_honesty.says(change, step)

    def body_faults(self, file: str, body: JsonObject) -> Sequence[str]:
        return spec.body_faults(file, body)

    async def perform(self, context: StepContext) -> None:
        from ackplan.resources.nested.looking import Looking
        from ackplan.resources.node_pool import pool_nodes, pool_upgrade

        looking = Looking(self, context)
        match context.step.work:
            case Attach() as work:
                await pool_nodes.attach(looking, work)
            case ScaleOut() as work:
                await pool_nodes.scale_out(looking, work)
            case Detach() as work:
                await pool_nodes.detach(looking, work)
            case ScaleIn() as work:
                await pool_nodes.scale_in(looking, work)
            case Upgrade() as work:
                await pool_upgrade.follow(looking, work)
            case _:
                await super().perform(context)
