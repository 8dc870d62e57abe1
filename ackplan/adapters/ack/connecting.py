"""Says that there is no connection, as long as there is none: nobody waits before a silent screen.

Many calls wait at once where a host is away; that is said once for each try, not once for each call.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from ackplan.adapters.ack.api_errors import Answered, Fault

# How long a connection may take before it is said that there is none yet.
_SECONDS = 1.5


class Connecting:
    """What is said of the connections to one host. `notice` takes a line for a person; None: nothing is said."""

    def __init__(self, host: str, notice: Callable[[str], None] | None) -> None:
        self._host = host
        self._notice = notice
        self._tries = 0
        self._slow = False

    @contextlib.contextmanager
    def under_way(self) -> Iterator[Callable[[], None]]:
        """Lasts as long as a call; what it gives is called once the call has a connection."""
        if self._notice is None:
            yield lambda: None
            return
        timer = asyncio.get_running_loop().call_later(_SECONDS, self._none_yet)
        try:
            yield timer.cancel
        finally:
            timer.cancel()

    def _none_yet(self) -> None:
        if self._notice is not None and not self._slow and not self._tries:
            self._slow = True
            self._notice(f"no connection to {self._host} yet")

    def again(self, fault: Fault, number: int, of: int) -> None:
        """A call failed by `fault` and is tried for the `number`th time, of at most so many."""
        if self._notice is None or isinstance(fault, Answered) or number <= self._tries:
            return
        self._tries = number
        self._notice(f"{self._what(fault)}, trying again ({number} of {of})")

    def _what(self, fault: Fault) -> str:
        return "no connection to " + self._host if fault.code == "ConnectionFailed" else fault.message

    def came(self) -> None:
        """An answer came."""
        if self._notice is not None and (self._tries or self._slow):
            self._notice(f"{self._host} answers")
        self._tries, self._slow = 0, False
