"""A type of resources inside of clusters. A new one says how its live ones are read, and how a call is sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ackplan.core.address import CLUSTER, Address
from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.catalog import DEFAULT, Catalog, Kind
from ackplan.core.json_types import JsonObject
from ackplan.core.work import AwaitGone, AwaitReady, Create, Delete, Forget, GoAlong, Modify, WriteRecord
from ackplan.execute.ports import ApiReader
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change, Step
from ackplan.plan.offered import Offered
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.nested import honesty
from ackplan.resources.nested.inside import InsideSides
from ackplan.resources.nested.share import NestedShare
from ackplan.spec.desired import Wanted

if TYPE_CHECKING:
    from ackplan.execute.step_run import StepContext

_NOTHING: Final[JsonObject] = {}


class NestedType(ABC):
    """`name` is the type of its addresses, `section` the key of a cluster in the spec under which its resources stand.

    `api` has its operations; the one kind of its resources is the body of the operation that creates them.
    `family` is the key of a cluster without which the section is none; empty where it is one of every cluster.
    `listed`: the section is a list, whose items have their names in them. `takes_over`: one that is there already is
    taken over unasked, for it may have come with its cluster.
    """

    family = ""
    listed = False
    takes_over = False
    deletion: Mapping[str, str] = MappingProxyType({})
    """The query of the call that deletes one."""

    def __init__(self, name: str, section: str, api: Catalog) -> None:
        self.name = name
        self.section = section
        self.catalog = api
        (self.kind,) = api.kinds

    @property
    def own_keys(self) -> frozenset[str]:
        """Those of ackplan's own keys that one may have in a spec."""
        return frozenset({"depends_on", "lifecycle", "timeouts"})

    @property
    def generation(self) -> str:
        """The key of a cluster by which it is one that has this type; empty where every cluster may."""
        return self.section if DEFAULT.has_family(self.section) else self.family

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return {self.kind.name: self.kind}

    def address(self, cluster: str, name: str) -> Address:
        """The address of the one of this name in a cluster."""
        return Address(self.name, name, Address(CLUSTER, cluster))

    @abstractmethod
    async def live_in(self, api: ApiReader, cluster_id: str, region: str) -> Mapping[str, LiveResource]:
        """What is live in a cluster, by name. Raises ApiError."""

    async def live_one(self, api: ApiReader, home: tuple[str, str], name: str) -> LiveResource | None:
        """The one of this name in a cluster (`home`: its id and region), with all that is compared. Raises ApiError."""
        return (await self.live_in(api, *home)).get(name)

    async def look_closer(
        self, api: ApiReader, home: tuple[str, str], live: Mapping[str, LiveResource], sides: InsideSides
    ) -> Mapping[str, LiveResource]:
        """What is live in a cluster (`home`: its id and region), with what else a plan needs. Raises ApiError."""
        del api, home, sides
        return live

    async def offers(self, api: ApiReader, sides: Sides, options: Options) -> Mapping[str, Offered]:
        """What the API offers of those of which the plan has to know that, by their short names. Raises ApiError."""
        del api, sides, options
        return {}

    def made_apart(self, live: Mapping[str, LiveResource]) -> tuple[str, ...]:
        """The names of those of these live ones that somebody made; none of a type whose live ones come by themselves.

        Who writes their cluster without them is to be told.
        """
        del live
        return ()

    def entry_of(self, live: LiveResource, desired: Wanted | None, above: JsonObject = _NOTHING) -> RecordedCluster:
        """What is recorded of one that is taken over: as the spec has it, as far as it shows nothing else.

        Of one that the spec does not have, all that it shows. `above` are the parameters that its cluster has now: one
        that follows them is taken to have done so.
        """
        followed = {name: above[name] for name in self.kind.inherited if name in above}
        if desired is None:
            return RecordedCluster(live.id, self.kind, {**live.values, **followed})
        shown = {**live.values, **followed}
        values = {name: shown.get(name, value) for name, value in desired.parameters.items()}
        return RecordedCluster(live.id, self.kind, values, desired.own)

    @abstractmethod
    async def send(self, context: StepContext, call: Call, body: JsonObject) -> Accepted:
        """Sends the call of a step; `context.parent_id` and `context.cluster_id` say what it is about.

        The answer to a creation has the new id. Raises ApiError.
        """

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> NestedShare:
        return NestedShare(self, sides, options, planned)

    async def perform(self, context: StepContext) -> None:
        from ackplan.execute.failures import StepFailed, not_performed
        from ackplan.resources.nested import perform

        match context.step.work:
            case Create() as work:
                await perform.create(self, context, work.call)
            case Modify() as work:
                await perform.modify(self, context, work.call)
            case Delete() as work:
                await perform.delete(self, context, work.call)
            case AwaitReady():
                await perform.await_ready(self, context)
            case AwaitGone():
                await perform.await_gone(self, context)
            case WriteRecord():
                await context.settled(context.step.after)
            case GoAlong():
                await context.settled()
            case Forget():
                await perform.forget(self, context)
            case _:
                raise StepFailed(not_performed(context.step))

    def says(self, change: Change, step: Step) -> bool:
        """Whether a step with a work that only this type has sends what the change shows."""
        del change, step
        return False

    def body_faults(self, file: str, body: JsonObject) -> Sequence[str]:
        """The parameters of a request body that its schema does not allow."""
        del file, body
        return ()

    def contradictions(self, change: Change, recorded: RecordedCluster | None) -> Iterator[str]:
        """Where the steps of a change do another thing than it shows: of a plan file nobody vouches for."""
        yield from honesty.contradictions(self, change, recorded)
