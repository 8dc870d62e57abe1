"""What the commands of `ackplan fleet` share: reading, selecting, running, and showing what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ackplan.adapters.local.child_runner import ChildRunner
from ackplan.cli.engine_options import EngineChoice
from ackplan.cli.fleet_console import FleetConsole
from ackplan.cli.fleet_options import FleetChoice
from ackplan.cli.options import Settings
from ackplan.core.diagnostics import COMPLETE, Failure
from ackplan.workspaces.child_words import SharedOptions
from ackplan.workspaces.dispatch import Dispatch
from ackplan.workspaces.model import FILE, WorkspaceEntry, Workspaces
from ackplan.workspaces.result import FleetResult, WorkspaceResult
from ackplan.workspaces.runner import WorkspaceOrder
from ackplan.workspaces.selection import Changed, Selection, select
from ackplan.workspaces.workspaces_file import parsed, read_workspaces

if TYPE_CHECKING:
    from ackplan.adapters.local.changed_files import ChangedFiles

FLEET_FORMATS = ("text", "json", "markdown", "html")
DONE, FAILED, CHANGED, INTERRUPTED = 0, 1, 2, 130


def selected(settings: Settings, choice: FleetChoice, policies: tuple[str, ...] = ()) -> tuple[Workspaces, Selection]:
    """The workspaces of the repository, and those that the options choose. Raises Failure."""
    # What a workspace's process says to do is complete: it has the options that this one was given.
    COMPLETE.set(lambda text: text)
    workspaces = read_workspaces(settings.chdir)
    changed = _changed(settings, workspaces, choice.revision, policies) if choice.revision else None
    return workspaces, select(workspaces, choice.patterns, changed, alone=choice.alone)


def _changed(settings: Settings, workspaces: Workspaces, revision: str, policies: tuple[str, ...]) -> Changed:
    from ackplan.adapters.local.changed_files import changed_since
    from ackplan.workspaces.changed import changed_workspaces

    moved = changed_since(settings.chdir, revision)
    shared = [os.path.realpath(settings.path(policy)) for policy in policies]
    return changed_workspaces(workspaces, moved.files, _before(settings, moved), revision, shared)


def _before(settings: Settings, moved: ChangedFiles) -> Workspaces | None:
    """The workspaces as they were; None where that can't be read."""
    from ackplan.adapters.local.changed_files import file_at

    data = file_at(settings.chdir, moved.commit, FILE)
    with contextlib.suppress(Failure):
        return parsed(data, FILE, settings.chdir) if data is not None else None
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class FleetRun:
    """One walk over workspaces: in processes of this machine, or on the engine that `on` names."""

    workspaces: Workspaces
    selection: Selection
    shared: SharedOptions
    jobs: int
    verb: str
    settings: Settings = dataclasses.field(default_factory=Settings)
    on: EngineChoice = dataclasses.field(default_factory=EngineChoice)

    async def run(
        self, order: Callable[[WorkspaceEntry], WorkspaceOrder | None], ready: Mapping[str, WorkspaceResult]
    ) -> FleetResult:
        """What came of each; `order` and `ready` as Dispatch has them."""
        from ackplan.project.plan_provenance import fleet_provenance

        provenance = fleet_provenance(self.settings, self.workspaces.root, self.selection.entries)
        fleet = await self._run(order, ready)
        return dataclasses.replace(fleet, provenance=provenance)

    async def _run(
        self, order: Callable[[WorkspaceEntry], WorkspaceOrder | None], ready: Mapping[str, WorkspaceResult]
    ) -> FleetResult:
        if self.on.url:
            from ackplan.cli.remote_run import EngineOrder, run_on_engine

            wanted = EngineOrder(self.workspaces, self.selection, self.shared, self.verb, self.on.jobs)
            return await run_on_engine(self.settings, self.on, wanted, order, ready)
        started = time.monotonic()
        runner = ChildRunner(self.workspaces.root, self.shared, dict(os.environ))
        view = FleetConsole(len(self.selection.entries), color=self.settings.color)
        dispatch = Dispatch(self.selection, runner, view, self.jobs)
        with view.running(dispatch.stop):
            results = await dispatch.run(order, ready)
        seconds = time.monotonic() - started
        return FleetResult(self.verb, self.selection, results, seconds, self.jobs, view.interrupted)


def drawn(settings: Settings, fleet: FleetResult) -> str:
    """The summary in the format asked for."""
    match settings.format:
        case "json":
            from ackplan.render.facts.workspaces_json import fleet_json

            return fleet_json(fleet)
        case "markdown":
            from ackplan.render.markdown.workspaces import fleet_markdown

            return fleet_markdown(fleet)
        case "html":
            from ackplan.render.page.workspaces import fleet_html

            return fleet_html(fleet)
        case _:
            from ackplan.render.text.workspaces import fleet_text

            return fleet_text(fleet, color=settings.color)


def exit_code(fleet: FleetResult, *, detailed: bool) -> int:
    """One that failed outweighs changes in others; an interrupt, everything."""
    if fleet.interrupted:
        return INTERRUPTED
    if fleet.failed:
        return FAILED
    return CHANGED if detailed and fleet.changed else DONE
