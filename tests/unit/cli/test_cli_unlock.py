"""`ackplan unlock`: a lock that is held stays held; what a killed run left is cleared by its id."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ackplan.adapters.local.lock import left_behind, locked, unlock
from ackplan.adapters.local.process import this_process
from ackplan.core.diagnostics import Failure
from ackplan.record.holder import Holder
from tests.running import command_line


def holder() -> Holder:
    return this_process("ackplan apply", "2026-01-01T00:00:00Z", {})


async def no_sleep(_seconds: float) -> None:
    raise AssertionError("nobody waits here")


def held(path: Path):
    return locked(path, holder(), 0, no_sleep)


def leave_behind(path: Path) -> str:
    """The note of a run that was killed; its id."""

    notes: list[bytes] = []

    async def main() -> None:
        async with held(path):
            notes.extend(map(Path.read_bytes, [path]))

    asyncio.run(main())
    (note,) = notes
    path.write_bytes(note)
    return json.loads(note)["id"]


def test_a_lock_names_its_holder_and_is_free_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / ".ackplan/default.lock"

    async def main() -> str:
        async with held(path):
            (note,) = map(json.loads, map(Path.read_bytes, [path]))
            with pytest.raises(Failure, match="ACK3021") as refused:
                async with held(path):
                    raise AssertionError("two hold it")
            with pytest.raises(Failure, match="ACK3021"):
                unlock(path, note["id"])
            assert left_behind(path) is None
            assert f"lock {note['id']}: {note['who']}, process {note['pid']}, ackplan apply" in str(refused.value)
            return note["id"]

    first = asyncio.run(main())
    assert path.read_bytes() == b""
    assert len(first) == 8
    assert asyncio.run(main()) != first


def test_a_run_that_fails_leaves_no_note(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"

    async def main() -> None:
        async with held(path):
            raise ValueError("it failed")

    with pytest.raises(ValueError, match="it failed"):
        asyncio.run(main())
    assert path.read_bytes() == b""


def test_unlock_clears_the_note_of_a_killed_run(tmp_path: Path) -> None:
    path = tmp_path / ".ackplan/default.lock"
    lock_id = leave_behind(path)
    assert left_behind(path).id == lock_id
    other = command_line(tmp_path, "unlock", "00000000")
    assert other.code == 1
    assert f"To clear it: ackplan unlock {lock_id}" in other.err
    done = command_line(tmp_path, "unlock", lock_id)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Cleared lock {lock_id}: ")
    again = command_line(tmp_path, "unlock", lock_id)
    assert again.code == 1
    assert again.err.startswith("ACK3022 Workspace is not locked")


def test_each_workspace_has_its_own(tmp_path: Path) -> None:
    lock_id = leave_behind(tmp_path / ".ackplan/other.lock")
    assert command_line(tmp_path, "unlock", lock_id).code == 1
    assert command_line(tmp_path, "unlock", lock_id, "--workspace", "other").code == 0


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"id": "x"}', b"\xff"])
def test_a_note_that_says_nothing_stops_nobody(note: bytes, tmp_path: Path) -> None:
    path = tmp_path / ".ackplan/default.lock"
    path.parent.mkdir()
    path.write_bytes(note)
    assert left_behind(path) is None
    assert command_line(tmp_path, "unlock", "x").err.startswith("ACK3022")


@pytest.mark.parametrize("note", ["[" * 4000, '{"id": "x", "who": "a", "what": "b", "since": "c", "pid": Infinity}'])
def test_note_that_nobody_wrote_is_none(note: str, tmp_path: Path) -> None:
    path = tmp_path / ".ackplan" / "default.lock"
    path.parent.mkdir()
    path.write_text(note)
    assert command_line(tmp_path, "unlock", "x").err[:7] == "ACK3022"


def test_note_of_a_stranger_moves_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / ".ackplan" / "default.lock"
    path.parent.mkdir()
    path.write_text(json.dumps({"id": "x", "who": "\x1b[31ma", "what": "b", "since": "c", "pid": 1}))
    assert "\\x1b[31ma" in command_line(tmp_path, "unlock", "x").out


def test_lock_file_that_is_taken_away_while_it_is_waited_for_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "default.lock"

    async def main() -> None:
        first = held(path)
        await first.__aenter__()

        async def meanwhile(_seconds: float) -> None:
            path.unlink()
            await first.__aexit__(None, None, None)

        async with locked(path, holder(), 1, meanwhile):
            raise AssertionError("no lock")

    with pytest.raises(Failure, match="ACK3020"):
        asyncio.run(main())


def test_one_record_has_one_lock_wherever_a_run_is_started(tmp_path: Path) -> None:
    """Two projects that share a record: each had a lock of its own."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()

    async def main() -> None:
        async with held(tmp_path / "kept" / ".ackplan" / "default.lock"):
            for folder, place in ((here, "../kept"), (there, str(tmp_path / "kept"))):
                refused = await asyncio.to_thread(command_line, folder, "state", "rm", "web", "--state", place)
                assert (refused.code, refused.err[:7]) == (1, "ACK3021")

    asyncio.run(main())
