"""The ports of a worker: what an engine's worker needs of the machine that it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ackplan.workspaces.child_end import ChildEnd
from ackplan.workspaces.engine_run import EngineRun, EngineTask, EngineTerms
from ackplan.workspaces.runner import Progress


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """One workspace of a run, for one worker. `run` is the id of the run; `again`: an earlier attempt had begun."""

    task: EngineTask
    terms: EngineTerms
    run: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How the process of a workspace ended. `again`: for a reason that passes, so that it is to be tried again."""

    end: ChildEnd
    failed: bool
    again: str = ""


class TaskProcess(Protocol):
    """The process of one workspace."""

    async def run(self, progress: Progress) -> TaskEnd:
        """How it ended. Raises Failure where it was not begun. Cancelled, the process is killed."""
        ...

    def interrupt(self) -> None:
        """Lets it end in order."""
        ...


class TaskHost(Protocol):
    """A machine that runs workspaces."""

    def process(self, order: TaskOrder) -> TaskProcess:
        """Raises Failure for an order that this machine does not take."""
        ...

    def listed(self, run: EngineRun) -> EngineRun:
        """The run with the workspaces that the checkout of this machine has now. Raises Failure."""
        ...
