"""Another process with a workspace, which does what its standard input says, line by line, and says how it went.

`python -m tests.stores.player URL`. It may be stopped and killed like any runner.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import sys
from collections.abc import Awaitable, Callable

from ackplan.app.workspace import Workspace
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.record.journal import Entry, Phase
from ackplan.record.unsettled import SETTLED, head_on

from .cases import opened


class Player:
    """One workspace, and the lock on it for as long as it is held."""

    def __init__(self, url: str) -> None:
        self.workspace: Workspace = opened(url)
        self.held = contextlib.AsyncExitStack()

    async def lock(self, timeout: str = "0") -> str:
        await self.held.enter_async_context(self.workspace.lock("play", float(timeout)))
        return str(self.workspace.holder())

    async def free(self) -> str:
        await self.held.aclose()
        return ""

    async def begin(self) -> str:
        self.workspace.journal.open(head_on(self.workspace.record.read(), "run", "plan"))
        return ""

    async def append(self, name: str) -> str:
        await self.workspace.journal.write(Entry("run", name, name, Phase.INTENT))
        return ""

    async def write(self) -> str:
        """The next version of the record."""
        now = self.workspace.record.read()
        return str(self.workspace.record.write(dataclasses.replace(now), expect=now).serial)

    async def conclude(self) -> str:
        now = self.workspace.record.read()
        return str(self.workspace.conclude(dataclasses.replace(now), SETTLED, expect=now).serial)

    async def count(self, times: str) -> str:
        """So many versions, each under a lock of its own, whoever else does the same."""
        for _ in range(int(times)):
            async with self.workspace.lock("count", 60.0):
                now = self.workspace.record.read()
                account = str(int(now.world.account or "0") + 1)
                self.workspace.record.write(dataclasses.replace(now, world=World(account)), expect=now)
        return ""


async def main(url: str) -> None:
    player = Player(url)
    while line := await asyncio.to_thread(sys.stdin.readline):  # the loop goes on: a lease needs it
        name, *words = line.split()
        act: Callable[..., Awaitable[str]] = getattr(player, name)
        try:
            told = f"ok {await act(*words)}".strip()
        except Failure as fault:
            told = f"failed {fault}"
        print(told, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
