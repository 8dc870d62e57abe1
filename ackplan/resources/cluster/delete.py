"""Deleting a cluster, and waiting until one is gone."""

from __future__ import annotations

from ackplan.core.call import Call
from ackplan.core.states import spelled
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import GRACE, StepContext


async def delete(context: StepContext, call: Call) -> None:
    """Deletes the cluster, unless it is gone or going already, and waits until it is gone.

    One that is busy is waited for; whether one in an unknown state takes the call the API knows.
    """
    cluster = await context.look()
    if cluster is not None and cluster.busy and not cluster.leaving and cluster.condition.known:
        cluster = await context.rest()
    before = cluster.state if cluster is not None else ""
    if cluster is not None and not cluster.leaving:
        await _send(context, call)
    await _gone(context, before)
    context.ids.pop(context.step.name, None)
    await context.settled(removed=True)


async def _send(context: StepContext, call: Call) -> None:
    await context.intent(call)
    context.called = True
    try:
        api, where = context.ports.api, (call.region, context.cluster_id)
        await context.answered(await api.delete_cluster(*where, context.write_down, call.query))
    except ApiError as fault:
        if not fault.missing:
            await context.after_fault(fault, lambda: _leaving(context))
        else:
            context.heard(fault)
    # From here on the deletion explains that it is not there.
    context.accepted_at = ""


async def _leaving(context: StepContext) -> bool:
    cluster = await context.look()
    return cluster is None or cluster.leaving


async def await_gone(context: StepContext) -> None:
    """Waits for a deletion that is under way."""
    await _gone(context, "deleting")
    await context.settled(removed=context.step.after is None)


async def _gone(context: StepContext, before: str) -> None:
    """Returns when the cluster is gone. `before` is its state before the deletion was asked for.

    An accepted deletion has as long as the step may take; the state may lag behind it.
    """
    begun = context.ports.clock.now()
    while await context.rest() is not None:
        # A list told that it is at rest: by its id it may be going, or gone.
        cluster = await context.look()
        if cluster is None:
            return
        waited = context.ports.clock.now() - begun
        failed = spelled(cluster.state) == "delete_failed" and (cluster.state != before or waited > GRACE)
        idle = not cluster.busy and not context.called and waited > GRACE
        if failed or idle or context.ports.clock.now() >= context.deadline:
            raise StepFailed(failures.not_deleted(context.step, cluster.state))
        await context.pause(begun)
