"""Does the work of a step on a cluster."""

from __future__ import annotations

from ackplan.core.work import (
    Attach,
    AwaitGone,
    AwaitReady,
    Create,
    Delete,
    Detach,
    Forget,
    Modify,
    ScaleIn,
    ScaleOut,
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


async def perform(context: StepContext) -> None:
    """Each kind of work has its own way."""
    match context.step.work:
        case Create() as work:
            await create(context, work.call)
        case Attach() as work:
            await attach(context, work)
        case ScaleOut() as work:
            await scale_out(context, work)
        case Detach() as work:
            await detach(context, work)
        case ScaleIn() as work:
            await scale_in(context, work)
        case Modify() as work:
            await modify(context, work)
        case Delete() as work:
            await delete(context, work.call)
        case AwaitReady():
            await _await_ready(context)
        case AwaitGone():
            await await_gone(context)
        case WriteRecord():
            await context.settled(context.step.after)
        case Forget():
            await _forget(context)
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
