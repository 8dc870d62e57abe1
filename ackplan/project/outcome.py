"""What plan and apply give to programs: values, with the forms that the command line gives them too."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ackplan.core.diagnostics import Diagnostic
from ackplan.project.project_settings import ProjectSettings
from ackplan.record import Record

if TYPE_CHECKING:
    from ackplan.app.apply import SavedPlan
    from ackplan.app.run_view import RunEnd
    from ackplan.execute.outcomes import Event, Outcome, Result
    from ackplan.plan.model import Change, Plan


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """What would change. `plan` is all of it, as a value; `record` is the one that it was made on."""

    plan: Plan
    record: Record | None
    settings: ProjectSettings
    name: str = "the plan"

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every cluster that was looked at, with what becomes of it. Of one that is refused, `blocked` says why."""
        return self.plan.changes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors and warnings of the plan, and of the changes that are refused."""
        return (*self.plan.diagnostics, *(d for change in self.plan.blocked for d in change.blocked))

    @property
    def applicable(self) -> bool:
        """Whether it can be carried out: nothing is refused."""
        return self.plan.applicable

    def to_json(self) -> str:
        """What `ackplan plan --format json` prints: the shape of Terraform's `show -json`, on one line."""
        from ackplan.render.terraform import plan

        return plan.dumps(plan.plan_outline(self.plan, self._record, self.settings.limits))

    def save(self, path: str | Path) -> None:
        """Writes the plan file that `ackplan apply` and `Project.load` take. Raises Failure."""
        from ackplan.adapters.local.output_files import Sort
        from ackplan.project.outputs import output
        from ackplan.project.plan_files import plan_file

        file = output(self.settings, str(path), Sort.PLAN)
        file.write(plan_file(self.plan, self._record))

    def saved(self) -> SavedPlan:
        """As an apply takes it."""
        from ackplan.app.apply import SavedPlan

        return SavedPlan(self.plan, self.record, self.name)

    @property
    def _record(self) -> Record:
        return self.record or Record("")


@dataclass(frozen=True, slots=True)
class ProjectRun:
    """How an apply ended. `started` and `ended` are RFC 3339."""

    end: RunEnd
    started: str
    ended: str

    @property
    def complete(self) -> bool:
        """Whether all of it was done."""
        return self.end.result.complete

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """Each step's outcome, by the step's id, in the order in which they ended."""
        return self.end.result.outcomes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What failed, and why."""
        failed = (d for outcome in self.outcomes.values() for d in outcome.diagnostics)
        return (*self.end.result.errors, *failed)

    def report(self) -> str:
        """What was done, by whom and when, each call's request id: the JSON that `--report FILE` writes."""
        from ackplan.project.run_report import facts, report_json

        return report_json(self.end, facts(self.end, self.started, self.ended))


class SilentRun:
    """A view that shows nothing, an approver that takes every plan, a reporter that keeps nothing."""

    def plan(self, plan: Plan) -> None: ...

    def note(self, text: str) -> None: ...

    def event(self, event: Event) -> None: ...

    def result(self, result: Result, plan: Plan) -> None: ...

    def approve(self, plan: Plan) -> None: ...

    def write(self, end: RunEnd) -> None: ...

    @contextlib.contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:  # noqa: ARG002 - nobody stops it but by cancelling
        yield
