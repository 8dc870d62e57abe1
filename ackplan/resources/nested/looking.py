"""Looks at one resource inside of a cluster while a step is at work on it, and waits until it is at rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ackplan.core.answers import Task, with_percent
from ackplan.core.states import End
from ackplan.execute import failures
from ackplan.execute.failures import StepFailed
from ackplan.execute.outcomes import Event, Moment
from ackplan.execute.ports import ApiError
from ackplan.execute.step_run import GRACE, StepContext
from ackplan.execute.waiter import TookTooLong
from ackplan.plan.live_sides import LiveResource

if TYPE_CHECKING:
    from ackplan.resources.nested.nested_type import NestedType

_PROGRESS_EVERY: Final = 10.0
_SHARE: Final = 0.04
_LONGEST_PAUSE: Final = 15.0
_CLIENT_FAULT, _TOO_MANY, _SERVER_FAULT = 400, 429, 500


@dataclass(slots=True)
class Looking:
    """What is live of a step's resource. `of` is its type."""

    of: NestedType
    context: StepContext

    async def named(self) -> LiveResource | None:
        """What is live under its name now; nothing is, where its cluster is gone."""
        context = self.context
        try:
            home = context.parent_id, context.step.region
            return await self.of.live_one(context.ports.api, home, context.step.address.name)
        except ApiError as fault:
            if not fault.missing:
                raise
            return None

    async def itself(self) -> LiveResource | None:
        """The same, where it is the one that the step is about."""
        there = await self.named()
        return there if there is not None and there.id == self.context.cluster_id else None

    async def shown(self) -> bool:
        return await self.named() is not None

    async def gone(self) -> bool:
        return await self.itself() is None

    async def rest(self, task_id: str | None = None) -> LiveResource | None:
        """The resource, once it is at rest and the task ended; None where it is gone. A failed task fails the step."""
        context, begun = self.context, self.context.ports.clock.now()
        spoken = begun
        while True:
            task = await self._task(task_id)
            there = await self.itself()
            if (there is None or not there.condition.busy) and (task is None or not task.running):
                return there
            now = context.ports.clock.now()
            state = with_percent(there.state if there is not None else "not there", task)
            if now >= context.deadline:
                raise TookTooLong(f"its state is {state}")
            if now - spoken >= _PROGRESS_EVERY:
                spoken = now
                context.ports.tell(Event(Moment.PROGRESS, context.step, now - begun, state))
            await self._pause(begun)

    async def _pause(self, since: float) -> None:
        """Waits before the next look, longer the longer it has gone on; others work meanwhile."""
        context = self.context
        context.watch.check()
        age = context.ports.clock.now() - since
        pause = min(max(context.ports.patience.poll, age * _SHARE), _LONGEST_PAUSE)
        await context.place.aside(context.ports.clock.sleep(pause))

    async def _task(self, task_id: str | None) -> Task | None:
        """The task as it is now; None where there is none, or the API can't tell. Raises StepFailed where it failed."""
        if not task_id:
            return None
        step = self.context.step
        try:
            task = await self.context.ports.api.get_task(task_id, step.region)
        except ApiError as fault:
            if _CLIENT_FAULT <= fault.http_status < _SERVER_FAULT and fault.http_status not in {404, _TOO_MANY}:
                raise
            return None
        if task.end is End.PAUSED:
            raise StepFailed(failures.paused(step, task), open=True)
        if task.failed:
            raise StepFailed(failures.task_failed(step, task.task_id, task.error_code, task.error_message))
        return task

    async def ready(self) -> LiveResource:
        """The resource, once it and its cluster take changing calls."""
        await self.home_ready()
        there = await self.rest()
        if there is None:
            raise StepFailed(failures.gone(self.context.step))
        if not there.condition.works:
            raise StepFailed(failures.not_ready(self.context.step, there.state))
        return there

    async def home_ready(self) -> None:
        """Waits while its cluster is busy: it takes no calls then."""
        context = self.context
        begun = context.ports.clock.now()
        while True:
            cluster = await context.ports.api.get_cluster(context.parent_id, context.step.region)
            if not cluster.busy or cluster.leaving:
                return
            if context.ports.clock.now() >= context.deadline:
                raise TookTooLong(f"the state of its cluster is {cluster.state}")
            await self._pause(begun)

    async def effective(self, task_id: str | None, shows: Callable[[], Awaitable[bool]]) -> bool:
        """Whether the effect of an accepted call shows, once its task ended and it is at rest; reads may lag behind."""
        await self.rest(task_id)
        return await self.context.until(shows, max(GRACE, self.context.ports.patience.grace))

    async def late(self, moved: Callable[[], Awaitable[bool]]) -> bool:
        """Waits for what a call of an earlier run may bring about yet; whether there was anything to wait for."""
        seconds = self.context.awaited * self.context.ports.patience.factor
        if not seconds:
            return False
        await self.context.until(moved, seconds)
        self.context.late = None
        return True
