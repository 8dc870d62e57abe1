"""Full disks, and records and journals that can't be used: a clear message, nothing sent, nothing lost or touched."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.record.journal import Leftover
from tests.faults.scenes import SCENES, SECRETS, spec
from tests.faults.stage import stage
from tests.faults.trials import FORMS, Prepared, copy, finished, prepare
from tests.faults.victim import Trouble, Victims, victims
from tests.faults.virtual import Bench, bench
from tests.running import command_line


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
    folder = copy(ready.keeping, ready.folder, tmp_path / "it")
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
            connection.execute("INSERT INTO run VALUES ('r', 'p', 'l', 1, '')")
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
        connection.executescript(f"INSERT INTO run VALUES ('r', 'p', 'l', 1, ''); {statements};")
        connection.commit()
    refused = at.run("plan")
    assert (refused.code, refused.err.startswith("ACK3012 ")) == (1, True), refused.err


def test_a_journal_of_the_first_version_is_read(at: Bench) -> None:
    """It does not say what the record held: the serial is all that there is to go by."""
    file = at.folder / ".ackplan" / "default.journal"
    lineage = json.loads((at.folder / "state" / "default.json").read_text())["lineage"]
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "DROP TABLE run; PRAGMA user_version=1;"
            "CREATE TABLE run (\n  id TEXT NOT NULL, plan TEXT NOT NULL, lineage TEXT NOT NULL, serial INTEGER NOT NULL);"
            f"INSERT INTO run VALUES ('r', 'p', '{lineage}', 1)"
        )
    for _ in range(2):
        assert "An earlier apply was interrupted: run r;" in at.run("plan").out
    assert at.run("apply", "--auto-approve").code == 0
    assert SqliteJournal(file).read().head is None


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
    """Nor is a file put in the link's place: whoever else reads what it points to would go on with an old record."""
    file, target = at.folder / "state" / "default.json", tmp_path / "elsewhere.json"
    shutil.move(file, target)
    file.symlink_to(target)
    before = target.read_text()
    at.wire.sent.clear()
    refused = at.run("apply", "--auto-approve")
    assert (refused.code, refused.err[:7]) == (1, "ACK3015")
    assert at.wire.sent == []
    assert (target.read_text(), file.readlink()) == (before, target)


def test_journal_that_is_taken_away_during_a_run_is_written_anew(at: Bench) -> None:
    """`git clean -fdx` beside a run. What was answered is recorded; a run that is killed then is finished all the same."""
    folder = at.folder / ".ackplan"
    (at.folder / "ackplan.yaml").write_text(spec({"shop": {"num_of_nodes": 3}, "more": {"depends_on": ["shop"]}}))
    at.wire.after = lambda operation, _number: shutil.rmtree(folder) if operation == "scale_out" else None
    killed = mock.patch("ackplan.app.apply.finish", side_effect=RuntimeError("killed"))
    with killed:
        assert at.run("apply", "--auto-approve").code == 1
    assert (folder / "default.journal").is_file()
    at.wire.after = lambda _operation, _number: None
    assert "more" not in json.loads((at.folder / "state" / "default.json").read_text())["clusters"]
    assert at.run("apply", "--auto-approve").code == 0
    assert {*json.loads((at.folder / "state" / "default.json").read_text())["clusters"]} == {"more", "shop"}
    assert (at.wire.sent.count("scale_out"), at.wire.sent.count("create_cluster")) == (1, 2)


def test_journal_that_is_taken_away_last_of_all_is_still_taken_in(at: Bench) -> None:
    with mock.patch.object(SqliteJournal, "read", _taken_away(at, SqliteJournal.read)):
        assert at.run("apply", "--auto-approve").code == 0
    kept = json.loads((at.folder / "state" / "default.json").read_text())
    assert kept["clusters"]["shop"]["parameters"]["num_of_nodes"] == 3


def _taken_away(at: Bench, read: Callable[[SqliteJournal], Leftover]) -> Callable[[SqliteJournal], Leftover]:
    def reading(journal: SqliteJournal) -> Leftover:
        if at.wire.sent.count("scale_out"):
            shutil.rmtree(at.folder / ".ackplan", ignore_errors=True)
        return read(journal)

    return reading


