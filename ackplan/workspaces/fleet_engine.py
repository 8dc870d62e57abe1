"""The port of an engine: runs of many workspaces that outlive whoever began them, on machines of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ackplan.workspaces.dispatch import FleetView
from ackplan.workspaces.engine_run import EngineRun
from ackplan.workspaces.result import WorkspaceResult


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that an engine keeps. Times are seconds since 1970; one that goes on has no `ended`."""

    run: str
    status: str
    started: float
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """How a run ended. `stopped`: somebody stopped it. `fault` is what else ended it, empty for a run that is done."""

    run: EngineRun
    results: tuple[WorkspaceResult, ...]
    seconds: float
    stopped: bool = False
    fault: str = ""


class FleetEngine(Protocol):
    """Each raises Failure where the engine does not answer, or refuses."""

    async def start(self, run: EngineRun) -> str:
        """Begins a run; its id."""
        ...

    async def follow(self, run: str, begin: Callable[[EngineRun], FleetView]) -> FollowedRun:
        """How a run ended. `begin` is called once its workspaces are known, and gives the view that is told."""
        ...

    async def cancel(self, run: str) -> None:
        """Lets a run end in order: nothing more is begun."""
        ...

    async def runs(self, most: int) -> Sequence[KeptRun]:
        """The runs that are kept, the newest first."""
        ...

    async def unserved(self, profiles: Sequence[str]) -> Sequence[str]:
        """Those of the profiles that no worker serves now."""
        ...

    async def schedule(self, run: EngineRun, cron: str) -> str:
        """Begins such a run at these times, in the place of those that were said before; what that is called."""
        ...

    async def unschedule(self, verb: str) -> bool:
        """Begins no more of them; whether some were to be begun."""
        ...
