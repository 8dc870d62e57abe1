"""Real time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class RealClock:
    """The seconds of this machine. `skew`: how far its time of day is behind the one that others go by."""

    def __init__(self, skew: Callable[[], float] = float) -> None:
        self._skew = skew

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return now().timestamp() + self._skew()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def now() -> datetime:
    """The time of day, in UTC."""
    return datetime.now(UTC)


def timestamp() -> str:
    """Now, in UTC, to the second."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
