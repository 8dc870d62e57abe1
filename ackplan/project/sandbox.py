"""The world of a project's sandbox, changed by hand: drift and faults to learn with, and a new beginning."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ackplan.adapters.local.atomic_files import check_within
from ackplan.adapters.local.folder_store import FolderStore
from ackplan.adapters.local.folder_workspace import FolderWorkspace
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import display

if TYPE_CHECKING:
    from ackplan.project.project_settings import ProjectSettings
    from ackplan.simulator.by_hand import Hands

_WORLD = "world.db"


def world_file(settings: ProjectSettings) -> Path:
    """Where the world of the sandbox is kept. Raises Failure for a link that leads out of the project."""
    kept = settings.sandboxed / _WORLD
    check_within(kept, settings.chdir)
    return kept


def _begun(settings: ProjectSettings) -> Path:
    """The same, of a sandbox that there is. Raises Failure where there is none."""
    kept = world_file(settings)
    if not kept.is_file():
        raise Failure(error("ACK7003", path=display(kept)))
    return kept


@contextlib.contextmanager
def by_hand(settings: ProjectSettings) -> Iterator[Hands]:
    """The hands that change the sandbox's world. Raises Failure where there is none, and for what can't be done."""
    from ackplan.simulator.by_hand import hands

    kept = _begun(settings)
    try:
        with hands(kept) as opened:
            yield opened
    except ValueError as fault:
        raise Failure(error("ACK7004", problem=fault)) from None


async def reset(settings: ProjectSettings) -> None:
    """Empties the sandbox: its world, and the records and journals of all its workspaces. Raises Failure."""
    from ackplan.simulator.by_hand import hands

    kept = _begun(settings)
    async with _alone(settings):
        for workspace in _workspaces(settings):
            workspace.remove()
        shutil.rmtree(settings.sandboxed / "plans", ignore_errors=True)
        try:
            with hands(kept) as opened:
                opened.reset()
        except ValueError:  # no world can be read from it, so nobody works with it
            for part in settings.sandboxed.glob(f"{_WORLD}*"):
                part.unlink()


@contextlib.asynccontextmanager
async def _alone(settings: ProjectSettings) -> AsyncIterator[None]:
    """Keeps runs out of the sandbox. Raises Failure where one is at work."""
    async with contextlib.AsyncExitStack() as locks:
        for workspace in _workspaces(settings):
            await locks.enter_async_context(workspace.lock("sandbox reset"))
        yield


def _workspaces(settings: ProjectSettings) -> list[FolderWorkspace]:
    folder = settings.sandboxed
    store = FolderStore(folder, folder, settings.resource_types)
    names = {*store.names(), *(path.stem for path in folder.glob("*.lock"))}
    return [store.workspace(name) for name in sorted(names)]
