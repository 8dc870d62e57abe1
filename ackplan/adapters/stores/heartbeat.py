"""Renews a lease while its holder works, in a thread: what blocks the event loop for a while must not cost the lease.

It goes on only while the loop answers: a process that hangs loses its lease.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

_SHARE = 3


class Heartbeat:
    """Calls `renew` three times in each `ttl` seconds until it says that the lease is lost, or until `close`."""

    def __init__(self, renew: Callable[[], bool], ttl: float) -> None:
        self._renew = renew
        self._ttl = ttl
        self._loop = asyncio.get_running_loop()
        self._answered = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._ttl / _SHARE):
            try:
                self._loop.call_soon_threadsafe(self._hear)
            except RuntimeError:  # the loop is closed: the holder is gone
                return
            if time.monotonic() - self._answered <= self._ttl and not self._renew():
                return

    def _hear(self) -> None:
        self._answered = time.monotonic()

    def close(self) -> None:
        """No renewal is under way when this returns."""
        self._ended.set()
        self._thread.join()
