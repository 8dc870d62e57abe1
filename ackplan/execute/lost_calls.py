"""Looks for a call whose answer was lost among the tasks of its cluster.

A task that runs, of the type that such a call begins, about the same thing, and begun when the call was sent or later
tells that the call arrived. A list of tasks may lag, and an endpoint may have none: what is not in it proves nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ackplan.execute.ports import ApiError, ApiReader

if TYPE_CHECKING:
    from ackplan.core.answers import Task
    from ackplan.execute.step_run import StepContext

# By so many seconds the clocks of this machine and of the API may differ.
_SLACK: Final = 30.0
# A cluster has few tasks at once; of more than these nothing is concluded.
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Trace:
    """What a call leaves among the tasks of the cluster `home`: of one of `types`, not before `since` (seconds since
    1970), and about one of `about`, which are ids and names; of a call that is about the cluster there are none."""

    home: str
    region: str
    types: frozenset[str]
    about: frozenset[str]
    since: float

    def fits(self, task: Task) -> bool:
        """Whether a listed task runs that can be of this call; what it is about no list tells."""
        return task.running and task.task_type in self.types and _at(task.created) >= self.since - _SLACK


NOTHING: Final = Trace("", "", frozenset(), frozenset(), 0.0)


def trace_of(context: StepContext) -> Trace:
    """What the call of a step leaves."""
    call, inside = context.step.call, bool(context.parent_id)
    types = context.type.catalog.operation(call.operation).task_types if call else frozenset[str]()
    about = {context.cluster_id, context.step.address.name} - {""} if inside else set[str]()
    home = context.parent_id or context.cluster_id
    return Trace(home, context.step.region, types, frozenset(about), context.written_at)


async def running_task(api: ApiReader, trace: Trace) -> Task | None:
    """The one task that runs and fits; None where none does, several do, or the API does not tell."""
    if not trace.types or not trace.home:
        return None
    try:
        listed = await api.list_tasks(trace.home, trace.region)
        begun = [task for task in listed if trace.fits(task)][: _MOST + 1]
        whole = [await api.get_task(task.task_id, trace.region) for task in begun]
    except ApiError:
        return None
    fitting = [task for task in whole if task.running and _is_about(task, trace.about)]
    return fitting[0] if len(fitting) == 1 and len(begun) <= _MOST else None


@dataclass(slots=True)
class Arrival:
    """Whether the call of a step, whose answer was lost, arrived: its effect is `seen`, or its task runs.

    `task_id` is the task by which it was seen.
    """

    context: StepContext
    seen: Callable[[], Awaitable[bool]]
    task_id: str | None = None

    async def shows(self) -> bool:
        """Looks once."""
        if await self.seen():
            return True
        task = await running_task(self.context.ports.api, trace_of(self.context))
        self.task_id = task.task_id if task is not None else None
        return task is not None


def _is_about(task: Task, about: frozenset[str]) -> bool:
    return not about or not about.isdisjoint({task.target, *task.subjects})


def _at(moment: str) -> float:
    """An instant in seconds since 1970; long ago where it is none."""
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")