def test_journal_in_whose_place_another_is_stops_the_run(at: Bench) -> None:
    file = at.folder / ".ackplan" / "default.journal"
    (at.folder / "ackplan.yaml").write_text(spec({"shop": {"num_of_nodes": 3}, "more": {"depends_on": ["shop"]}}))

    def replace(operation: str, _number: int) -> None:
        if operation == "scale_out":
            file.unlink()
            file.write_bytes(b"")

    at.wire.after = replace
    refused = at.run("apply", "--auto-approve")
    assert refused.code == 1
    assert "ACK3012" in refused.err
    assert at.wire.sent.count("create_cluster") == 1, "the one before"


def test_journal_that_is_too_large_is_refused(at: Bench) -> None:
    file = at.folder / ".ackplan" / "default.journal"
    with file.open("r+b") as stream:
        stream.truncate((512 << 20) + 1)
    refused = at.run("plan")
    assert (refused.code, refused.err[:7]) == (1, "ACK3012")
    assert "over 536,870,912 bytes" in refused.err


def test_a_journal_that_is_full_stays_where_it_is(at: Bench) -> None:
    """More is never written than is read back; what to do loses nothing that only the journal knows."""
    (at.folder / "ackplan.yaml").write_text(spec({f"c{number}": {} for number in range(20)}))
    with mock.patch("ackplan.adapters.local.sqlite_journal._MAX_BYTES", 40 << 10):
        full = at.run("apply", "--auto-approve")
        assert full.code == 1
        assert "ACK3012" in full.err
        assert "Free some space or fix the permissions, then run: ackplan apply. Do not move it" in full.err
        assert "Move it away" not in full.err
        assert at.run("plan").code == 0, "what is there is read"
    assert at.run("apply", "--auto-approve").code == 0
    names = [cluster["name"] for cluster in at.world.clusters()]
    assert sorted(names) == sorted({*names}), "nothing was made twice"
    assert len(names) == 20


@pytest.mark.parametrize("mode", ["locked", "link", "folder"])
def test_a_journal_that_can_not_be_opened_stays_where_it_is(at: Bench, mode: str) -> None:
    file = at.folder / ".ackplan" / "default.journal"
    with contextlib.ExitStack() as stack:
        if mode == "locked":
            connection = stack.enter_context(contextlib.closing(sqlite3.connect(file)))
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            stack.enter_context(mock.patch("sqlite3.connect", _impatient(sqlite3.connect)))
        else:
            file.rename(file.with_suffix(".real"))
            file.mkdir() if mode == "folder" else file.symlink_to(file.with_suffix(".real"))
        refused = at.run("apply", "--auto-approve")
    assert (refused.code, refused.err[:7]) == (1, "ACK3012")
    assert "Do not move it" in refused.err
    assert "Move it away" not in refused.err


