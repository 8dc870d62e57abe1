"""One pace for all calls of a client: so many a second, less after the API throttled, and back again by itself.

After a throttled answer all calls pause as long as the server asks, and go on at half the pace (once for all the calls
that were already under way). From then on the pace rises evenly until it is what it was. A pace that adapts has no rate
to go back to: each call that had to wait for its turn raises it, much until the API throttles for the first time, less
from then on. Pure logic: the caller says what time it is; seconds, of any monotonic clock.
"""

from __future__ import annotations

from collections import deque
from typing import Final

_SLOWEST: Final = 0.2
_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
_RECOVERY: Final = 20.0
_LEAST_GOAL: Final = 10.0
# Of a pace that adapts: calls a second at first and at most; by how much each call raises it before the API throttled,
# and after that; how much of the pace that was throttled is gone back to.
_FIRST, _HIGHEST = 50.0, 1000.0
_RISE, _PROBE = 2.0, 0.05
_BELOW = 0.9


class RateLimit:
    """The pace of a client. `rate` is in calls a second; None or 0 sets no limit until the API throttles.

    One that `adapts` has no rate: it begins low, and finds out how much the API takes.
    """

    def __init__(self, rate: float | None = None, *, adapts: bool = False) -> None:
        self._rise = _RISE if adapts else 0.0
        self._ceiling = _FIRST if adapts else rate or None
        self._goal: float | None = None
        self._cut_rate = 0.0
        self._cut_at = float("-inf")
        self._paused_until = float("-inf")
        self._next = float("-inf")
        self._recent: deque[float] = deque(maxlen=1000)

    def rate(self, now: float) -> float | None:
        """The pace now, in calls a second; None: unlimited."""
        if self._goal is None:
            return self._ceiling
        since = max(0.0, now - max(self._cut_at, self._paused_until))
        rate = self._cut_rate + since * self._goal / _RECOVERY
        if rate < self._goal:
            return rate
        self._goal = None
        return self._ceiling

    def delay(self, now: float) -> float:
        """How long the next call has to wait; 0: it may start."""
        return max(0.0, self._next - now, self._paused_until - now)

    def started(self, now: float) -> None:
        """A call starts."""
        self._recent.append(now)
        rate = self.rate(now)
        if self._rise and self._ceiling and now - self._next < 1 / self._ceiling:
            self._ceiling = min(self._ceiling + self._rise, _HIGHEST)
        self._next = now + 1 / rate if rate else now

    def throttled(self, started: float, now: float, retry_after: float | None) -> None:
        """A call that started then was throttled now; the server asks for so long a pause."""
        pause = _PAUSE if retry_after is None else min(retry_after, LONGEST_PAUSE)
        if started >= self._cut_at:
            self._cut(started, now)
        self._paused_until = max(self._paused_until, now + pause)

    def _cut(self, started: float, now: float) -> None:
        pace = self.rate(now)
        seen = float(sum(started - 1 < moment <= started for moment in self._recent) or 1)
        if pace is None:
            pace = seen
        elif self._rise:
            pace = min(pace, seen)
            self._rise, self._ceiling = _PROBE, max(_BELOW * pace, _LEAST_GOAL)
        self._goal = self._ceiling or self._goal or max(2 * pace, _LEAST_GOAL)
        self._cut_rate = max(pace / 2, min(_SLOWEST, self._goal / 2))
        self._cut_at = now
