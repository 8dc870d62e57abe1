"""Does the work of a step inside of a cluster. A call whose answer was lost is looked for by its effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ackplan.core.answers import Accepted
from ackplan.core.call import Call
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import StepContext
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Step
from ackplan.resources.nested.looking import Looking
from ackplan.resources.target_values import TargetValues, target_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ackplan.resources.nested.nested_type import NestedType


async def create(of: NestedType, context: StepContext, call: Call) -> None:
    """Created unless an earlier call did: its name is unique in the cluster. Then it is waited for."""
    looking, task_id = Looking(of, context), None
    if not context.cluster_id:
        await looking.home_ready()
        there, was_late = await looking.named(), context.late is not None
        if there is None and await looking.late(looking.shown):
            there = await looking.named()
        if there is not None and not was_late and not of.takes_over:
            raise StepFailed(_exists(context.step, there))
        if there is not None and was_late:
            await _begun(context, Accepted("", there.id))
        elif there is not None:
            context.cluster_id = there.id
        else:
            task_id = await _created(looking, call)
    context.ids[context.step.name] = context.cluster_id
    await _complete(looking, task_id)
    await context.settled(context.step.after)


async def _created(looking: Looking, call: Call) -> str | None:
    """Sends the call. Its id is known by the answer or, where that was lost, by its name. The task to follow."""
    context = looking.context
    body = await context.intent(call)
    context.called = True
    try:
        answer = await looking.of.send(context, call, body)
    except ApiError as fault:
        if fault.uncertain or not (looking.of.takes_over and await looking.shown()):
            await context.after_fault(fault, looking.shown)
        there = await looking.named()
        answer = Accepted(fault.request_id, there.id if there is not None else "")
    return await _begun(context, answer)


async def _begun(context: StepContext, answer: Accepted) -> str | None:
    """Writes down that it is being made, by an answer or as it was found: it is ours then, also where it fails."""
    after = context.step.after
    context.cluster_id = answer.cluster_id or ""
    begun = replace(after, cluster_id=context.cluster_id, created=False, attached=()) if after else None
    return await context.answered(answer, begun)


async def _complete(looking: Looking, task_id: str | None) -> None:
    """Waits until what is being made is at work."""
    if not await looking.effective(task_id, lambda: _at_work(looking)):
        there = await looking.itself()
        step = looking.context.step
        raise StepFailed(failures.not_ready(step, there.state) if there is not None else failures.gone(step))


async def _at_work(looking: Looking) -> bool:
    there = await looking.itself()
    if there is not None and there.condition.settled and not there.condition.works:
        raise StepFailed(failures.not_ready(looking.context.step, there.state))
    return there is not None and there.condition.works


async def await_ready(of: NestedType, context: StepContext) -> None:
    """Waits until a creation that is under way has come to its end."""
    await _complete(Looking(of, context), None)
    await context.settled(context.step.after)


async def modify(of: NestedType, context: StepContext, call: Call) -> None:
    """Changed in place, unless it is as it is to be already."""
    looking, after = Looking(of, context), context.step.after
    aimed = target_of(after, call.operation, call.said)
    there = await looking.ready()
    if aimed is not None and not aimed.shown_whole(there.shown):
        task_id = await send(looking, call, lambda: _is_seen(looking, aimed))
        if not await looking.effective(task_id, lambda: _is_so(looking, aimed)):
            raise StepFailed(failures.not_changed(context.step))
    await context.settled(after)


async def _is_so(looking: Looking, aimed: TargetValues) -> bool:
    there = await looking.itself()
    return there is not None and not aimed.contradicted(there.shown)


async def _is_seen(looking: Looking, aimed: TargetValues) -> bool:
    there = await looking.itself()
    return there is not None and (aimed.shown_at_all(there.shown) or there.condition.busy)


async def send(looking: Looking, call: Call, seen: Callable[[], Awaitable[bool]]) -> str | None:
    """Sends a call; the task to follow. Where its answer was lost it is gone on as soon as its effect is `seen`."""
    context = looking.context
    body = await context.intent(call)
    context.called = True
    try:
        return await context.answered(await looking.of.send(context, call, body))
    except ApiError as fault:
        return await context.after_fault(fault, seen)


async def delete(of: NestedType, context: StepContext, call: Call) -> None:
    """Deleted, unless it is gone or going already; then it is waited for."""
    looking, task_id = Looking(of, context), None
    there = await looking.itself()
    if there is not None and there.condition.busy and not there.condition.leaving:
        await looking.home_ready()
        there = await looking.rest()
    if there is not None and not there.condition.leaving:
        task_id = await send(looking, call, lambda: _leaving(looking))
    await _gone(looking, task_id)
    context.ids.pop(context.step.name, None)
    await context.settled(removed=True)


async def _leaving(looking: Looking) -> bool:
    there = await looking.itself()
    return there is None or there.condition.leaving


async def _gone(looking: Looking, task_id: str | None) -> None:
    if not await looking.effective(task_id, looking.gone):
        there = await looking.itself()
        raise StepFailed(failures.not_deleted(looking.context.step, there.state if there else "unknown"))


async def await_gone(of: NestedType, context: StepContext) -> None:
    """Waits for a deletion that is under way."""
    await _gone(Looking(of, context), None)
    await context.settled(removed=True)


async def forget(of: NestedType, context: StepContext) -> None:
    """Only what is gone leaves the record."""
    if await Looking(of, context).itself() is not None:
        raise StepFailed(failures.not_gone(context.step))
    await context.settled(removed=True)


def _exists(step: Step, there: LiveResource) -> Diagnostic:
    return error("ACK5017", id=there.id, cluster=step.name)
