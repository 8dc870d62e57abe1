"""How old an intent may be when its call is sent: the clock goes on while it is written down, or while all stands still."""

from __future__ import annotations

import asyncio

import pytest

from ackplan.execute.fresh_intent import FreshIntent


class Store:
    """A journal whose commits take so many seconds, one after the other; the last again and again. It is the clock, too."""

    def __init__(self, *commits: float, lost_after: int = 99) -> None:
        self._commits = commits
        self._lost_after = lost_after
        self.time = 1000.0
        self.written = 0

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds

    async def write(self) -> None:
        if self.written >= self._lost_after:
            raise RuntimeError("the lock is lost")
        self.time += self._commits[min(self.written, len(self._commits) - 1)]
        self.written += 1


def sent(store: Store, stands_still: float = 0.0) -> int:
    """How often a call was written down by the time that it is sent."""

    async def main() -> None:
        intent = FreshIntent(store)
        await intent.write(store.write)
        store.time += stands_still
        await intent.renew(store.write)

    asyncio.run(main())
    return store.written


@pytest.mark.parametrize(
    ("commits", "stands_still", "written"),
    [((0.1,), 0.0, 1), ((0.1,), 2.0, 1), ((0.1,), 3.0, 2), ((4.0, 0.1), 0.0, 2), ((4.0,), 0.0, 2), ((10.0,), 0.0, 3)],
)
def test_what_was_written_down_a_while_ago_is_written_once_more(
    commits: tuple[float, ...], stands_still: float, written: int
) -> None:
    assert sent(Store(*commits), stands_still) == written


@pytest.mark.parametrize(("commit", "stands_still"), [(90.0, 0.0), (0.1, 90.0)])
def test_whoever_lost_the_lock_meanwhile_sends_nothing(commit: float, stands_still: float) -> None:
    with pytest.raises(RuntimeError, match="lost"):
        sent(Store(commit, lost_after=1), stands_still)
