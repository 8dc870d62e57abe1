"""Slots that are written at the same time: none counts before those that were begun before it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ackplan.adapters.stores.leased import Lease
from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.log.slot import AT_ONCE, slot_key
from ackplan.adapters.stores.waiting import StoreAway
from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from ackplan.record.unsettled import SETTLED, head_on

from .memory_objects import MemoryObjects
from .test_log import Time, intent, opened

SECOND, THIRD, FOURTH = (slot_key("default", number) for number in (2, 3, 4))


@pytest.fixture
def objects() -> MemoryObjects:
    objects = MemoryObjects()
    opened(objects).set_up()
    return objects


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield threads


class Patient(Time):
    """A clock on which no patience ends."""

    def sleep(self, seconds: float) -> None:
        pass


def holding(objects: MemoryObjects, time: Time | None = None) -> LogWorkspace:
    """A workspace whose lock is held, by slot 1."""
    workspace = opened(objects, time=time)
    lease = workspace.take(workspace.settings.holder("test"))
    assert isinstance(lease, Lease)
    workspace.lease = lease
    return workspace


def append(workspace: LogWorkspace, name: str) -> None:
    workspace.append(head=head_on(Record("x"), "run", "plan"), entries=(intent(name),))


class Held:
    """Holds the creation of slot 2 up until it is let go; `then` is what becomes of it."""

    def __init__(self, objects: MemoryObjects, then: Callable[[], None] = lambda: None) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._then = then
        self._thread: int | None = None
        objects.before = self._before

    def _before(self, verb: str, key: str) -> None:
        if (verb, key) == ("create", SECOND) and self._thread in {None, threading.get_ident()}:
            self._thread = threading.get_ident()
            self.reached.set()
            self.go.wait(30)
            self._then()


def both(objects: MemoryObjects, threads: ThreadPoolExecutor, held: Held) -> tuple[LogWorkspace, list[Future[None]]]:
    """`a` is held up in slot 2, and `b` has made slot 3."""
    workspace = holding(objects)
    first = threads.submit(append, workspace, "a")
    held.reached.wait(30)
    second = threads.submit(append, workspace, "b")
    while THIRD not in objects.objects:
        assert not second.done()
    return workspace, [first, second]


def names(objects: MemoryObjects) -> list[str]:
    return [entry.name for entry in opened(objects).snapshot()[1].entries]


def test_none_counts_before_those_before_it(objects: MemoryObjects, threads: ThreadPoolExecutor) -> None:
    held = Held(objects)
    _, appends = both(objects, threads, held)
    assert names(objects) == []
    assert not appends[1].done()
    held.go.set()
    assert [each.result(30) for each in appends] == [None, None]
    assert names(objects) == ["a", "b"]


def test_whoever_takes_the_lock_over_between_ends_both(objects: MemoryObjects, threads: ThreadPoolExecutor) -> None:
    held = Held(objects)
    _, appends = both(objects, threads, held)
    objects.before = lambda _verb, _key: None
    other = opened(objects)
    other.log.follow()
    other._watched = (1, float("-inf"))  # it saw the log stand still
    lease = other.take(other.settings.holder("other"))
    held.go.set()
    assert isinstance(lease, Lease)
    for each in appends:
        with pytest.raises(Failure, match="ACK3101"):
            each.result(30)
    other.lease = lease
    append(other, "c")
    assert names(objects) == ["c"]
    assert FOURTH in objects.objects  # past slot 3, which means nothing
    other.conclude(Record("x"), SETTLED, expect=Record(""))
    assert opened(objects).snapshot()[0].serial == 1


def test_whoever_died_between_leaves_what_was_never_acknowledged(objects: MemoryObjects) -> None:
    workspace = holding(objects)
    for name in ("a", "b", "c"):
        append(workspace, name)
    objects.objects.pop(THIRD)
    other = opened(objects)
    other.log.follow()
    other._watched = (2, float("-inf"))
    other.lease = lease = other.take(other.settings.holder("other"))  # type: ignore[assignment]
    assert isinstance(lease, Lease)
    append(other, "d")
    assert names(objects) == ["a", "d"]


def test_what_comes_after_something_given_up_is_written_once_more(
    objects: MemoryObjects, threads: ThreadPoolExecutor
) -> None:
    def away() -> None:
        raise StoreAway("it is away")

    held = Held(objects, away)
    _, (first, second) = both(objects, threads, held)
    held.go.set()
    with pytest.raises(Failure, match="ACK3100"):
        first.result(30)
    assert second.result(30) is None
    assert names(objects) == ["b"]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_lost_on_the_way_all_is_there_once(objects: MemoryObjects, seed: int) -> None:
    chance = random.Random(seed)
    lock = threading.Lock()

    def flaky(verb: str, key: str) -> None:
        with lock:
            is_lost = "/log/" in key and verb in {"create", "get"} and chance.random() < 0.3
        if is_lost:
            raise StoreAway("no answer")

    workspace = holding(objects, Patient())
    objects.before = objects.after = flaky
    wanted = [f"c{number}" for number in range(60)]
    with ThreadPoolExecutor(2 * AT_ONCE) as threads:
        reads = [threads.submit(workspace.snapshot) for _ in range(5)]
        for each in [threads.submit(append, workspace, name) for name in wanted]:
            each.result(60)
        for read in reads:
            read.result(60)
    objects.before = objects.after = lambda _verb, _key: None
    assert Counter(names(objects)) == Counter(wanted)
