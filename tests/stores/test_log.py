"""The log in memory: answers that are lost, a store that is away, slots that a stranger brings along, few requests."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ackplan.adapters.stores.leased import Busy, Lease
from ackplan.adapters.stores.log.log_store import LogStore
from ackplan.adapters.stores.log.log_workspace import LogWorkspace
from ackplan.adapters.stores.log.object_store import StoredObject
from ackplan.adapters.stores.log.slot import LAST, Slot, SlotKind, encode_slot, slot_key
from ackplan.adapters.stores.packing import packed, unpacked
from ackplan.adapters.stores.store_clock import skew_of
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.core.diagnostics import Failure
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import NOTHING, Entry, Phase
from ackplan.record.unsettled import SETTLED, Unsettled, head_on

from .encrypted import encrypt_memory
from .memory_objects import MemoryObjects, lost

PATIENCE = 120.0


class Time:
    """A clock that goes on by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def opened(objects: MemoryObjects, name: str = "default", time: Time | None = None) -> LogWorkspace:
    time = time or Time()
    settings = StoreSettings(
        lambda what: Holder("0a0b0c0d", "me@here", 1, what, "2026-01-01T00:00:00Z"),
        60.0,
        PATIENCE,
        keys=objects.opened_with,
    )
    waiter = Waiter("memory", PATIENCE, lambda _text: None, time.sleep, lambda: time.now)
    return LogWorkspace(objects, name, settings, waiter)


def store_of(objects: MemoryObjects) -> LogStore:
    return LogStore(objects, opened(objects).settings, Waiter("memory", PATIENCE, lambda _text: None))


