"""The ports by which an apply speaks to whoever ordered it: what is told, what is asked, what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ackplan.execute.outcomes import Event, Result
from ackplan.plan.model import Pins, Plan
from ackplan.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

_NO_PLAN = Plan("normal", (), Pins("", 0, ""))


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How an apply ended: its plan, every outcome, and the record after it. `run` is empty where none began."""

    plan: Plan = _NO_PLAN
    result: Result = field(default_factory=Result)
    record: Record = field(default_factory=lambda: Record(""))
    run: str = ""


class RunView(Protocol):
    """What a run tells while it goes on."""

    def plan(self, plan: Plan) -> None:
        """The plan that is about to be approved; a plan that was reviewed before is not told again."""
        ...

    def note(self, text: str) -> None: ...

    def running(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Lasts as long as steps run. `stop` may be called meanwhile: answers in flight are taken in, nothing new
        starts. To end at once, cancel the task."""
        ...

    def event(self, event: Event) -> None: ...

    def result(self, result: Result, plan: Plan) -> None: ...


class Approver(Protocol):
    def approve(self, plan: Plan) -> None:
        """Raises Failure unless the plan may be carried out."""
        ...


class Reporter(Protocol):
    def write(self, end: RunEnd) -> None:
        """Keeps how an apply ended; called once. Raises Failure where that can't be done."""
        ...
