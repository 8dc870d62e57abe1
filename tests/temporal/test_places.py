"""A worker asks for no more workspaces than it has places for, and keeps none that another one could run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from ackplan.adapters.temporal.worker_places import NoPlaceError, WorkerPlaces
from ackplan.adapters.temporal.workspace_activity import BUSY, WorkspaceActivities

_LONG = 3600.0


class Visitors:
    """Workspaces that stay in their places until `leave` is called."""

    def __init__(self, places: WorkerPlaces) -> None:
        self._places = places
        self._leaving = asyncio.Event()
        self.inside = 0

    def leave(self) -> None:
        self._leaving.set()

    async def _visit(self) -> None:
        async with self._places.one():
            self.inside += 1
            await self._leaving.wait()

    async def come(self) -> asyncio.Task[None]:
        """One more, once it stays, waits or went."""
        return await _begun(self._visit())


async def _begun(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Its task, once it can't go on by itself."""
    task = asyncio.ensure_future(coroutine)
    for _ in range(20):
        await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("count", [1, 3])
def test_two_wait_for_each_place_and_no_more(count: int) -> None:
    async def visits() -> None:
        visitors = Visitors(WorkerPlaces(count, patience=_LONG))
        came = [await visitors.come() for _ in range(3 * count)]
        assert (visitors.inside, [each.done() for each in came]) == (count, [False] * 3 * count)
        assert isinstance((await visitors.come()).exception(), NoPlaceError)
        visitors.leave()
        await asyncio.gather(*came)
        assert visitors.inside == 3 * count
        await (await visitors.come())

    asyncio.run(visits())


def test_who_waited_long_enough_goes_and_leaves_its_room_to_another() -> None:
    async def visits() -> None:
        visitors = Visitors(WorkerPlaces(1, patience=0.0))
        inside = await visitors.come()
        for _ in range(5):
            with pytest.raises(NoPlaceError):
                await (await visitors.come())
        visitors.leave()
        await inside

    asyncio.run(visits())


@pytest.mark.parametrize("count", [1, 2])
def test_queues_ask_in_turns_while_a_place_is_free(count: int) -> None:
    async def asks() -> None:
        places = WorkerPlaces(count, apart=0.0, shown=_LONG, patience=_LONG)
        visitors = Visitors(places)
        came = [await visitors.come() for _ in range(count - 1)]
        assert (await _begun(places.wanting())).done()
        came.append(await visitors.come())
        asking = [await _begun(places.wanting()) for _ in range(3)]
        assert not any(each.done() for each in asking)
        visitors.leave()
        await asyncio.gather(*came, *asking)

    asyncio.run(asks())


def test_none_asks_while_another_one_waits_for_the_place() -> None:
    async def asks() -> None:
        places = WorkerPlaces(1, apart=0.0, shown=_LONG, patience=_LONG)
        first, second = Visitors(places), Visitors(places)
        came = [await first.come(), await second.come()]
        asking = await _begun(places.wanting())
        first.leave()
        await came[0]
        assert (second.inside, asking.done()) == (1, False)
        second.leave()
        await asyncio.gather(*came, asking)

    asyncio.run(asks())


def test_a_queue_that_asked_for_nothing_in_a_long_time_asks_all_the_same() -> None:
    async def asks() -> None:
        places = WorkerPlaces(1, apart=0.0, shown=0.0, patience=_LONG)
        visitors = Visitors(places)
        inside = await visitors.come()
        await asyncio.gather(*(places.wanting() for _ in range(3)))
        assert not inside.done()
        visitors.leave()
        await inside

    asyncio.run(asks())


def test_one_that_gives_up_asking_hands_its_turn_on() -> None:
    async def asks() -> None:
        places = WorkerPlaces(1, apart=0.0, shown=_LONG, patience=_LONG)
        visitors = Visitors(places)
        inside = await visitors.come()
        first, second = await _begun(places.wanting()), await _begun(places.wanting())
        first.cancel()
        visitors.leave()
        await asyncio.gather(inside, second)
        assert first.cancelled()

    asyncio.run(asks())


def test_a_workspace_without_a_place_is_offered_again() -> None:
    async def fault() -> BaseException | None:
        host: Any = None  # nothing of it is asked for before a place is found
        places = WorkerPlaces(1, patience=_LONG)
        visitors = Visitors(places)
        came = [await visitors.come() for _ in range(3)]
        activities = WorkspaceActivities(host, places)

        async def run() -> None:
            async with activities._place():
                raise AssertionError("there was no place")

        turned_away = await _begun(ActivityEnvironment().run(run))
        visitors.leave()
        await asyncio.gather(*came)
        return turned_away.exception()

    found = asyncio.run(fault())
    assert isinstance(found, ApplicationError)
    assert (found.type, found.non_retryable) == (BUSY, False)
    assert found.next_retry_delay
