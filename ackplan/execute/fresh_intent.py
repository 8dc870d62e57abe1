"""A call is sent soon after it was written down, or is written down once more.

Whoever stood still meanwhile, or waited long for the store, may have lost the lock. Then that fails, and nothing is
sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ackplan.execute.ports import Clock

# For so many seconds after it was begun to be written down a call may be sent. A store may be slower than that.
_FRESH: Final = 3.0
_SLOWEST: Final = 24.0


@dataclass(slots=True)
class FreshIntent:
    """One call that is about to be sent. `begun` is when it was last begun to be written down, on `clock`."""

    clock: Clock
    begun: float = float("-inf")

    async def write(self, write: Callable[[], Awaitable[None]]) -> None:
        """Writes it down. Raises what it could not be for."""
        begun = self.clock.now()
        await write()
        self.begun = begun

    async def renew(self, write: Callable[[], Awaitable[None]]) -> None:
        """Writes it down once more where that was a while ago."""
        fresh = _FRESH
        while self.clock.now() - self.begun > fresh:
            await self.write(write)
            fresh = min(2 * fresh, _SLOWEST)
