"""Time as the simulator sees it. Nothing else in the simulator asks the machine what time it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, and waiting."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that stands still until someone moves it. Sleeping takes no time and moves nothing."""

    def __init__(self, start: float = 1_577_836_800.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves time on. Raises ValueError for a negative number: time does not run back."""
        if seconds < 0:
            raise ValueError("time does not run back")
        self._now += seconds

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - part of the protocol
        await asyncio.sleep(0)


def stamp(instant: float) -> str:
    """An instant as the API writes it: `2015-12-11T03:52:40Z` (guide 2.9)."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
