"""Does the work of a step on a cluster."""

from __future__ import annotations

from ackplan.core.work import (
    Attach,
    AwaitGone,
    AwaitReady,
    Calling,
    Create,
    Delete,
    Detach,
    Forget,
    Modify,
    ScaleIn,
    ScaleOut,
    Upgrade,
    WriteRecord,
)
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.step_run import StepContext
from ackplan.resources.cluster.create import create
from ackplan.resources.cluster.delete import await_gone, delete
from ackplan.resources.cluster.modify import modify
from ackplan.resources.cluster.nodes import attach, detach
from ackplan.resources.cluster.scale import scale_in, scale_out
from ackplan.resources.cluster.upgrade import upgrade


async def perform(context: StepContext) -> None:
    """Each kind of work has its own way."""
    work = context.step.work
    if isinstance(work, Calling):
        await _call(context, work)
    elif isinstance(work, AwaitReady):
        await _await_ready(context)
    elif isinstance(work, AwaitGone):
        await await_gone(context)
    elif isinstance(work, WriteRecord):
        await context.settled(context.step.after)
    elif isinstance(work, Forget):
        await _forget(context)
    else:
        raise StepFailed(failures.not_performed(context.step))


async def _call(context: StepContext, work: Calling) -> None:
    match work:
        case Create():
            await create(context, work.call)
        case Attach():
            await attach(context, work)
        case ScaleOut():
            await scale_out(context, work)
        case Detach():
            await detach(context, work)
        case ScaleIn():
            await scale_in(context, work)
        case Modify():
            await modify(context, work)
        case Upgrade():
            await upgrade(context, work)
        case Delete():
            await delete(context, work.call)
        case _:
            raise StepFailed(failures.not_performed(context.step))


async def _await_ready(context: StepContext) -> None:
    await context.running()
    await context.settled(context.step.after)


async def _forget(context: StepContext) -> None:
    """Only what is gone by its id is forgotten."""
    if context.cluster_id and await context.look() is not None:
        raise StepFailed(failures.not_gone(context.step))
    await context.settled(removed=True)
