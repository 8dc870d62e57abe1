"""Real time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class RealClock:
    """The seconds of this machine."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def now() -> datetime:
    """The time of day, in UTC."""
    return datetime.now(UTC)


def timestamp() -> str:
    """Now, in UTC, to the second."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
