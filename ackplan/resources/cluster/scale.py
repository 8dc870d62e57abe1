"""Scaling runs only on exactly the size that was planned; on the size aimed at it is done without a call.

So a scale-out can't be done twice: not by a lost answer, not by a second run, not beside a hand in the console.
"""

from __future__ import annotations

from ackplan.core.answers import Cluster
from ackplan.core.call import Pinned
from ackplan.core.size import Size
from ackplan.core.work import ScaleIn, ScaleOut
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import StepContext
from ackplan.resources.cluster.nodes import remove


async def scale_out(context: StepContext, work: ScaleOut) -> None:
    """Adds workers, and sees them arrive."""
    size = work.size
    if await _to_do(context, size):
        body = await context.intent(work.call)
        context.called = True
        try:
            answer = await context.ports.api.scale_out(work.call.region, context.cluster_id, body, context.write_down)
            task_id = await context.answered(answer)
        except ApiError as fault:
            await context.after_fault(fault, lambda: _begun(context, size))
            task_id = None
        if not await context.effective(task_id, lambda: _arrived(context, size)):
            raise StepFailed(failures.wrong_size(context.step, size, _workers(await context.look(), size)))
    await context.settled(context.step.after)


async def scale_in(context: StepContext, work: ScaleIn) -> None:
    """Gives workers up by name."""
    if await _to_do(context, work.size):
        await remove(context, work)
    await context.settled(context.step.after)


async def _to_do(context: StepContext, size: Pinned) -> bool:
    workers = _workers(await context.ready(), size)
    if workers == size.before and await context.late_call():
        workers = _workers(await context.ready(), size)
    if workers is not None and workers == size.after:
        return False
    if workers is None or workers != size.before:
        raise StepFailed(failures.moved(context.step, size, workers))
    return True


async def _begun(context: StepContext, size: Pinned) -> bool:
    cluster = await context.look()
    return cluster is not None and (cluster.busy or _workers(cluster, size) != size.before)


async def _arrived(context: StepContext, size: Pinned) -> bool:
    cluster = await context.look()
    if cluster is None:
        raise StepFailed(failures.gone(context.step))
    return _workers(cluster, size) == size.after


def _workers(cluster: Cluster | None, size: Pinned) -> int | None:
    """How many workers the cluster has; None where it does not tell."""
    return Size(cluster.size, size.masters).workers if cluster is not None and cluster.size is not None else None
