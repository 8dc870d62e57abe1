"""Deleting a cluster, and waiting until one is gone."""

from __future__ import annotations

from ackplan.execute import faults
from ackplan.execute.context import GRACE, StepContext
from ackplan.execute.faults import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.watch import TookTooLong


async def delete(context: StepContext) -> None:
    """Deletes the cluster, unless it is gone or going already, and waits until it is gone."""
    cluster = await context.look()
    if cluster is not None and cluster.busy and cluster.state != "deleting":
        cluster = await context.rest()
    if cluster is not None and cluster.state != "deleting":
        await _send(context)
    await gone(context)
    context.ids.pop(context.step.cluster, None)
    await context.settled(removed=True)


async def _send(context: StepContext) -> None:
    await context.intent()
    context.called = True
    try:
        await context.answered(await context.ports.api.delete_cluster(context.call.region, context.cluster_id))
    except ApiError as fault:
        if fault.http_status != 404:
            await context.after_fault(fault, lambda: _leaving(context))
        else:
            context.heard(fault)


async def _leaving(context: StepContext) -> bool:
    cluster = await context.look()
    return cluster is None or cluster.state == "deleting"


async def await_gone(context: StepContext) -> None:
    """Waits for a deletion that is under way."""
    await gone(context)
    await context.settled(removed=context.step.entry is None)


async def gone(context: StepContext) -> None:
    """Returns when the cluster is gone: 404, or off the list."""
    deadline = context.deadline
    at_rest: float | None = None
    while context.ports.clock.now() < deadline:
        cluster = await context.rest()
        if cluster is None:
            return
        # The state may lag behind the call for a moment; a cluster that stays at rest is not going.
        at_rest = context.ports.clock.now() if at_rest is None else at_rest
        if cluster.state == "delete_failed" or context.ports.clock.now() - at_rest > GRACE:
            raise StepFailed(faults.not_deleted(context.step, cluster.state))
    raise TookTooLong
