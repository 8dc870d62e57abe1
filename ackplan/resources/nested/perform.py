"""Does the work of a step inside of a cluster. A call whose answer was lost is looked for by its effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ackplan.core.call import Call
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import StepContext
from ackplan.plan.live_sides import LiveResource
from ackplan.plan.model import Step
from ackplan.resources.nested.recovery import shows

if TYPE_CHECKING:
    from ackplan.resources.nested.nested_type import NestedType


async def create(of: NestedType, context: StepContext, call: Call) -> None:
    """Created unless an earlier call did: its name is unique in the cluster."""
    if not context.cluster_id:
        there = await _look(of, context)
        if there is not None and context.late is None:
            raise StepFailed(_exists(context.step, there))
        context.cluster_id = there.id if there is not None else await _created(of, context, call)
    context.ids[context.step.name] = context.cluster_id
    await context.settled(context.step.after)


async def _created(of: NestedType, context: StepContext, call: Call) -> str:
    """The id of the new one, by the answer or, where that was lost, by its name."""
    body = await context.intent(call)
    context.called = True
    try:
        answer = await of.send(context, call, body)
    except ApiError as fault:
        await context.after_fault(fault, lambda: _shown(of, context))
        there = await _look(of, context)
        return there.id if there is not None else ""
    after = context.step.after
    context.cluster_id = answer.cluster_id or ""
    await context.answered(answer, replace(after, cluster_id=context.cluster_id) if after else None)
    return context.cluster_id


async def modify(of: NestedType, context: StepContext, call: Call) -> None:
    """Changed in place, unless it is as it is to be already."""
    there, after = await _look(of, context), context.step.after
    if there is None or there.id != context.cluster_id:
        raise StepFailed(failures.gone(context.step))
    if after is not None and not shows(there, after.parameters):
        await _sent(of, context, call)
    await context.settled(after)


async def _sent(of: NestedType, context: StepContext, call: Call) -> None:
    body = await context.intent(call)
    context.called = True
    try:
        await context.answered(await of.send(context, call, body))
    except ApiError as fault:
        await context.after_fault(fault, lambda: _is_so(of, context))


async def delete(of: NestedType, context: StepContext, call: Call) -> None:
    """Deleted, unless it is gone already."""
    if await _is_there(of, context):
        body = await context.intent(call)
        context.called = True
        try:
            await context.answered(await of.send(context, call, body))
        except ApiError as fault:
            await context.after_fault(fault, lambda: _is_gone(of, context))
    context.ids.pop(context.step.name, None)
    await context.settled(removed=True)


async def forget(of: NestedType, context: StepContext) -> None:
    """Only what is gone leaves the record."""
    if await _is_there(of, context):
        raise StepFailed(failures.not_gone(context.step))
    await context.settled(removed=True)


async def _look(of: NestedType, context: StepContext) -> LiveResource | None:
    """What is live under this name now; nothing is, where its cluster is gone."""
    try:
        live = await of.live_in(context.ports.api, context.parent_id, context.step.region)
    except ApiError as fault:
        if not fault.missing:
            raise
        return None
    return live.get(context.step.address.name)


async def _shown(of: NestedType, context: StepContext) -> bool:
    return await _look(of, context) is not None


async def _is_there(of: NestedType, context: StepContext) -> bool:
    there = await _look(of, context)
    return there is not None and there.id == context.cluster_id


async def _is_gone(of: NestedType, context: StepContext) -> bool:
    return not await _is_there(of, context)


async def _is_so(of: NestedType, context: StepContext) -> bool:
    there, after = await _look(of, context), context.step.after
    return there is not None and after is not None and shows(there, after.parameters)


def _exists(step: Step, there: LiveResource) -> Diagnostic:
    return error("ACK5017", id=there.id, cluster=step.name)
