"""The port by which one workspace is run: in a process of this machine, or wherever an engine has its workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import WorkspaceResult

# How many of how many steps of a run have ended.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WorkspaceOrder:
    """What is to be run of a workspace: the words of an `ackplan` command line after its name, without `--state`.

    `keep` is where its plan file is put, `report` where the report of its apply is. No secret in any of them.
    """

    entry: WorkspaceEntry
    verb: str
    words: tuple[str, ...] = ()
    keep: str = ""
    report: str = ""


class WorkspaceRunner(Protocol):
    """Runs workspaces, each by itself: one that fails is a result, never an exception."""

    async def run(self, order: WorkspaceOrder, progress: Progress) -> WorkspaceResult: ...

    def interrupt(self) -> None:
        """Hands an interrupt on to all that run: the first lets each end in order, the second at once."""
        ...
