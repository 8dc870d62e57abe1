"""Virtual time: an hour of provisioning runs in a second, over real sockets.

Time moves only when nobody is doing anything: no call is under way, and all tasks wait for time to pass. Then it
jumps to the moment for which the first of them waits. So no timeout ever fires because the machine was slow.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from typing import Any

# How often the loop must have gone round with nothing under way before time may move.
_QUIET_ROUNDS = 8
_POLL = 0.0005


class VirtualClock:
    """A Clock for a run, and for the simulator that it runs against. `start` is in seconds since 1970."""

    def __init__(self, start: float = 1_577_836_800.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._under_way = 0

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + max(seconds, 0.0), self._count, future))
        await future

    async def drive(self) -> None:
        """Moves time, until it is cancelled."""
        quiet = 0
        while True:
            await asyncio.sleep(_POLL if self._under_way else 0)
            quiet = 0 if self._under_way else quiet + 1
            if quiet >= _QUIET_ROUNDS:
                quiet = 0
                self._jump()

    def _jump(self) -> None:
        while self._sleepers:
            when, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._now = max(self._now, when)
                future.set_result(None)
                return

    def watched(self, target: Any) -> Any:
        """`target` with every one of its coroutine methods counted as under way while it runs."""
        return _Watched(target, self)

    async def _during(self, call: Awaitable[Any]) -> Any:
        self._under_way += 1
        try:
            return await call
        finally:
            self._under_way -= 1


class _Watched:
    def __init__(self, target: Any, clock: VirtualClock) -> None:
        self._target = target
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not asyncio.iscoroutinefunction(found):
            return found
        during: Callable[[Awaitable[Any]], Awaitable[Any]] = self._clock._during

        async def counted(*arguments: Any, **named: Any) -> Any:
            return await during(found(*arguments, **named))

        return counted
