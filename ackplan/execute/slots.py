"""How many steps are at work at once: a step that only waits for the cloud gives its place up, and gets one again.

Who comes back from waiting goes before those that have not begun, in the order in which they came back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class Places:
    """The places of one run. `vacant` is called when one was given up that nobody was waiting for."""

    def __init__(self, number: int, vacant: Callable[[], None] = lambda: None) -> None:
        self._free = number
        self._vacant = vacant
        self._returning: deque[asyncio.Future[None]] = deque()

    @property
    def free(self) -> int:
        return self._free

    def take(self) -> Place:
        """A place for a step that begins; there has to be a free one."""
        self._free -= 1
        return Place(self)

    async def regain(self) -> None:
        """Returns with a place, once there is one."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._returning.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.vacate()
            raise

    def vacate(self) -> None:
        while self._returning:
            turn = self._returning.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
        self._vacant()


class Place:
    """The place of one step, as long as it is at work."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._held = True

    async def aside(self, waiting: Awaitable[T]) -> T:
        """Waits without a place, and goes on with one. What `waiting` raises ends the step: that needs no place."""
        self.leave()
        result = await waiting
        await self._places.regain()
        self._held = True
        return result

    def leave(self) -> None:
        """Gives the place up, where the step has one."""
        if self._held:
            self._held = False
            self._places.vacate()
