"""A throttled run slows down as a whole, does not come back all at once, and is as fast as before afterwards."""

from __future__ import annotations

import itertools

import pytest

from tests.faults.storm import BEGINS, ENDS, RATE, Arrival, per, weathered


@pytest.fixture(scope="module", params=[None, 5], ids=["plain", "Retry-After"])
def weather(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Arrival], int | None]:
    return weathered(tmp_path_factory.mktemp("storm"), 400, request.param), request.param


def test_the_rate_follows_the_storm(weather: tuple[list[Arrival], int | None]) -> None:
    arrivals, _ = weather
    rates = {begin: calls for begin, calls, _ in per(arrivals, 1.0, 0.0, arrivals[-1].at)}
    assert max(rates.values()) <= RATE + 1
    assert all(rates[second] >= RATE - 3 for second in range(int(BEGINS)))
    settled = [rates[second] for second in range(int(BEGINS) + 6, int(ENDS))]
    assert sum(settled) / len(settled) < 6
    assert any(rate >= RATE - 1 for second, rate in rates.items() if second >= ENDS)
    back = min(second for second, rate in rates.items() if second >= ENDS and rate >= RATE - 1)
    assert back - ENDS <= 25


def test_few_calls_are_wasted(weather: tuple[list[Arrival], int | None]) -> None:
    arrivals, _ = weather
    stormy = [a for a in arrivals if BEGINS <= a.at < ENDS]
    assert sum(a.throttled for a in stormy) <= len(stormy) / 3


def test_nobody_comes_back_before_the_pause_is_over_nor_all_at_once(weather: tuple[list[Arrival], int | None]) -> None:
    """After a throttled call none arrives for the pause that is asked for; then they come one by one."""
    arrivals, retry_after = weather
    pause = 1.0 if retry_after is None else float(retry_after)
    for one, other in itertools.pairwise(arrivals):
        if one.throttled:
            assert other.at - one.at >= pause - 1e-6
            assert sum(other.at <= a.at < other.at + 1 for a in arrivals) <= RATE / 2 + 1
