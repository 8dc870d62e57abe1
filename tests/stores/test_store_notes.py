"""Notes about a workspace are kept by every store, and trusted by none."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psycopg
import pytest

from ackplan.project.plan_files import STORE
from ackplan.record.notes import CHECK, MOST_NOTES, RUN, decode_check, decode_plan, decode_run, plan_name

from .cases import StoreCase, postgres_case
from .test_store_commands import FLEET, Run, api, environment, ok, run  # noqa: F401 - fixtures


def test_a_note_is_read_back_until_another_takes_its_place(store: StoreCase) -> None:
    kept = store.store()
    assert kept.notes("default", [CHECK, "plan-"]) == ()
    begun = time.time()
    kept.keep_note("default", CHECK, b"one")
    kept.keep_note("default", CHECK, b"two")
    kept.keep_note("other", CHECK, b"another's")
    (note,) = store.store().notes("default", [CHECK, "plan-"])
    assert (note.name, note.data) == (CHECK, b"two")
    assert begun - 5 < note.kept_at < time.time() + 5
    assert [note.data for note in kept.notes("other", [CHECK])] == [b"another's"]


def test_notes_are_looked_up_by_how_their_names_begin(store: StoreCase) -> None:
    kept = store.store()
    for serial, digest in ((3, "a"), (3, "b"), (4, "c")):
        kept.keep_note("default", plan_name(serial, digest), digest.encode())
    assert {note.data for note in kept.notes("default", [plan_name(3)])} == {b"a", b"b"}
    assert kept.notes("default", ["plan-%", "_lan"]) == ()
    assert len(kept.notes("default", ["plan-"])) == 3


def test_very_many_notes_are_not_all_read() -> None:
    kept = postgres_case().store()
    for number in range(MOST_NOTES + 2):
        kept.keep_note("default", plan_name(1, f"{number:016d}"), b"x")
    notes = kept.notes("default", ["plan-"])
    assert len(notes) == MOST_NOTES
    assert notes[0].name == plan_name(1, f"{MOST_NOTES + 1:016d}")


def test_a_database_that_was_set_up_before_there_were_notes_gets_their_table() -> None:
    case = postgres_case()
    with psycopg.connect(case.url, autocommit=True) as connection:
        connection.execute("DROP TABLE ackplan.note")
    kept = case.store()
    assert kept.notes("default", [CHECK]) == ()
    assert any("note" in told.detail for told in case.workspace().check())
    kept.keep_note("default", CHECK, b"x")
    assert len(kept.notes("default", [CHECK])) == 1
    assert list(case.workspace().check()) == []


def test_what_no_run_packed_is_no_note() -> None:
    case = postgres_case()
    with psycopg.connect(case.url, autocommit=True) as connection:
        connection.execute("INSERT INTO ackplan.note (workspace, name, data) VALUES ('default', 'check', 'x')")
    (note,) = case.store().notes("default", [CHECK])
    assert (note.data, decode_check(note.data)) == (b"", None)


def test_a_workspace_leaves_no_note(store: StoreCase, run: Run) -> None:  # noqa: F811
    ok(run("workspace", "new", "one"))
    ok(run("drift", "--keep", "--workspace", "one"))
    if "://" in store.url and "postgres" not in store.url:
        return  # nothing is deleted there
    assert len(store.store().notes("one", [CHECK])) == 1
    ok(run("workspace", "delete", "one"))
    assert store.store().notes("one", [CHECK]) == ()


def test_checks_runs_and_plans_are_noted(store: StoreCase, run: Run) -> None:  # noqa: F811
    ended = run("plan", "--out", STORE)
    digest = next(word for word in ended.err.split() if word.startswith(STORE)).rstrip(".").removeprefix(STORE)
    (note,) = store.store().notes("default", [plan_name(0)])
    plan = decode_plan(note.data)
    assert plan is not None
    assert (plan.digest, plan.actions, plan.blocked, plan.complete) == (digest, {"create": 2}, 0, True)
    ok(run("apply", "--auto-approve"))
    ended = run("drift", "--keep", "--target", "web")
    assert ended.code == 0
    assert "ackplan board" in ended.err
    ok(run("drift", "--keep"))
    notes = {note.name: note.data for note in store.store().notes("default", [CHECK, RUN])}
    last, check = decode_run(notes[RUN]), decode_check(notes[CHECK])
    assert last is not None
    assert (last.what, last.exit, last.done, last.failed) == ("ackplan apply", 0, 2, 0)
    assert check is not None
    assert (check.complete, check.looked, check.total, check.basis.serial) == (True, 2, 0, 1)
    assert "@" in check.author.who


@pytest.mark.parametrize("decode", [decode_check, decode_plan, decode_run])
@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"\xff", b"[" * 10_000, json.dumps({"version": 1, "drifted": [1]}).encode(), b"1" * 9999],
)
def test_what_is_no_note_is_none(decode: object, data: bytes) -> None:
    assert callable(decode)
    assert decode(data) is None


def test_a_folder_of_notes_is_read_within_bounds(tmp_path: Path) -> None:
    case = StoreCase(f"file:{tmp_path}", leased=False)
    case.store().keep_note("default", CHECK, b"x")
    assert FLEET
    (tmp_path / ".ackplan" / "notes" / "default" / "check-of-a-link").symlink_to("/etc/hostname")
    assert [note.name for note in case.store().notes("default", ["plan-"])] == []
