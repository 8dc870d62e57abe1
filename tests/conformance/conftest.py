"""A simulator for official clients: they tell it the real time, while the world's clock stands still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ackplan.simulator import VirtualClock, World
from tests.running import simulator


@dataclass(frozen=True)
class Account:
    """A simulated account, where it is served, and the clock that drives it."""

    port: int
    world: World
    clock: VirtualClock
    running: Any

    def later(self) -> None:
        """Lets an hour pass: whatever runs has ended then."""
        self.clock.advance(3600)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    """An empty account; an indirect parameter holds settings of the simulator."""
    clock = VirtualClock(1_600_000_000.0)
    with simulator(clock=clock, **getattr(request, "param", {})) as served:
        yield Account(served.running.port, served.running.world, clock, served.running)
        bugs = [call for call in served.calls if call.code == "InternalError"]
        assert not bugs
