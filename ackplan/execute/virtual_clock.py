"""Virtual time: an hour of provisioning runs in a second, over real sockets.

Time moves only when nobody is doing anything: no call is under way, and all tasks wait for time to pass. Then it
jumps to the moment for which the first of them waits. So no timeout ever fires because the machine was slow.
"""

from __future__ import annotations

import asyncio
import heapq
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

    def wall(self) -> float:
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

    def watched(self, carrier: Any) -> Any:
        """`carrier` with each of its `send` counted as under way while it runs."""
        return _Watched(carrier, self)

    def serving(self) -> ServingClock:
        """This clock for the server that the calls go to: while it makes a call wait, that call holds nothing up."""
        return ServingClock(self)

    def begin(self) -> None:
        self._under_way += 1

    def end(self) -> None:
        self._under_way -= 1


class ServingClock:
    """A VirtualClock as the simulator sees it."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        self._clock.end()
        try:
            await self._clock.sleep(seconds)
        finally:
            self._clock.begin()


class _Watched:
    def __init__(self, carrier: Any, clock: VirtualClock) -> None:
        self._carrier = carrier
        self._clock = clock

    async def send(self, *arguments: Any) -> Any:
        self._clock.begin()
        try:
            return await self._carrier.send(*arguments)
        finally:
            self._clock.end()
