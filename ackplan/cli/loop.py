"""Runs the coroutine of a command, and hears the signals that interrupt it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_INTERRUPTING = (signal.SIGINT, signal.SIGTERM)


def run_async(main: Awaitable[T]) -> T:
    """Runs what a command awaits. KeyboardInterrupt comes through as itself.

    The result is carried past asyncio: when it restores the signal handler, it spells out the finished task, result
    and all, which takes longer than planning did where the result is a large plan.
    """
    results: list[T] = []

    async def run() -> None:
        results.append(await main)

    asyncio.run(run())
    return results[0]


@contextmanager
def interrupted_by(caught: Callable[[], None]) -> Iterator[None]:
    """Within the block, of a running loop, each signal that interrupts a command calls `caught` instead."""
    loop = asyncio.get_running_loop()
    for number in _INTERRUPTING:
        loop.add_signal_handler(number, caught)
    try:
        yield
    finally:
        for number in _INTERRUPTING:
            loop.remove_signal_handler(number)