def _impatient(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    return lambda *positional, **named: connect(*positional, timeout=0, **named)


def test_names_that_can_not_be_written_down_are_refused(at: Bench) -> None:
    """Half a surrogate pair, which JSON can name: the run waited without end for its journal."""
    file = at.folder / "state" / "default.json"
    record = json.loads(file.read_text())
    record["clusters"]["\ud800"] = {**record["clusters"]["shop"], "cluster_id": "c-gone"}
    file.write_text(json.dumps(record))
    _refused(at, file, "ACK3001")


def test_values_that_are_not_unicode_stay_as_they_are(at: Bench) -> None:
    file = at.folder / "state" / "default.json"
    record = json.loads(file.read_text())
    record["clusters"]["shop"]["own"]["note"] = "\ud800"
    record["clusters"]["other"] = {**record["clusters"]["shop"], "cluster_id": "c-gone"}
    file.write_text(json.dumps(record))
    assert at.run("state", "pull").code == 0
    assert at.run("state", "rm", "shop").code == 0
    assert json.loads(file.read_text())["clusters"]["other"]["own"]["note"] == "\ud800"


def test_journal_that_fails_in_a_way_of_its_own_is_heard_of(at: Bench) -> None:
    with mock.patch(
        "ackplan.adapters.local.sqlite_journal._row", side_effect=UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no")
    ):
        refused = at.run("apply", "--auto-approve")
    assert refused.code == 1
    assert "ACK3012" in refused.err


@contextlib.contextmanager
def _killed() -> Iterator[None]:
    with mock.patch("ackplan.app.apply.finish", side_effect=RuntimeError("killed")):
        yield


def test_what_a_killed_run_did_is_never_taken_into_another_record(at: Bench) -> None:
    """Two records in one folder: the second's apply took in the first's new cluster, and deleted it."""
    (at.folder / "test.yaml").write_text(spec({"test": {}}))
    (at.folder / "ackplan.yaml").write_text(spec({"shop": {}, "new": {}}))
    with _killed():
        assert at.run("apply", "--auto-approve").code == 1
    other = ("-f", "test.yaml", "--state", "elsewhere")
    assert at.run("apply", "--auto-approve", *other).code == 0
    assert at.run("plan", "--detailed-exitcode", *other).code == 0
    assert sorted(c["name"] for c in at.world.clusters()) == ["new", "shop", "test"]
    assert at.run("apply", "--auto-approve").code == 0
    assert {*json.loads((at.folder / "state" / "default.json").read_text())["clusters"]} == {"new", "shop"}


def test_journal_of_another_record_is_refused(at: Bench) -> None:
    """The record of another branch was checked out since."""
    file = at.folder / "state" / "default.json"
    (at.folder / "ackplan.yaml").write_text(spec({"shop": {}, "new": {}}))
    with _killed():
        assert at.run("apply", "--auto-approve").code == 1
    kept = file.read_text()
    file.write_text(kept.replace(json.loads(kept)["lineage"], "that-of-another-branch"))
    for command in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        at.wire.sent.clear()
        refused = at.run(*command)
        assert (refused.code, refused.err[:7]) == (1, "ACK3033"), refused
        assert at.wire.sent == []
    file.write_text(kept)
    assert at.run("apply", "--auto-approve").code == 0
    assert {*json.loads(file.read_text())["clusters"]} == {"new", "shop"}


@pytest.mark.parametrize(
    ("linked", "world"),
    [
        (".ackplan", "--sandbox"),
        (".ackplan", "--endpoint=http://127.0.0.1:1"),
        ("state", "--endpoint=http://127.0.0.1:1"),
        (".ackplan/sandbox", "--sandbox"),
        (".ackplan/sandbox/world.db", "--sandbox"),
    ],
)
def test_link_out_of_the_project_is_not_written_through(tmp_path: Path, linked: str, world: str) -> None:
    """A pull request can bring links along."""
    folder, target = tmp_path / "project", tmp_path / "precious"
    folder.mkdir()
    target.mkdir()
    (folder / "ackplan.yaml").write_text(spec({"shop": {}}))
    (folder / linked).parent.mkdir(exist_ok=True, parents=True)
    (folder / linked).symlink_to(target / "new.db" if linked.endswith(".db") else target)
    refused = command_line(folder, "apply", world, "--auto-approve", environment=SECRETS)
    assert (refused.code, refused.err[:7]) == (1, "ACK3015"), refused
    assert [*target.iterdir()] == []


def test_record_elsewhere_is_fine_where_that_was_said(at: Bench, tmp_path: Path) -> None:
    shutil.move(at.folder / "state", tmp_path / "kept")
    (at.folder / "state").symlink_to(tmp_path / "kept")
    assert at.run("plan").err[:7] == "ACK3015"
    assert at.run("apply", "--auto-approve", "--state", "state/").code == 0
    assert at.run("plan", "--detailed-exitcode", environment={"ACKPLAN_STATE": str(tmp_path / "kept")}).code == 0
    assert json.loads((tmp_path / "kept" / "default.json").read_text())["serial"] == 2


def test_link_that_stays_in_the_project_is_followed(at: Bench) -> None:
    shutil.move(at.folder / "state", at.folder / "records")
    (at.folder / "state").symlink_to("records")
    assert at.run("apply", "--auto-approve").code == 0
    assert json.loads((at.folder / "records" / "default.json").read_text())["serial"] == 2
