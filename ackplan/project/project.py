"""A project as a value with two verbs, plan and apply: for programs, and for the command line, which is built on it.

What fails is raised as a Failure with its diagnostics. Nothing is printed, nobody is asked, and no process is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, Unpack

from ackplan.adapters.local.clock import timestamp
from ackplan.app.errors import as_diagnostics
from ackplan.app.plan import PlanOptions, Proposal, Purpose, propose
from ackplan.core.diagnostics import Failure
from ackplan.execute.ports import ApiError, SecretUnreadable
from ackplan.project import wiring
from ackplan.project.keywords import (
    ApplyKeywords,
    PlanKeywords,
    ProjectKeywords,
    options_of_run,
    plan_options,
    project_settings,
)
from ackplan.project.outcome import ProjectPlan, ProjectRun, SilentRun
from ackplan.project.project_settings import OptionError, ProjectSettings

if TYPE_CHECKING:
    from ackplan.app.apply import ApplyOrder, SavedPlan
    from ackplan.app.run_view import Approver, Reporter, RunEnd, RunView
    from ackplan.resources.types import ResourceTypes

T = TypeVar("T")


class Project:
    """A folder with a spec, the record of its workspace, and the account or sandbox that they are about.

    `plan` and `apply` are for programs without an event loop, `aplan` and `aapply` for those with one. Each opens the
    API for as long as it lasts; apply holds the lock of the workspace, too.
    """

    def __init__(self, settings: ProjectSettings) -> None:
        self.settings = settings

    def plan(self, **options: Unpack[PlanKeywords]) -> ProjectPlan:
        """What would change, and why. Raises Failure."""
        return _at_once(lambda: self.aplan(**options), "aplan")

    async def aplan(self, **options: Unpack[PlanKeywords]) -> ProjectPlan:
        """What would change, and why. Raises Failure."""
        with _failures():
            proposal = await self.propose(plan_options({**options}))
        return ProjectPlan(proposal.plan, proposal.before.record, self.settings)

    def apply(self, plan: ProjectPlan | None = None, **options: Unpack[ApplyKeywords]) -> ProjectRun:
        """As `aapply`."""
        return _at_once(lambda: self.aapply(plan, **options), "aapply")

    async def aapply(self, plan: ProjectPlan | None = None, **options: Unpack[ApplyKeywords]) -> ProjectRun:
        """Carries a plan out: exactly that, or nothing where anything moved since. A run of it that was killed goes on.

        Without a plan one is made and carried out at once, which takes in what any killed run left. Raises Failure
        where nothing was begun, or could not be written down; a step that fails is an outcome of the run.
        """
        from ackplan.app.apply import ApplyOrder

        choices = options_of_run(options)
        _check(choices, plan)
        silent, started = SilentRun(), timestamp()
        fail_fast, lock_timeout = options.get("fail_fast", False), options.get("lock_timeout", 0.0)
        with _failures():
            order = ApplyOrder(plan.saved if plan else None, choices, fail_fast, lock_timeout)
            end = await self.carry_out(order, options.get("view", silent), silent, silent)
        return ProjectRun(end, started, timestamp())

    def load(self, file: str | Path) -> ProjectPlan:
        """The plan in a plan file, which is held against itself. Raises Failure."""
        with _failures():
            saved = self.saved_plan(str(file))
        return ProjectPlan(saved.plan, saved.record, self.settings, str(file))

    # What these and the command line are made of

    async def propose(self, options: PlanOptions, purpose: Purpose = Purpose.KEPT) -> Proposal:
        """A plan made now, with all that it was made of. Raises Failure and ApiError."""
        return await propose(wiring.host(self.settings), options, purpose)

    def saved_plan(self, file: str, digest: str = "") -> SavedPlan:
        """The plan in a plan file, which has this SHA-256 where one is named. Raises Failure."""
        from ackplan.app.apply import SavedPlan
        from ackplan.project.plan_files import read_plan

        kept = read_plan(self.settings, file, digest)
        return SavedPlan(kept.plan, kept.record, file)

    async def carry_out(self, order: ApplyOrder, view: RunView, approver: Approver, reporter: Reporter) -> RunEnd:
        """Carries an order out. Raises Failure and ApiError where nothing could be begun, or a disk is full."""
        from ackplan.app.apply import Application
        from ackplan.project.store_notes import keep_run

        started = timestamp()
        end = await Application(wiring.host(self.settings), order, view, approver, reporter).run()
        keep_run(self.settings, end, order.verb, started)
        return end


@contextlib.contextmanager
def open_project(
    folder: str | Path = ".", types: ResourceTypes | None = None, **options: Unpack[ProjectKeywords]
) -> Iterator[Project]:
    """The project in a folder: `ackplan.open`. Raises Failure for an option that can't be taken.

    `types` are the types of resources that are known; None: those that come with ackplan.
    """
    yield Project(dataclasses.replace(project_settings(folder, options), types=types))


@contextlib.asynccontextmanager
async def aopen(
    folder: str | Path = ".", types: ResourceTypes | None = None, **options: Unpack[ProjectKeywords]
) -> AsyncIterator[Project]:
    """The same for programs with an event loop: `ackplan.aopen`."""
    yield Project(dataclasses.replace(project_settings(folder, options), types=types))


def _check(options: PlanOptions, plan: ProjectPlan | None) -> None:
    """Raises OptionError for options of a plan that is not made here."""
    if plan is not None and options != PlanOptions(policy=options.policy):
        raise OptionError("a plan was narrowed when it was made: plan options don't go with it")
    if options.no_refresh:
        raise OptionError("apply always looks at what is live: no_refresh is for plan")


def _at_once(begin: Callable[[], Coroutine[object, object, T]], instead: str) -> T:
    """The result of a coroutine. Raises RuntimeError where an event loop runs, which has to await it itself."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(begin())
    raise RuntimeError(f"an event loop is running: await project.{instead}(...)")


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Whatever a user, the API or the disk did is a Failure."""
    try:
        yield
    except (ApiError, SecretUnreadable, OSError) as fault:
        raise Failure(*as_diagnostics(fault)) from fault
