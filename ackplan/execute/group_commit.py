"""Commits what waits at the same time together: the slower a store, the more it takes in at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class GroupCommit(Generic[T]):
    """Hands what is written to `commit`, in threads of its own; none is acknowledged before its commit.

    `at_once` says how many commits may be under way: what is written while others are has no order among itself.
    `fault_of` makes of what `commit` raised what whoever waits for it gets.
    """

    def __init__(
        self, commit: Callable[[list[T]], None], fault_of: Callable[[Exception], Exception], at_once: int = 1
    ) -> None:
        self._commit = commit
        self._fault_of = fault_of
        self._at_once = at_once
        self._threads: ThreadPoolExecutor | None = None
        self._pending: list[tuple[T, asyncio.Future[None]]] = []
        self._flushers: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """From now on threads of its own commit."""
        self._threads = self._threads or ThreadPoolExecutor(self._at_once, thread_name_prefix="journal")

    async def write(self, item: T) -> None:
        """Returns when the item is committed. Raises what it could not be for."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((item, future))
        self._flushers = [flusher for flusher in self._flushers if not flusher.done()]
        if len(self._flushers) < self._at_once:
            self._flushers.append(asyncio.create_task(self._flush()))
        await future

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pending:
            batch, self._pending = self._pending, []
            waiting = [future for _, future in batch]
            try:
                await loop.run_in_executor(self._threads, self._commit, [item for item, _ in batch])
            except Exception as fault:  # noqa: BLE001 - whoever waits must hear of it, or would wait for ever
                for future in waiting:
                    if not future.done():
                        future.set_exception(self._fault_of(fault))
            else:
                for future in waiting:
                    if not future.done():
                        future.set_result(None)

    def close(self) -> None:
        """Waits for the commits that are under way."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
