"""Full disks, and records and journals that can't be used: a clear message, nothing sent, nothing lost or touched."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.scenes import SCENES, SECRETS, spec
from tests.faults.stage import stage
from tests.faults.trials import FORMS, Prepared, copy, finished, prepare
from tests.faults.victim import Trouble, Victims, victims
from tests.faults.virtual import Bench, bench


@pytest.fixture(scope="module")
def crew() -> Iterator[Victims]:
    with victims() as found:
        yield found


@pytest.fixture(scope="module")
def ready(crew: Victims, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(SCENES["replace"], tmp_path_factory.mktemp("ready"), crew)


# How large a file can get, or at which write the disk is full: before the first call, and between calls.
_FULL = [
    Trouble(largest=4_096),
    Trouble(largest=40_000),
    Trouble(largest=80_000),
    Trouble(at=1, full=True),
    Trouble(at=9, full=True),
    Trouble(at=12, full=True),
]


@pytest.mark.parametrize(("trouble", "form"), list(zip(_FULL, [*FORMS] * 3, strict=True)))
def test_full_disk(ready: Prepared, crew: Victims, tmp_path: Path, trouble: Trouble, form: str) -> None:
    folder = copy(ready.folder, tmp_path / "it")
    with stage(tmp_path / "it.db") as world:
        given = {**world.environment, **SECRETS}
        full = crew.run(folder, given, FORMS[form], trouble)
        assert full.code == 1, full.output
        assert any(code in full.output for code in ("ACK3010", "ACK3012", "ACK3020")), full.output
        assert "Traceback" not in full.output
        assert "ACK9001" not in full.output
        finished(ready, folder, world, crew, form, mixed=True)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    """A project with a cluster, and something to do for it."""
    folder = tmp_path / "project"
    folder.mkdir()
    file = folder / "ackplan.yaml"
    file.write_text(spec({"shop": {}}))
    with bench(folder) as found:
        assert found.run("apply", "--auto-approve").code == 0
        file.write_text(spec({"shop": {"num_of_nodes": 3}}))
        yield found


def _newer(text: str) -> str:
    return json.dumps({**json.loads(text), "version": 99, "surprise": [1]})


def _conflict(text: str) -> str:
    return text.replace('  "serial"', '<<<<<<< HEAD\n  "serial"', 1).replace(
        '  "version"', '=======\n>>>>>>> b\n  "version"', 1
    )


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        (_newer, "ACK3002"),
        (_conflict, "ACK3003"),
        (lambda text: text[: len(text) // 2], "ACK3001"),
        (lambda _text: "", "ACK3001"),
        (lambda _text: "[]\n", "ACK3001"),
        (lambda text: text.replace('"serial": 1', '"serial": "1"'), "ACK3001"),
        (lambda text: text.replace('"managed"', '"swarm"'), "ACK3001"),
        (lambda text: "\0" * len(text), "ACK3001"),
    ],
    ids=["newer", "conflict", "cut off", "empty", "list", "serial", "kind", "zeros"],
)
def test_record_that_cannot_be_used(at: Bench, spoilt: Callable[[str], str], code: str) -> None:
    file = at.folder / "state" / "default.json"
    file.write_text(spoilt(file.read_text()))
    _refused(at, file, code)


@pytest.mark.parametrize(("what", "code"), [("garbage", "ACK3012"), ("newer", "ACK3013"), ("entry", "ACK3012")])
def test_journal_that_cannot_be_used(at: Bench, what: str, code: str) -> None:
    file = at.folder / ".ackplan" / "default.journal"
    if what == "garbage":
        file.write_bytes(b"not a database, and longer than the header of one " * 100)
    else:
        connection = sqlite3.connect(file)
        if what == "newer":
            connection.execute("PRAGMA user_version = 99")
        else:
            connection.execute("INSERT INTO run VALUES ('r', 'p', 'l', 1)")
            connection.execute("INSERT INTO entry VALUES (1, 'r', 's', 'c', 'no such phase', '{}', NULL, 0)")
        connection.commit()
        connection.close()
    _refused(at, file, code)


# What a journal could be made of that somebody brings along: statements after which it holds what no run writes.
_ROW = "INSERT INTO entry VALUES (1, 'r', 's', 'web', '{}', '{}', {}, 0)"
_STRANGE = {
    "endless view": "DROP TABLE entry; CREATE VIEW entry AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
    "SELECT x AS number, 'r' AS run, 's' AS step, 'c' AS cluster, 'intent' AS phase, '{}' AS data, NULL AS entry, "
    "0 AS removed FROM n",
    "trigger": "CREATE TRIGGER t AFTER DELETE ON run BEGIN DELETE FROM entry; END",
    "computed": "DROP TABLE run; CREATE TABLE run (id TEXT, plan TEXT, lineage TEXT AS (hex(zeroblob(9))), serial INTEGER)",
    "number for a run": "UPDATE run SET id = x'ff', serial = 'x'",
    "facts are a list": _ROW.format("intent", "[]", "NULL"),
    "facts are a number": _ROW.format("answer", "1", "NULL"),
    "facts without end": _ROW.format("answer", "[" * 100_000, "NULL"),
    "operation": _ROW.format("intent", '{"operation": []}', "NULL"),
    "instances": _ROW.format("intent", '{"operation": "attach", "instances": [1]}', "NULL"),
    "size": _ROW.format("intent", '{"operation": "scale_out", "workers_before": "1"}', "NULL"),
    "time": _ROW.format("intent", '{"operation": "create_cluster", "at": {}}', "NULL"),
    "aim": _ROW.format("intent", '{"operation": "create_cluster", "entry": {"kind": "swarm"}}', "NULL"),
    "cluster": _ROW.format("settled", "{}", "'5'"),
    "bytes for a name": _ROW.format("settled", "{}", "NULL").replace("'web'", "x'ff'"),
}


@pytest.mark.parametrize("statements", _STRANGE.values(), ids=_STRANGE)
def test_journal_that_no_run_wrote(at: Bench, statements: str) -> None:
    file = at.folder / ".ackplan" / "default.journal"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript(f"INSERT INTO run VALUES ('r', 'p', 'l', 1); {statements};")
        connection.commit()
    refused = at.run("plan")
    assert (refused.code, refused.err.startswith("ACK3012 ")) == (1, True), refused.err


def _content(file: Path) -> object:
    """What is in a file; of a database its rows."""
    data = file.read_bytes()
    if not data.startswith(b"SQLite"):
        return data
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump()), connection.execute("PRAGMA user_version").fetchone()


def _refused(at: Bench, file: Path, code: str) -> None:
    """Neither apply nor plan nor destroy touches anything, and all say why."""
    before, calls = _content(file), len(at.calls)
    for command in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        run = at.run(*command)
        assert run.code == 1
        assert code in run.err
        assert "Traceback" not in run.err
        assert "ACK9001" not in run.err
    assert _content(file) == before
    assert not [call for call in list(at.calls)[calls:] if call.method != "GET"]


@pytest.mark.parametrize("name", ["state", ".ackplan"])
def test_folder_that_cannot_be_used(at: Bench, name: str) -> None:
    """A file stands where the folder should be: as good as a folder without permissions, also for root."""
    shutil.rmtree(at.folder / name)
    (at.folder / name).write_text("in the way")
    calls = len(at.calls)
    run = at.run("apply", "--auto-approve")
    assert run.code == 1
    assert "ACK3" in run.err
    assert name in run.err
    assert "ACK9001" not in run.err
    assert len(at.calls) == calls


def test_record_written_by_someone_else_meanwhile(at: Bench) -> None:
    """The record moves on during the run: it is not overwritten, and what was done is not lost."""
    file = at.folder / "state" / "default.json"

    def other(operation: str, _number: int) -> None:
        if operation == "scale_out":
            file.write_text(file.read_text().replace('"serial": 1', '"serial": 2'))

    at.wire.before = other
    run = at.run("apply", "--auto-approve")
    assert run.code == 1
    assert "ACK3004" in run.err
    assert json.loads(file.read_text())["serial"] == 2
    at.wire.before = lambda _operation, _number: None
    again = at.run("apply", "--auto-approve")
    assert again.code == 0, again.err
    assert at.wire.sent.count("scale_out") == 1
    assert json.loads(file.read_text())["clusters"]["shop"]["parameters"]["num_of_nodes"] == 3
    assert at.run("plan", "--detailed-exitcode").code == 0


def test_last_version_of_the_record_is_kept(at: Bench) -> None:
    file, kept = at.folder / "state" / "default.json", at.folder / ".ackplan" / "default.json.backup"
    before = file.read_text()
    assert at.run("apply", "--auto-approve").code == 0
    assert kept.read_text() == before != file.read_text()
    file.write_text(file.read_text()[:40])
    said = at.run("plan").err
    assert "ACK3001" in said
    assert ".ackplan" in said or "last good version" in said
    file.write_text(kept.read_text())
    assert at.run("apply", "--auto-approve").code == 0
    assert at.wire.sent.count("scale_out") == 1


def test_record_that_is_a_link_is_not_written_through(at: Bench, tmp_path: Path) -> None:
    """The record is replaced, as a whole: whatever a link points to stays as it is."""
    file, target = at.folder / "state" / "default.json", tmp_path / "elsewhere.json"
    shutil.move(file, target)
    file.symlink_to(target)
    before = target.read_text()
    assert at.run("apply", "--auto-approve").code == 0
    assert target.read_text() == before
    assert not file.is_symlink()
    assert json.loads(file.read_text())["serial"] == 2
