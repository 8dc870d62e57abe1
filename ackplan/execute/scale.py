"""Scaling runs only on exactly the size that was planned; on the size aimed at it is done without a call.

So a scale-out can't be done twice: not by a lost answer, not by a second run, not beside a hand in the console.
"""

from __future__ import annotations

from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.nodes import remove
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import StepContext


async def scale_out(context: StepContext) -> None:
    """Adds workers, and sees them arrive."""
    if await _to_do(context):
        body = await context.intent()
        context.called = True
        try:
            answer = await context.ports.api.scale_out(context.call.region, context.cluster_id, body)
            task_id = await context.answered(answer)
        except ApiError as fault:
            await context.after_fault(fault, lambda: _begun(context))
            task_id = None
        if not await context.effective(task_id, lambda: _arrived(context)):
            raise StepFailed(failures.wrong_size(context.step, context.workers(await context.look())))
    await context.settled(context.step.entry)


async def scale_in(context: StepContext) -> None:
    """Gives workers up by name."""
    if await _to_do(context):
        await remove(context)
    await context.settled(context.step.entry)


async def _to_do(context: StepContext) -> bool:
    workers = context.workers(await context.ready())
    if workers == context.step.workers_before and await context.late_call():
        workers = context.workers(await context.ready())
    if workers is not None and workers == context.step.workers_after:
        return False
    if workers is None or workers != context.step.workers_before:
        raise StepFailed(failures.moved(context.step, workers))
    return True


async def _begun(context: StepContext) -> bool:
    cluster = await context.look()
    return cluster is not None and (cluster.busy or context.workers(cluster) != context.step.workers_before)


async def _arrived(context: StepContext) -> bool:
    cluster = await context.look()
    if cluster is None:
        raise StepFailed(failures.gone(context.step))
    return context.workers(cluster) == context.step.workers_after
