"""A worker keeps no workspace that another one could run."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from ackplan.adapters.temporal.workspace_activity import BUSY, WorkspaceActivities


class Visitors:
    """Activities that stay in their places until `leave` is called."""

    def __init__(self, places: int) -> None:
        host: Any = None  # nothing of it is asked for before a place is found
        self._activities = WorkspaceActivities(host, places)
        self._leaving = asyncio.Event()
        self.inside = 0

    def leave(self) -> None:
        self._leaving.set()

    async def _visit(self) -> None:
        async with self._activities._place():
            self.inside += 1
            await self._leaving.wait()

    async def come(self, attempt: int = 1) -> asyncio.Task[None]:
        """One more, once it stays, waits or went."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(ActivityEnvironment.default_info(), attempt=attempt)
        coming = asyncio.ensure_future(environment.run(self._visit))
        for _ in range(10):
            await asyncio.sleep(0)
        return coming


@pytest.mark.parametrize("places", [1, 3])
def test_two_wait_for_each_place_and_no_more(places: int) -> None:
    async def visits() -> None:
        visitors = Visitors(places)
        came = [await visitors.come() for _ in range(3 * places)]
        assert (visitors.inside, [each.done() for each in came]) == (places, [False] * 3 * places)
        turned_away = await visitors.come()
        fault = turned_away.exception()
        assert isinstance(fault, ApplicationError)
        assert fault.type == BUSY
        visitors.leave()
        await asyncio.gather(*came)
        assert visitors.inside == 3 * places
        await (await visitors.come())

    asyncio.run(visits())


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 0.1, 0.4), (5, 0.4, 1.0), (100, 2.5, 5.0)])
def test_who_was_often_turned_away_is_offered_more_rarely(attempt: int, least: float, most: float) -> None:
    async def pause() -> timedelta | None:
        visitors = Visitors(1)
        came = [await visitors.come() for _ in range(3)]
        fault = (await visitors.come(attempt)).exception()
        visitors.leave()
        await asyncio.gather(*came)
        assert isinstance(fault, ApplicationError)
        return fault.next_retry_delay

    found = asyncio.run(pause())
    assert found is not None
    assert timedelta(seconds=least) <= found <= timedelta(seconds=most)
