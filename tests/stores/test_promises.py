"""What every store promises: nothing is lost, nobody writes without the lock, reading sees one moment."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ackplan.app.workspace import Workspace
from ackplan.core.diagnostics import Failure
from ackplan.core.world import World
from ackplan.record import Record
from ackplan.record.journal import Entry, Facts, Phase
from ackplan.record.unsettled import SETTLED, Unsettled, head_on

from .cases import CASES, ENCRYPTED, TTL, StoreCase, encrypted
from .processes import player

_WITH_KEY = " with a key"
_KEYED = [name + _WITH_KEY for name in ENCRYPTED]


def _store(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> StoreCase:
    """An empty store, encrypted where its name says so."""
    if not name.endswith(_WITH_KEY):
        return CASES[name]()
    case, variables = encrypted(name.removesuffix(_WITH_KEY), folder)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return case


@pytest.fixture(params=[*CASES, *_KEYED])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreCase:
    """Each store in turn; some of them encrypted as well."""
    return _store(request.param, tmp_path, monkeypatch)


@pytest.fixture(params=[name for name in (*CASES, *_KEYED) if name != "folder"])
def leased(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreCase:
    """Each store whose lock is a lease."""
    return _store(request.param, tmp_path, monkeypatch)


def under_lock(workspace: Workspace, act: Callable[[], Awaitable[object]]) -> None:
    async def main() -> None:
        async with workspace.lock("test"):
            await act()
            workspace.journal.close()

    asyncio.run(main())


def entry(name: str, phase: Phase = Phase.INTENT) -> Entry:
    return Entry("run", f"step-{name}", name, phase, Facts(request_id="r" if phase is Phase.ANSWER else ""))


def test_an_empty_store_reads_as_nothing(store: StoreCase) -> None:
    record, leftover = store.workspace().snapshot()
    assert (record.lineage, record.serial, record.entries) == ("", 0, {})
    assert (leftover.head, leftover.entries) == (None, ())
    assert store.workspace().holder() is None


def test_a_record_is_read_back_by_whoever_asks(store: StoreCase) -> None:
    workspace = store.workspace()

    async def act() -> None:
        first = workspace.record.write(Record("", world=World("123", "e")), expect=workspace.record.read())
        assert (first.serial, bool(first.lineage)) == (1, True)
        assert workspace.record.write(dataclasses.replace(first), expect=first).serial == 2

    under_lock(workspace, act)
    again = store.workspace().record.read()
    assert (again.serial, again.world) == (2, World("123", "e"))
    assert [version.serial for version in store.workspace().history(10)][:1] == [2]


def test_another_record_than_expected_is_never_replaced(store: StoreCase) -> None:
    workspace = store.workspace()

    async def act() -> None:
        first = workspace.record.write(Record(""), expect=workspace.record.read())
        second = workspace.record.write(dataclasses.replace(first), expect=first)
        for write in (
            workspace.record.write,
            lambda record, expect: workspace.conclude(record, SETTLED, expect=expect),
        ):
            with pytest.raises(Failure, match="ACK3004"):
                write(dataclasses.replace(first), expect=first)
        assert workspace.record.read() == second

    under_lock(workspace, act)


def test_a_run_begins_goes_on_and_ends(store: StoreCase) -> None:
    workspace, names = store.workspace(), [f"c{number}" for number in range(300)]

    async def act() -> None:
        record = workspace.record.write(Record(""), expect=workspace.record.read())
        head = head_on(record, "run", "plan")
        workspace.journal.open(head)
        await asyncio.gather(*(workspace.journal.write(entry(name)) for name in names))
        workspace.journal.append([entry("last", Phase.ANSWER)])
        leftover = store.workspace().snapshot()[1]
        assert leftover.head == head
        assert [each.name for each in leftover.entries] == [*names, "last"]
        assert leftover.entries[-1] == entry("last", Phase.ANSWER)
        kept = Unsettled("run", (entry("c7"),))
        written = workspace.conclude(dataclasses.replace(record), kept, expect=record)
        assert written.serial == record.serial + 1
        after, leftover = store.workspace().snapshot()
        assert after == written
        assert (leftover.head, leftover.entries) == (head_on(written, "run"), (entry("c7"),))
        workspace.conclude(written, SETTLED, expect=written)
        assert store.workspace().snapshot()[1].entries == ()
        assert store.workspace().record.read().serial == written.serial

    under_lock(workspace, act)


def test_what_an_interrupted_run_left_is_added_to_by_the_next(store: StoreCase) -> None:
    with player(store.url) as first:
        assert [first.say(line)[:2] for line in ("lock", "write", "begin", "append a", "append b")] == ["ok"] * 5
        first.kill()
    with player(store.url) as second:
        assert second.say(f"lock {10 * TTL}")[:2] == "ok"
        assert second.say("append c") == "ok"
        assert [each.name for each in store.workspace().snapshot()[1].entries] == ["a", "b", "c"]
        assert second.say("conclude") == "ok 2"
    assert store.workspace().snapshot()[1].head is None


def test_a_record_that_is_written_alone_leaves_the_journal(store: StoreCase) -> None:
    with player(store.url) as first:
        assert [first.say(line)[:2] for line in ("lock", "write", "begin", "append a")] == ["ok"] * 4
        first.kill()
    with player(store.url) as second:
        assert second.say(f"lock {10 * TTL}")[:2] == "ok"
        assert second.say("append b") == "ok"
        assert second.say("write") == "ok 2"
    leftover = store.workspace().snapshot()[1]
    assert leftover.head is not None
    assert [each.name for each in leftover.entries] == ["a", "b"]


def test_a_lock_that_is_held_is_nobody_elses(store: StoreCase) -> None:
    with player(store.url) as first, player(store.url) as second:
        told = first.say("lock")
        assert told.startswith("ok lock ")
        refused = second.say("lock")
        assert refused.startswith("failed ACK3021")
        assert told.removeprefix("ok ") in refused
        assert first.say("write") == "ok 1"
        assert first.say("free") == "ok"
        assert second.say("lock")[:2] == "ok"
        assert store.workspace().holder() is not None


def test_eight_processes_lose_no_write(store: StoreCase) -> None:
    with contextlib.ExitStack() as stack:
        counting = [stack.enter_context(player(store.url)) for _ in range(8)]
        for each in counting:
            each.tell("count 10")
        assert [each.hear() for each in counting] == ["ok"] * 8
    record = store.workspace().record.read()
    assert (record.serial, record.world.account) == (80, "80")


def test_whoever_died_is_followed_within_its_lease(leased: StoreCase) -> None:
    with player(leased.url) as first, player(leased.url) as second:
        assert first.say("lock")[:2] == "ok"
        first.kill()
        begun = time.monotonic()
        assert second.say("lock")[:2] == "ok"
        assert time.monotonic() - begun < 30  # no measure: only that nobody is needed to free it
        assert second.say("write") == "ok 1"


def test_whoever_slept_through_its_lease_writes_nothing(leased: StoreCase) -> None:
    with player(leased.url) as first, player(leased.url) as second:
        assert [first.say(line)[:2] for line in ("lock", "write", "begin", "append a")] == ["ok"] * 4
        first.signal(signal.SIGSTOP)
        assert second.say("lock")[:2] == "ok"
        assert second.say("append b") == "ok"
        first.signal(signal.SIGCONT)
        for line in ("append c", "write", "conclude", "begin"):
            assert first.say(line).startswith("failed ACK3101"), line
        assert [each.name for each in leased.workspace().snapshot()[1].entries] == ["a", "b"]
        assert second.say("conclude") == "ok 2"


def test_whoever_is_released_by_force_writes_nothing(leased: StoreCase) -> None:
    with player(leased.url) as first:
        told = first.say("lock")
        workspace = leased.workspace()
        with pytest.raises(Failure, match="ACK3023"):
            workspace.release("00000000")
        assert str(workspace.release(told.split()[2].rstrip(":"))) in told
        assert first.say("write").startswith("failed ACK3101")
    assert leased.workspace().record.read().serial == 0
    with pytest.raises(Failure, match="ACK3022"):
        leased.workspace().release("00000000")


def test_a_lease_lasts_as_long_as_its_holder_works(leased: StoreCase) -> None:
    with player(leased.url) as first, player(leased.url) as second:
        assert first.say("lock")[:2] == "ok"
        assert second.say(f"lock {3 * TTL}").startswith("failed ACK3021")
        assert first.say("write") == "ok 1"


def test_every_version_is_kept_with_who_and_why(leased: StoreCase) -> None:
    with player(leased.url) as first:
        assert [first.say(line) for line in ("lock", "write", "write", "write")][1:] == ["ok 1", "ok 2", "ok 3"]
    versions = leased.workspace().history(10)
    assert [version.serial for version in versions] == [3, 2, 1]
    assert all(version.who and version.when.endswith("Z") and "play" in version.subject for version in versions)
    assert leased.workspace().at(2) == dataclasses.replace(leased.workspace().record.read(), serial=2)
    assert leased.workspace().at(9) is None
