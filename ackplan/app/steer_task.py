"""Stops, holds or resumes a task of the API at somebody's word."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Failure, error
from ackplan.core.states import End
from ackplan.execute.ports import Api, ApiError, Sent

if TYPE_CHECKING:
    from ackplan.core.answers import Task


class Steering(enum.Enum):
    """What can be done to a task, by the operation that does it."""

    CANCEL = "cancel_task"
    PAUSE = "pause_task"
    RESUME = "resume_task"

    @property
    def verb(self) -> str:
        return self.value.partition("_")[0]

    def fits(self, task: Task) -> bool:
        """Whether it can be done to a task as it is now. What else stands in the way the API knows."""
        if self is Steering.RESUME:
            return task.end is End.PAUSED
        return task.running or (self is Steering.CANCEL and task.end is End.PAUSED)

    def shows(self, task: Task) -> bool:
        """Whether a task is as this would have left it."""
        left = {Steering.CANCEL: End.CANCELED, Steering.PAUSE: End.PAUSED, Steering.RESUME: None}
        return task.end is left[self]


async def steerable(api: Api, task_id: str, steering: Steering) -> Task:
    """The task, where this can be done to it. Raises Failure where it can't, and ApiError."""
    task = await api.get_task(task_id)
    if not steering.fits(task):
        raise Failure(error("ACK4005", task=task_id, state=task.state, verb=steering.verb))
    return task


async def steer(api: Api, task: Task, steering: Steering) -> Task:
    """Does it; the task as it is afterwards, which may lag behind. Raises ApiError.

    A call whose answer was lost counts where the task shows it.
    """
    try:
        await api.change(steering.value, "", Sent({"task_id": task.task_id}), _unwritten)
    except ApiError as fault:
        after = await api.get_task(task.task_id) if fault.uncertain else task
        if after is task or not steering.shows(after):
            raise
        return after
    return await api.get_task(task.task_id)


async def _unwritten() -> None:
    """Such a call belongs to no run: whoever sends it looks at the task."""
