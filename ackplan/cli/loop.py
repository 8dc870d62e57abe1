"""Runs the coroutine of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


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
