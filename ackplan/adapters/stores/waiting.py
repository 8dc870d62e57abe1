"""Waiting for a store that is away: the same thing is tried again until its patience is at an end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ackplan.core.diagnostics import Failure, error

T = TypeVar("T")
AWAY: Final = "ACK3100"
_FIRST, _LONGEST = 0.1, 5.0


class StoreAway(Exception):
    """The store could not be reached, or could not answer now. What was asked may have been done."""


@dataclass(slots=True)
class Waiter:
    """Tries again for `patience` seconds. `store` is what it is called in messages."""

    store: str
    patience: float
    notice: Callable[[str], None]
    sleep: Callable[[float], None] = field(default=time.sleep)
    now: Callable[[], float] = field(default=time.monotonic)

    def until_there(self, attempt: Callable[[], T]) -> T:
        """What `attempt` gives, which is safe to be made again. Raises Failure where the store stays away."""
        begun, pause, away = self.now(), _FIRST, False
        while True:
            try:
                result = attempt()
            except StoreAway as fault:
                if self.now() - begun + pause > self.patience:
                    raise Failure(
                        error(AWAY, store=self.store, why=str(fault), patience=f"{self.patience:g}")
                    ) from None
                if not away and pause > 2 * _FIRST:
                    away = True
                    self.notice(f"Waiting for {self.store}: {fault}")
                self.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret hangs on it
                pause = min(2 * pause, _LONGEST)
            else:
                if away:
                    self.notice(f"{self.store} answers again.")
                return result
