"""Who is at work has a place; who waits gives it up, and comes back before others begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from ackplan.execute.slots import Places


def _run(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(test(**given))

    return run


async def _turns(rounds: int = 5) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


@_run
async def test_who_comes_back_goes_first_and_in_order() -> None:
    vacant: list[int] = []
    places = Places(1, lambda: vacant.append(places.free))
    gates, back = [asyncio.Event() for _ in range(3)], []

    async def step(number: int) -> None:
        await held[number].aside(gates[number].wait())
        back.append(number)

    held, tasks = [], []
    for number in range(3):
        assert places.free == 1
        held.append(places.take())
        tasks.append(asyncio.create_task(step(number)))
        await _turns()
    assert vacant == [1, 1, 1]
    gates[2].set()
    await _turns()
    gates[0].set()
    gates[1].set()
    await _turns()
    assert (back, places.free) == ([2], 0)
    held[2].leave()
    held[2].leave()
    await _turns()
    assert (back, places.free) == ([2, 0], 0)
    held[0].leave()
    await asyncio.gather(*tasks)
    held[1].leave()
    assert (back, places.free, vacant) == ([2, 0, 1], 1, [1, 1, 1, 1])


@_run
async def test_what_the_wait_raises_needs_no_place() -> None:
    places = Places(1)
    place = places.take()

    async def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await place.aside(fails())
    assert places.free == 1
    place.leave()
    assert places.free == 1


@pytest.mark.parametrize("called", [False, True])
@_run
async def test_who_is_cancelled_before_its_turn_takes_no_place(called: bool) -> None:
    places = Places(1)
    place, other = places.take(), None
    waiting = asyncio.create_task(place.aside(asyncio.sleep(0)))
    await asyncio.sleep(0)
    other = places.take()
    await _turns()
    if called:
        other.leave()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    other.leave()
    assert waiting.cancelled()
    assert places.free == 1