@pytest.fixture(params=["plain", "encrypted"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryObjects:
    """An empty store, set up."""
    objects = MemoryObjects()
    opened(objects).set_up()
    if request.param == "encrypted":
        encrypt_memory(objects, tmp_path)
    objects.requests.clear()
    return objects


def intent(name: str) -> Entry:
    return Entry("run", f"step-{name}", name, Phase.INTENT)


def under_lock(workspace: LogWorkspace, act: Callable[[], Awaitable[object]]) -> None:
    async def main() -> None:
        async with workspace.lock("test"):
            await act()
            workspace.journal.close()

    asyncio.run(main())


def whole_run(workspace: LogWorkspace, names: tuple[str, ...] = ("a", "b", "c")) -> None:
    """A run that leaves one call in flight, under a lock of its own."""

    async def act() -> None:
        now = workspace.read()
        first = workspace.write(dataclasses.replace(now), expect=now)
        workspace.journal.open(head_on(first, "run", "plan"))
        for name in names:
            await workspace.journal.write(intent(name))
        workspace.conclude(dataclasses.replace(first), Unsettled("run", (intent(names[0]),)), expect=first)

    under_lock(workspace, act)


SLOTS_OF_A_RUN = 8  # take, record, begin, three entries, conclude, free


@pytest.mark.parametrize("number", range(1, SLOTS_OF_A_RUN))
def test_an_answer_that_is_lost_changes_nothing(objects: MemoryObjects, number: int) -> None:
    objects.after = lost("create", f"/log/{number:012d}")
    whole_run(opened(objects))
    assert [each for each in objects.objects if "/log/" in each] == [
        slot_key("default", slot) for slot in range(1, SLOTS_OF_A_RUN + 1)
    ]
    record, leftover = opened(objects).snapshot()
    assert (record.serial, [each.name for each in leftover.entries]) == (2, ["a"])
    assert opened(objects).holder() is None


@pytest.mark.parametrize("number", range(1, SLOTS_OF_A_RUN))
def test_a_request_that_was_never_done_is_made_again(objects: MemoryObjects, number: int) -> None:
    objects.before = lost("create", f"/log/{number:012d}", times=3)
    whole_run(opened(objects))
    assert opened(objects).snapshot()[0].serial == 2


def test_what_something_on_the_way_repeats_is_our_own(objects: MemoryObjects) -> None:
    """The first of two equal requests makes the object, and the answer to the second is all that comes back."""
    create = objects.create

    def twice(key: str, data: bytes) -> bool:
        create(key, data)
        return create(key, data)

    objects.create = twice  # type: ignore[method-assign]
    whole_run(opened(objects))
    assert opened(objects).snapshot()[0].serial == 2


def test_a_record_whose_answer_is_lost_is_written_once(objects: MemoryObjects) -> None:
    objects.after = lost("create", "/record/", times=2)
    whole_run(opened(objects))
    assert sum("/record/" in key for key in objects.objects) == 2


def test_a_store_that_is_away_for_a_while_is_waited_for(objects: MemoryObjects) -> None:
    time = Time()
    workspace = opened(objects, time=time)

    def away(_verb: str, key: str) -> None:
        if "000000000004" in key and time.now < PATIENCE / 2:
            raise StoreAway("it is away")

    objects.before = away
    whole_run(workspace)
    assert time.now >= PATIENCE / 2
    assert [each.name for each in opened(objects).snapshot()[1].entries] == ["a"]


def test_a_store_that_stays_away_lets_nothing_be_sent(objects: MemoryObjects) -> None:
    time = Time()
    workspace = opened(objects, time=time)

    async def act() -> None:
        workspace.journal.open(head_on(workspace.read(), "run", "plan"))
        objects.before = lost("create", "/log/", times=LAST)
        with pytest.raises(Failure, match="ACK3100"):
            await workspace.journal.write(intent("a"))

    under_lock(workspace, act)
    objects.before = lambda _verb, _key: None
    assert PATIENCE / 2 < time.now <= PATIENCE + 1
    assert opened(objects).snapshot()[1].entries == ()


def test_what_was_given_up_and_came_to_be_is_gone_past(objects: MemoryObjects) -> None:
    """The lock is still ours, and what was given up is known to the store: nothing of it was sent."""
    workspace = opened(objects)

    async def act() -> None:
        workspace.journal.open(head_on(workspace.read(), "run", "plan"))
        objects.after, get = lost("create", "/log/", times=LAST), objects.get
        objects.get = lost_get  # type: ignore[method-assign]
        with pytest.raises(Failure, match="ACK3100"):
            await workspace.journal.write(intent("a"))
        objects.after, objects.get = (lambda _verb, _key: None), get  # type: ignore[method-assign]
        await workspace.journal.write(intent("b"))

    under_lock(workspace, act)
    assert [each.name for each in opened(objects).snapshot()[1].entries] == ["a", "b"]


def lost_get(_key: str, _most: int) -> StoredObject | None:
    raise StoreAway("no answer")


def test_a_conflict_without_an_object_is_tried_again(objects: MemoryObjects) -> None:
    """S3 answers so where two create one object at the same time and one of them fails."""
    create, conflicts = objects.create, [3]

    def conflicting(key: str, data: bytes) -> bool:
        if "/log/" in key and conflicts[0]:
            conflicts[0] -= 1
            return False
        return create(key, data)

    objects.create = conflicting  # type: ignore[method-assign]
    whole_run(opened(objects))
    assert opened(objects).snapshot()[0].serial == 2


def test_of_two_that_see_a_free_lock_one_gets_it(objects: MemoryObjects) -> None:
    first, second = opened(objects), opened(objects)
    holder = Holder("11111111", "you@there", 2, "other", "2026-01-01T00:00:00Z")
    results: list[Lease | Busy] = []

    def meanwhile(verb: str, key: str) -> None:
        if verb == "create" and "/log/" in key:
            objects.before = lambda _verb, _key: None
            results.append(second.take(holder))

    objects.before = meanwhile
    results.append(first.take(dataclasses.replace(holder, id="22222222")))
    assert [type(each) for each in results] == [Lease, Busy]
    assert isinstance(results[1], Busy)
    assert results[1].holder == holder


def test_a_lease_that_is_not_used_is_renewed_by_a_slot(objects: MemoryObjects) -> None:
    workspace = opened(objects)
    lease = workspace.take(workspace.settings.holder("test"))
    assert isinstance(lease, Lease)
    assert workspace.renew(lease)
    assert len([key for key in objects.objects if "/log/" in key]) == 1  # it was taken just now
    workspace.log.wrote = float("-inf")
    assert workspace.renew(lease)
    assert opened(objects).log.follow().number == 2
    opened(objects).release("0a0b0c0d")
    workspace.log.wrote = float("-inf")
    assert not workspace.renew(lease)


# What a stranger brings along


def test_a_store_that_nobody_set_up_holds_nothing_until_the_first_lock() -> None:
    objects = MemoryObjects()
    assert opened(objects).snapshot() == (Record(lineage=""), NOTHING)
    with pytest.raises(Failure, match="ACK3102"):
        list(opened(objects).check())
    assert isinstance(opened(objects).take(Holder("a", "me", 1, "test", "now")), Lease)
    assert not list(opened(objects).check())


@pytest.mark.parametrize("marker", [b'{"version": 2}', b"[]", b"\xff", b'{"version": "1"', b"[" * 900])
def test_a_store_of_another_format_is_left_alone(objects: MemoryObjects, marker: bytes) -> None:
    objects.put(".ackplan/format", marker)
    for use in (opened(objects).snapshot, opened(objects).set_up):
        with pytest.raises(Failure, match="ACK3105"):
            use()


def rewritten(number: int, **fields: object) -> Callable[[MemoryObjects], None]:
    def rewrite(objects: MemoryObjects) -> None:
        key = slot_key("default", number)
        slot = json.loads(unpacked(objects.objects[key].data))
        objects.put(key, packed(json.dumps(slot | fields).encode()))

    return rewrite


def moved(number: int, source: int) -> Callable[[MemoryObjects], None]:
    return lambda objects: objects.put(slot_key("default", number), objects.objects[slot_key("default", source)].data)


HOSTILE = {
    "another number's slot": moved(4, 5),
    "another workspace's slot": rewritten(4, workspace="other"),
    "no slot": lambda objects: objects.put(slot_key("default", 4), b"garbage"),
    "not JSON": lambda objects: objects.put(slot_key("default", 4), packed(b"{")),
    "deep JSON": lambda objects: objects.put(slot_key("default", 4), packed(b"[" * 100_000)),
    "a list": lambda objects: objects.put(slot_key("default", 4), packed(b"[]")),
    "a hole": lambda objects: objects.objects.pop(slot_key("default", 4)),
    "another epoch": rewritten(4, epoch=2),
    "an epoch that is text": rewritten(4, epoch="1"),
    "a kind that there is not": rewritten(4, kind="steal"),
    "a newer format": rewritten(4, version=2),
    "entries of no run": rewritten(4, entries=["{}"]),
    "entries that are numbers": rewritten(4, entries=[1]),
    "a head that is none": rewritten(3, head="[]"),
    "a lock that never ends": rewritten(1, ttl=1e9),
    "a lock of nobody": rewritten(1, holder=None),
    "a lock without an end": rewritten(1, ttl=float("nan")),
    "a move to nowhere": rewritten(4, kind="moved"),
    "a record elsewhere": rewritten(7, record=[7, 2, "../../other/record/x", "0" * 64]),
    "a record of another serial": rewritten(7, record=[7, 3, f"{2:016d}-{'0' * 16}", "0" * 64]),
    "a record that is not there": rewritten(7, record=[7, 2, f"{2:016d}-{'0' * 16}", "0" * 64]),
    "versions in a circle": rewritten(7, earlier=[[1, 7]]),
    "another record": lambda objects: [objects.put(key, packed(b"{}")) for key in objects.objects if "/record/" in key],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_a_stranger_wrote_is_believed(objects: MemoryObjects, name: str) -> None:
    whole_run(opened(objects))
    objects.objects.pop("default/hint")
    HOSTILE[name](objects)
    with pytest.raises(Failure, match=r"ACK3104|ACK3129"):
        opened(objects).snapshot()
    whole_run(opened(objects, "other"))
    assert list(store_of(objects).names()) == ["default", "other"]


@pytest.mark.parametrize("hint", [b"garbage", b"9" * 12, b"0" * 12, b"000000000004", b"000000000002", b"\xff" * 12])
def test_a_hint_costs_reads_and_never_truth(objects: MemoryObjects, hint: bytes) -> None:
    whole_run(opened(objects))
    honest = opened(objects).snapshot()
    objects.put("default/hint", hint)
    assert opened(objects).snapshot() == honest


def test_objects_that_are_no_slots_are_passed_over(objects: MemoryObjects) -> None:
    whole_run(opened(objects))
    honest = opened(objects).snapshot()
    for name in ("000000000009.bak", "1", "x", "000000000003/deeper"):
        objects.put(f"default/log/{name}", b"junk")
    objects.objects.pop("default/hint")
    assert opened(objects).snapshot() == honest


def test_a_workspace_that_moved_says_where(objects: MemoryObjects) -> None:
    workspace = opened(objects)
    lease = workspace.take(workspace.settings.holder("move"))
    assert isinstance(lease, Lease)
    slot = Slot("default", 2, lease.epoch, SlotKind.MOVED, workspace.log.state.nonce, moved_to="s3://bucket/elsewhere")
    objects.create(slot_key("default", 2), encode_slot(slot, workspace.log.cipher))
    for use in (
        opened(objects).snapshot,
        lambda: opened(objects).take(lease.holder),
        lambda: opened(objects).history(1),
    ):
        with pytest.raises(Failure, match="ACK3106") as caught:
            use()
        assert "s3://bucket/elsewhere" in str(caught.value.diagnostics[0].cure)
    workspace.lease = lease
    with pytest.raises(Failure, match="ACK3101"):
        workspace.append(entries=(intent("a"),))


# How much is asked for


def test_a_workspace_at_rest_is_read_with_few_requests(objects: MemoryObjects) -> None:
    whole_run(opened(objects))
    objects.requests.clear()
    workspace = opened(objects)
    workspace.snapshot()
    name = next(key for key in objects.objects if "/record/0000000000000002" in key)
    conclude, free = slot_key("default", 7), slot_key("default", 8)
    keyring = "get", ".ackplan/encryption/000001"
    assert [request for request in objects.requests if request != keyring] == [
        ("keys", ".ackplan/encryption/"), ("get", "default/hint"), ("get", conclude), ("keys", "default/log/"), ("get", free), ("get", name)
    ]  # fmt: skip
    objects.requests.clear()
    workspace.snapshot()
    assert objects.requests == [("keys", "default/log/")]


def test_a_log_without_a_hint_is_read_as_well(objects: MemoryObjects) -> None:
    """A run that was killed leaves none."""
    for _ in range(3):
        whole_run(opened(objects))
    honest = opened(objects).snapshot()
    objects.objects.pop("default/hint")
    assert opened(objects).snapshot() == honest


def test_versions_are_kept_for_ever(objects: MemoryObjects) -> None:
    workspace = opened(objects)

    async def act() -> None:
        now = workspace.read()
        for _ in range(205):
            now = workspace.write(dataclasses.replace(now), expect=now)
        workspace.conclude(now, SETTLED, expect=now)  # which makes no version

    under_lock(workspace, act)
    again = opened(objects)
    assert [version.serial for version in again.history(1000)] == list(range(205, 0, -1))
    assert [version.serial for version in again.history(3)] == [205, 204, 203]
    old = again.at(3)
    assert old is not None
    assert old.serial == 3
    assert again.at(206) is None


def test_workspaces_of_one_store_know_nothing_of_each_other(objects: MemoryObjects) -> None:
    whole_run(opened(objects, "one"))
    assert opened(objects, "two").snapshot()[0] == Record("")
    assert opened(objects, "one").snapshot()[0].serial == 2


# Clocks


@pytest.mark.parametrize(
    ("modified", "begun", "ended", "skew"),
    [
        (100.0, 100.4, 100.6, 0.0),  # told to the second
        (100.0, 99.0, 103.0, 0.0),
        (3700.0, 100.0, 101.0, 3599.0),
        (100.0, 3700.0, 3701.0, -3599.0),
    ],
)
def test_a_clock_is_off_by_no_more_than_is_proved(modified: float, begun: float, ended: float, skew: float) -> None:
    assert skew_of(modified, begun, ended) == skew


def test_a_lock_tells_the_clock_of_the_store(objects: MemoryObjects) -> None:
    import time

    ahead = MemoryObjects(lambda: time.time() + 3600)
    ahead.objects, ahead.opened_with = objects.objects, objects.opened_with
    workspace = opened(ahead)
    whole_run(workspace)
    assert 3590 < workspace.skew() <= 3600
