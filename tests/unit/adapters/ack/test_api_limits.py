"""The common pace and the policy of repeating: pure, so time is a number here."""

from __future__ import annotations

import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.ack import RetryPolicy, api_errors
from ackplan.adapters.ack.pace import RateLimit


def starts(limit: RateLimit, count: int, now: float = 0.0) -> list[float]:
    """When so many calls start that all wait from `now` on."""
    moments = []
    for _ in range(count):
        now += limit.delay(now)
        limit.started(now)
        moments.append(now)
    return moments


def test_without_a_rate_nothing_waits() -> None:
    for unlimited in (RateLimit(), RateLimit(None), RateLimit(0)):
        assert starts(unlimited, 1000) == [0.0] * 1000


@given(st.floats(0.1, 100), st.integers(2, 30))
def test_no_more_calls_a_second_than_allowed(rate: float, count: int) -> None:
    moments = starts(RateLimit(rate), count)
    assert moments[-1] == pytest.approx((count - 1) / rate)


def test_an_idle_time_saves_up_nothing() -> None:
    limit = RateLimit(2)
    limit.started(0.0)
    assert starts(limit, 3, now=100.0) == [100.0, 100.5, 101.0]


def test_throttled_all_pause_as_long_as_asked_then_go_at_half_the_pace() -> None:
    limit = RateLimit(10)
    limit.started(5.0)
    limit.throttled(started=5.0, now=5.2, retry_after=3.0)
    assert limit.delay(5.2) == pytest.approx(3.0)
    assert limit.rate(8.2) == pytest.approx(5.0)
    first, second = starts(limit, 2, now=5.3)
    assert (first, second - first) == (pytest.approx(8.2), pytest.approx(0.2))


def test_the_pace_recovers_evenly_to_what_it_was() -> None:
    limit = RateLimit(10)
    limit.throttled(started=0.0, now=0.0, retry_after=1.0)
    paces = [limit.rate(1.0 + second) for second in range(12)]
    assert paces == pytest.approx([5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10])


def test_calls_that_were_under_way_together_cut_the_pace_once() -> None:
    limit = RateLimit(16)
    moments = starts(limit, 8)
    for moment in moments:
        limit.throttled(moment, now=1.0, retry_after=None)
    assert limit.rate(2.0) == pytest.approx(8)
    limit.throttled(started=2.0, now=2.0, retry_after=None)
    assert limit.rate(3.0) == pytest.approx(4)


def test_an_unlimited_client_slows_to_half_of_what_it_did_and_is_unlimited_again() -> None:
    limit = RateLimit()
    for n in range(40):
        limit.started(n / 40)
    limit.throttled(started=39 / 40, now=1.0, retry_after=None)
    assert limit.rate(2.0) == pytest.approx(20)
    assert limit.rate(2.0 + 60) is None
    assert limit.delay(2.0 + 60) == 0


def test_a_pause_and_a_pace_have_bounds() -> None:
    limit = RateLimit(1)
    for n in range(50):
        limit.throttled(started=float(n), now=float(n), retry_after=10**6)
    assert limit.delay(50.0) < 60
    assert limit.rate(50.0) == pytest.approx(0.2)


def served(limit: RateLimit, count: int, allowed: int) -> tuple[float, int]:
    """How long so many calls take where the API takes so many in each second, and how many it throttled besides."""
    now, throttled, taken = 0.0, 0, deque[float]()
    while count:
        now += limit.delay(now)
        limit.started(now)
        while taken and taken[0] <= now - 1:
            taken.popleft()
        if len(taken) < allowed:
            taken.append(now)
            count -= 1
        else:
            throttled += 1
            limit.throttled(now, now, None)
    return now, throttled


def test_a_pace_that_adapts_rises_while_nothing_is_throttled() -> None:
    moments = starts(RateLimit(adapts=True), 2000)
    assert moments[200] < 1.2
    assert moments[1999] < 4


@pytest.mark.parametrize("allowed", [5, 20, 200])
def test_a_pace_that_adapts_finds_what_the_api_takes(allowed: int) -> None:
    """However much that is: most of it is used, and few calls are thrown away."""
    count = 300 * allowed
    seconds, throttled = served(RateLimit(adapts=True), count, allowed)
    assert count / seconds > 0.6 * allowed
    assert throttled < count / 20


def test_a_pace_that_adapts_does_not_rise_while_calls_are_rare() -> None:
    limit = RateLimit(adapts=True)
    for second in range(1000):
        limit.started(float(second))
    assert limit.rate(1000.0) == 50


def fault(
    kind: type[api_errors.Fault], *, uncertain: bool = False, retry_after: float | None = None
) -> api_errors.Fault:
    made = kind("Code", "message", uncertain=uncertain)
    made.retry_after = retry_after
    return made


def top(_low: float, high: float) -> float:
    return high


def test_pauses_double_up_to_the_longest() -> None:
    policy = RetryPolicy(attempts=9, total=1000, base=0.5, longest=6)
    pauses = [policy.pause(fault(api_errors.ServerFault), n, 0.0, top) for n in range(1, 10)]
    assert pauses == [0.5, 1, 2, 4, 6, 6, 6, 6, None]


@given(st.integers(1, 5), st.integers(0, 100))
def test_jitter_is_full(attempt: int, seed: int) -> None:
    pause = RetryPolicy().pause(fault(api_errors.ServerFault), attempt, 0.0, random.Random(seed).uniform)
    assert pause is not None
    assert 0 <= pause <= 0.5 * 2 ** (attempt - 1)


def test_what_the_server_asks_for_is_kept_and_time_is_bounded() -> None:
    policy = RetryPolicy(total=30)
    assert policy.pause(fault(api_errors.Throttled, retry_after=7), 1, 0.0, top) == 7.5
    assert policy.pause(fault(api_errors.Throttled, retry_after=7), 1, 22.5, top) == 7.5
    assert policy.pause(fault(api_errors.Throttled, retry_after=7), 1, 22.6, top) is None
    assert policy.pause(fault(api_errors.Throttled, retry_after=3600), 1, 0.0, top) is None


@pytest.mark.parametrize(
    ("kind", "certain", "uncertain"),
    [
        (api_errors.Throttled, True, False),
        (api_errors.ServerFault, True, False),
        (api_errors.Unreachable, True, False),
        (api_errors.ConnectionLost, True, False),
        (api_errors.Timeout, True, False),
        (api_errors.Untrusted, False, False),
        (api_errors.Denied, False, False),
        (api_errors.NotFound, False, False),
        (api_errors.NameExists, False, False),
        (api_errors.AnswerUnreadable, False, False),
        (api_errors.AnswerTooLarge, False, False),
        (api_errors.NotSent, False, False),
        (api_errors.CredentialsUnavailable, False, False),
    ],
)
def test_what_is_repeated_at_all(kind: type[api_errors.Fault], certain: bool, uncertain: bool) -> None:
    policy = RetryPolicy()
    assert (policy.pause(fault(kind), 1, 0.0, top) is not None) == certain
    assert (policy.pause(fault(kind, uncertain=True), 1, 0.0, top) is not None) == uncertain
