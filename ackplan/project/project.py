"""`ackplan.open`: a project as a value with two verbs, plan and apply, for programs and for the command line.

What fails is raised as a Failure with its diagnostics. Nothing is printed, nobody is asked, and no process is ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ackplan.app.apply import Application, ApplyOrder, SavedPlan
from ackplan.app.plan import PlanOptions, Proposal, Purpose, propose
from ackplan.project import wiring
from ackplan.project.project_settings import ProjectSettings

if TYPE_CHECKING:
    from ackplan.app.run_view import Approver, Reporter, RunEnd, RunView


class Project:
    """A folder with a spec, the record of its workspace, and the account or sandbox that they are about."""

    def __init__(self, settings: ProjectSettings) -> None:
        self.settings = settings

    async def propose(self, options: PlanOptions, purpose: Purpose = Purpose.KEPT) -> Proposal:
        """A plan made now, with all that it was made of. Raises Failure and ApiError."""
        return await propose(wiring.host(self.settings), options, purpose)

    def saved_plan(self, file: str) -> SavedPlan:
        """The plan in a plan file. Raises Failure."""
        from ackplan.project.plan_files import read_plan

        kept = read_plan(self.settings.path(file))
        return SavedPlan(kept.plan, kept.record, file)

    async def carry_out(self, order: ApplyOrder, view: RunView, approver: Approver, reporter: Reporter) -> RunEnd:
        """Carries an order out. Raises Failure and ApiError where nothing could be begun, or a disk is full."""
        return await Application(wiring.host(self.settings), order, view, approver, reporter).run()
