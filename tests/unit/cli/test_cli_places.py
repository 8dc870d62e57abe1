"""However a record is named, it has one lock and one journal."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.record.codec import decode_cluster
from ackplan.record.journal import Entry, Phase, RunHead
from tests.running import command_line

SPEC = "ackplan: 1\nregion: cn-beijing\nclusters: {}\n"
# Where the command runs, and how it names the record of the project.
WAYS = [
    (".", ()),
    (".", ("--state", "state")),
    (".", ("--state", "./sub/../state/")),
    ("sub", ("-f", "../ackplan.yaml", "--state", "../state")),
    ("sub", ("-C", "..")),
    ("sub", ("-f", "../ackplan.yaml", "--state", "../linked")),
    ("elsewhere", ("-f", "../project/ackplan.yaml", "--state", "file:../project/state")),
    ("elsewhere", ("-f", "../project/ackplan.yaml", "--state", "link/state")),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for made in (folder / "sub", folder / "state", tmp_path / "elsewhere"):
        made.mkdir(parents=True)
    (folder / "ackplan.yaml").write_text(SPEC)
    (folder / "linked").symlink_to("state")
    (tmp_path / "elsewhere/link").symlink_to(folder)
    return folder


def place(project: Path, where: str) -> Path:
    return project.parent / where if where == "elsewhere" else project / where


@contextmanager
def held(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def interrupted(path: Path) -> None:
    """The journal of a run that was killed."""

    async def write() -> None:
        journal = SqliteJournal(path)
        journal.open(RunHead("4711", "plan", "", 0))
        journal.close()

    asyncio.run(write())


@pytest.mark.parametrize(("where", "named"), WAYS)
def test_a_run_in_the_project_keeps_all_others_out(project: Path, where: str, named: tuple[str, ...]) -> None:
    with held(project / ".ackplan/default.lock"):
        refused = command_line(
            place(project, where), "apply", "--auto-approve", "--endpoint=http://127.0.0.1:1", *named
        )
    assert (refused.code, refused.err[:7]) == (1, "ACK3021"), refused


@pytest.mark.parametrize(("where", "named"), WAYS)
def test_the_journal_of_a_killed_run_is_seen(project: Path, where: str, named: tuple[str, ...]) -> None:
    interrupted(project / ".ackplan/default.journal")
    planned = command_line(place(project, where), "plan", "--no-refresh", *named)
    assert "ACK3030" in planned.out, planned
    assert "run 4711" in planned.out


def test_of_a_record_of_another_name_they_lie_in_its_folder(project: Path) -> None:
    interrupted(project / "records/.ackplan/default.journal")
    for where, state in ((".", "records"), ("sub", "../records")):
        named = ("-f", str(project / "ackplan.yaml"), "--state", state)
        assert "run 4711" in command_line(project / where, "plan", "--no-refresh", *named).out
    assert "run 4711" not in command_line(project, "plan", "--no-refresh").out


def test_a_journal_in_its_former_place_is_not_passed_over(project: Path) -> None:
    interrupted(project / "state/.ackplan/default.journal")
    refused = command_line(project / "sub", "plan", "--no-refresh", "-f", "../ackplan.yaml", "--state", "../state")
    assert (refused.code, refused.err[:7]) == (1, "ACK3034"), refused
    (project / "state/.ackplan").rename(project / ".ackplan")
    planned = command_line(project / "sub", "plan", "--no-refresh", "-f", "../ackplan.yaml", "--state", "../state")
    assert "run 4711" in planned.out


def test_a_run_that_is_alive_was_not_interrupted(project: Path) -> None:
    interrupted(project / ".ackplan/default.journal")
    with held(project / ".ackplan/default.lock"):
        planned = command_line(project, "plan", "--no-refresh")
        checked = command_line(project, "doctor", "--endpoint=http://127.0.0.1:1")
    assert "ACK3035" in planned.out
    assert "run 4711 is under way" in checked.out
    for said in (planned.out, checked.out):
        assert "interrupted" not in said
    assert "ACK3030" in command_line(project, "plan", "--no-refresh").out


@pytest.mark.parametrize("alive", [True, False])
def test_a_plan_file_that_was_made_while_a_run_was_under_way_is_shown(alive: bool, project: Path) -> None:
    """It was made on what the run did until then, which is in no record yet."""
    made = {"cluster_id": "c-1", "kind": "serverless", "parameters": {"cluster_type": "Ask", "name": "db"}}
    journal = SqliteJournal(project / ".ackplan/default.journal")
    created = Entry("4711", "create:db", "db", Phase.SETTLED, entry=decode_cluster("db", made))
    journal.replace(RunHead("4711", "digest", "", 0), [created])
    journal.close()
    with held(project / ".ackplan/default.lock") if alive else contextlib.nullcontext():
        planned = command_line(project, "plan", "--no-refresh", "--destroy", "--out", "it.plan")
    assert ("ACK3035" if alive else "ACK3030") in planned.out
    shown = command_line(project, "show", "it.plan")
    assert (shown.code, "db" in shown.out) == (0, True), shown.err
