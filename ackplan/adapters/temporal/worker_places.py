"""The places of a worker, and which task queue asks the engine for work when.

A worker serves a task queue for each account, and has fewer places than accounts. It asks for work only while a place
is free, one queue after another: what it does not ask for waits in the engine, and the first worker with a free place
gets it at once. What was refused instead would be offered again by a timer of the engine, a second later and more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from temporalio.worker import (
    CustomSlotSupplier,
    FixedSizeSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
    WorkerTuner,
)

# Seconds between two queues that ask: long enough for the answer of the first one to arrive where there is work.
_APART: Final = 0.05
# After so many seconds a queue asks though no place is free: one that did not ask for five minutes is told to be
# served by nobody.
_SHOWN: Final = 180.0
# How many may wait for each place, for how many seconds. They come from queues that asked while places were free.
_WAITING: Final = 2
_PATIENCE: Final = 2.0


class NoPlaceError(Exception):
    """No place is free, nor will one be soon."""


class WorkerPlaces:
    """As many places as workspaces run at a time, for all accounts of a worker.

    Queues ask `apart` seconds after each other at least, and after `shown` seconds though no place is free. Who found
    no place waits for one for `patience` seconds.
    """

    def __init__(self, count: int, apart: float = _APART, shown: float = _SHOWN, patience: float = _PATIENCE) -> None:
        self._count = count
        self._apart = apart
        self._shown = shown
        self._patience = patience
        self._places = asyncio.Semaphore(count)
        self._here = 0
        self._free = asyncio.Event()
        self._free.set()
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place, for as long as it is needed. Raises NoPlaceError where none is free soon."""
        if self._here >= self._count * (1 + _WAITING):
            raise NoPlaceError
        self._come(1)
        try:
            await self._place()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._come(-1)

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise NoPlaceError from None

    def _come(self, change: int) -> None:
        self._here += change
        if self._here < self._count:
            self._free.set()
        else:
            self._free.clear()

    async def wanting(self) -> None:
        """Returns when the next queue may ask for work."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._shown), self._turn:
                await asyncio.sleep(self._apart)
                await self._free.wait()


def account_tuner(places: WorkerPlaces) -> WorkerTuner:
    """For the task queue of an account: one workspace at a time, asked for while a place is free."""
    idle = FixedSizeSlotSupplier(1)
    return WorkerTuner.create_composite(
        workflow_supplier=FixedSizeSlotSupplier(2),
        activity_supplier=_AccountSlot(places),
        local_activity_supplier=idle,
        nexus_supplier=idle,
    )


class _AccountSlot(CustomSlotSupplier):
    """One slot, since an account has one pace."""

    def __init__(self, places: WorkerPlaces) -> None:
        self._places = places
        self._loop = asyncio.get_running_loop()
        self._only = asyncio.Semaphore(1)

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:  # noqa: ARG002 - all queues are alike
        await self._only.acquire()
        try:
            await self._places.wanting()
        except asyncio.CancelledError:
            self._only.release()
            raise
        return SlotPermit()

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:  # noqa: ARG002 - the same
        """Nothing comes without being asked for: workflows have a queue of their own."""
        return None

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """A slot counts from when it is reserved."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:  # noqa: ARG002 - the same
        """Called by the engine's client in threads of its own, and after the loop has ended, too."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._only.release)
