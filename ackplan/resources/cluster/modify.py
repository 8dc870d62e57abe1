"""Changes settings of a cluster in place, and sees by what it shows that they are so."""

from __future__ import annotations

from ackplan.core.answers import Cluster
from ackplan.core.call import Call
from ackplan.core.work import Modify
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError, Sent
from ackplan.execute.step_run import StepContext
from ackplan.resources.target_values import TargetValues, target_of


async def modify(context: StepContext, work: Modify) -> None:
    """Changed by one call, unless the cluster shows to be so already."""
    aimed = target_of(context.step.after, work.call.operation)
    cluster = await context.ready()
    if aimed is None or not aimed.shown_whole(cluster.attributes):
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
        return await context.after_fault(fault, lambda: _is_seen(context, aimed))
    return await context.answered(answer)


async def is_so(context: StepContext, aimed: TargetValues | None) -> bool:
    """Whether the cluster shows none of them with another value."""
    cluster = await _there(context)
    return aimed is None or not aimed.contradicted(cluster.attributes)


async def _is_seen(context: StepContext, aimed: TargetValues | None) -> bool:
    """After a lost answer: what no answer shows is not known to be so."""
    return aimed is not None and aimed.shown_at_all((await _there(context)).attributes)


async def _there(context: StepContext) -> Cluster:
    cluster = await context.look()
    if cluster is None:
        raise StepFailed(failures.gone(context.step))
    return cluster
