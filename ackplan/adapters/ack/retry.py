"""When a failed call is sent again, and how long before.

Exponential backoff with full jitter, bounded in number and in time. What may be sent again is for the error to say:
reads after anything that passes, changing calls only when they were definitely not carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ackplan.adapters.ack.api_errors import Fault


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds of repeating: `attempts` in all, `total` seconds since the first; pauses grow from `base` to `longest`."""

    attempts: int = 6
    total: float = 120.0
    base: float = 0.5
    longest: float = 20.0

    def pause(
        self, fault: Fault, attempt: int, elapsed: float, uniform: Callable[[float, float], float]
    ) -> float | None:
        """Seconds to wait before the next try, after `attempt` tries (1 the first); None: give up.

        A wait that the server asks for is kept, with jitter on top: not all waiting clients come back at once.
        """
        if not fault.repeatable or attempt >= self.attempts:
            return None
        jitter = uniform(0.0, min(self.longest, self.base * 2.0 ** (attempt - 1)))
        pause = jitter + (fault.retry_after or 0.0)
        return pause if elapsed + pause <= self.total else None
