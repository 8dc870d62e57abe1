"""A type of resources inside of clusters. A new one says how its live ones are read, and how a call is sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from ackplan.core.address import CLUSTER, Address
from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.catalog import Catalog, Kind
from ackplan.core.values import alike
from ackplan.core.work import (
    Create,
    Delete,
    Forget,
    Modify,
    WriteRecord,
)
from ackplan.execute.failures import StepFailed, not_performed
from ackplan.execute.ports import ApiReader
from ackplan.execute.step_run import StepContext
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Change
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.nested import perform
from ackplan.resources.nested.share import NestedShare


class NestedType(ABC):
    """`name` is the type of its addresses, `section` the key of a cluster in the spec under which its resources stand.

    `api` has its operations; the one kind of its resources is the body of the operation that creates them.
    """

    def __init__(self, name: str, section: str, api: Catalog) -> None:
        self.name = name
        self.section = section
        self.catalog = api
        (self.kind,) = api.kinds

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return {self.kind.name: self.kind}

    def address(self, cluster: str, name: str) -> Address:
        """The address of the one of this name in a cluster."""
        return Address(self.name, name, Address(CLUSTER, cluster))

    @abstractmethod
    async def live_in(self, api: ApiReader, cluster_id: str, region: str) -> Mapping[str, LiveResource]:
        """What is live in a cluster, by name. Raises ApiError."""

    @abstractmethod
    async def send(self, context: StepContext, call: Call, body: Mapping[str, object]) -> Accepted:
        """Sends the call of a step; `context.parent_id` and `context.cluster_id` say what it is about.

        The answer to a creation has the new id. Raises ApiError.
        """

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> NestedShare:
        return NestedShare(self.name, sides, options, planned)

    async def perform(self, context: StepContext) -> None:
        match context.step.work:
            case Create() as work:
                await perform.create(self, context, work.call)
            case Modify() as work:
                await perform.modify(self, context, work.call)
            case Delete() as work:
                await perform.delete(self, context, work.call)
            case WriteRecord():
                await context.settled(context.step.after)
            case Forget():
                await perform.forget(self, context)
            case _:
                raise StepFailed(not_performed(context.step))

    def contradictions(self, change: Change, recorded: RecordedCluster | None) -> Iterator[str]:
        """Where the steps of a change do another thing than it shows: of a plan file nobody vouches for."""
        works = (Create, Modify, Delete, WriteRecord, Forget)
        for step in change.steps:
            if not isinstance(step.work, works):
                yield f"{step.id}: no step of this type does so"
            shown = step.call is None or step.call.body is None or alike(step.call.body, change.after or {})
            if not shown or (step.after is not None and not alike(step.after.parameters, change.after or {})):
                yield f"{step.id}: what it sends or records is not what is shown"
            if step.cluster_id and recorded is not None and step.cluster_id != recorded.cluster_id:
                yield f"{step.id}: it is about another one than is recorded"
