"""A world without a network around it, and the clock that drives it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ackplan.simulator import VirtualClock, World
from ackplan.simulator.account import Ledger
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.store import Store
from tests.unit.simulator.callers import NOW


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def world(clock: VirtualClock) -> Iterator[World]:
    """An empty world in memory, in real time, that takes 50 clusters of 300 workers."""
    world = World(Ledger(Store(None), clock, Identifiers(7), time_scale=1.0, max_clusters=50, max_workers=300))
    yield world
    world.close()
