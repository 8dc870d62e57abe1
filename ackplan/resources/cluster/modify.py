"""Changes settings of a cluster in place, and sees by what it shows that they are so.

A setting that no answer shows can't be seen: the call is sent again rather than never, for it sets what it names.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ackplan.core.answers import Cluster
from ackplan.core.call import Call
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import JsonObject
from ackplan.core.work import Modify
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError, Sent
from ackplan.execute.step_run import StepContext
from ackplan.plan.in_place import operation_of
from ackplan.record import RecordedCluster

_IN_PLACE = frozenset({Effect.MODIFY, Effect.UPGRADE})


@dataclass(frozen=True, slots=True)
class TargetValues:
    """Parameters of a cluster that are to have these values."""

    kind: Kind
    values: JsonObject

    def contradicted(self, cluster: Cluster) -> bool:
        """Whether the cluster shows one of them with another value."""
        return any(shown not in (None, self._canonical(name)) for name, shown in self._shown(cluster).items())

    def shown_whole(self, cluster: Cluster) -> bool:
        """Whether the cluster shows every one of them, as it is to be."""
        shown = self._shown(cluster)
        return bool(shown) and all(shown[name] == self._canonical(name) for name in self.values)

    def shown_at_all(self, cluster: Cluster) -> bool:
        """Whether it shows any of them as it is to be, and none otherwise."""
        return not self.contradicted(cluster) and any(value is not None for value in self._shown(cluster).values())

    def _canonical(self, name: str) -> object:
        return self.kind.parameters[name].canonical(self.values[name])

    def _shown(self, cluster: Cluster) -> dict[str, object]:
        """What the cluster shows of each; None for what it does not."""
        sights = self.kind.sights
        return {
            name: sights[name].value(cluster.attributes, self.kind.parameters[name].canonical(value))
            if name in sights
            else None
            for name, value in self.values.items()
        }


def target_of(entry: RecordedCluster | None, operations: Collection[str]) -> TargetValues | None:
    """What these operations set of a cluster that is to be recorded so; None where that is not told."""
    if entry is None:
        return None
    parameters = entry.kind.parameters
    names = (name for name in entry.parameters if name in parameters and parameters[name].effect in _IN_PLACE)
    mine = {name: entry.parameters[name] for name in names if operation_of(entry.kind, parameters[name]) in operations}
    return TargetValues(entry.kind, mine)


async def modify(context: StepContext, work: Modify) -> None:
    """Changed by one call, unless the cluster shows to be so already."""
    aimed = target_of(context.step.after, {work.call.operation})
    cluster = await context.ready()
    if aimed is None or not aimed.shown_whole(cluster):
        task_id = await send(context, work.call, aimed)
        if not await context.effective(task_id, lambda: is_so(context, aimed)):
            raise StepFailed(failures.not_changed(context.step))
    await context.settled(context.step.after)


async def send(context: StepContext, call: Call, aimed: TargetValues | None) -> str | None:
    """Sends a call that changes the cluster in place; the task to follow, where there is one."""
    body = context.type.catalog.payload(call.operation, await context.intent(call))
    context.called = True
    sent = Sent({"id": context.cluster_id}, body)
    try:
        answer = await context.ports.api.change(call.operation, call.region, sent, context.write_down)
    except ApiError as fault:
        await context.after_fault(fault, lambda: _is_seen(context, aimed))
        return None
    return await context.answered(answer)


async def is_so(context: StepContext, aimed: TargetValues | None) -> bool:
    """Whether the cluster shows none of them with another value."""
    cluster = await _there(context)
    return aimed is None or not aimed.contradicted(cluster)


async def _is_seen(context: StepContext, aimed: TargetValues | None) -> bool:
    """After a lost answer: what no answer shows is not known to be so."""
    return aimed is not None and aimed.shown_at_all(await _there(context))


async def _there(context: StepContext) -> Cluster:
    cluster = await context.look()
    if cluster is None:
        raise StepFailed(failures.gone(context.step))
    return cluster
