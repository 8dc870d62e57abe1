"""A new type of resources needs no edit of ackplan: a note plans, shows, applies, is killed, imported, and drifts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ackplan.core.actions import Action, Reason
from ackplan.record.codec import decode
from tests.unit.resources.note import API, Notes
from tests.unit.resources.note_project import NOTES, SPEC, NoteProject


def test_it_is_made_after_its_cluster_in_the_order_of_what_it_depends_on(world: NoteProject) -> None:
    plan = world.open().plan()
    assert {change.name: str(change.address) for change in plan.changes} == {
        "shop": "cluster/shop",
        "shop/note/bye": "cluster/shop/note/bye",
        "shop/note/hello": "cluster/shop/note/hello",
    }
    needs = {step.id: step.needs for step in plan.plan.steps}
    assert needs["create:shop/note/hello"] == ("create:shop",)
    assert "create:shop/note/hello" in needs["create:shop/note/bye"]
    assert world.open().apply(plan).complete
    assert world.notes.calls == ["put hello", "put bye"]
    assert world.listed()["hello"] == {"text": "hi", "paper": "white"}
    assert set(world.actions().values()) == {"no-op"}
    text = (world.folder / ".ackplan/sandbox/default.json").read_text()
    assert json.loads(text)["version"] == 2
    assert sorted(json.loads(text)["resources"]) == ["cluster/shop/note/bye", "cluster/shop/note/hello"]


def test_each_difference_becomes_what_its_parameter_says(applied: NoteProject) -> None:
    applied.spec(SPEC + "    notes: {hello: {text: hey, paper: white}}\n")
    assert applied.actions() == {"shop": "no-op", "shop/note/bye": "delete", "shop/note/hello": "update"}
    assert applied.open().apply().complete
    assert sorted(applied.notes.calls) == ["put hello", "remove bye"]
    assert applied.listed() == {"hello": {"text": "hey", "paper": "white"}}
    applied.spec(SPEC + "    notes: {hello: {text: hey, paper: yellow}}\n")
    (change,) = applied.open().plan().plan.blocked
    assert [why.code for why in change.blocked] == ["ACK2003"]
    applied.spec(SPEC + "    notes: {hello: {text: hey, paper: yellow, lifecycle: {replace: allow}}}\n")
    assert applied.open().apply().complete
    assert applied.listed() == {"hello": {"text": "hey", "paper": "yellow"}}


def test_it_goes_with_its_cluster_and_comes_with_the_new_one(applied: NoteProject) -> None:
    plan = applied.open().plan(replace="shop")
    actions = {change.name: (change.action, change.reason) for change in plan.changes}
    assert actions["shop/note/hello"] == (Action.CREATE, Reason.REPLACED_WITH)
    assert applied.cli("plan", "--replace", "shop", "--out", str(applied.folder / "it.plan")) == 0
    assert applied.cli("apply", str(applied.folder / "it.plan")) == 0
    assert applied.notes.calls == ["put hello", "put bye"]
    assert applied.open().apply(destroy=True).complete
    assert applied.notes.calls[2:] == ["remove bye", "remove hello"]
    assert applied.actions()["shop/note/hello"] == "create"


@pytest.mark.parametrize(
    "form", ["text", "json", "markdown", "mermaid", "dot", "svg", "html", "sarif", "junit", "github"]
)
def test_it_is_shown_in_every_format(world: NoteProject, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.cli("plan", "--out", str(world.folder / "it.plan")) == 0
    capsys.readouterr()
    assert world.cli("show", str(world.folder / "it.plan"), "--format", form) == 0
    shown = capsys.readouterr().out
    assert form in {"sarif", "junit", "github"} or "note/hello" in shown
    assert "No answer shows paper" not in shown
    assert world.cli("apply", str(world.folder / "it.plan")) == 0
    assert world.cli("show") == 0
    assert 'note "shop/note/hello" (note-1)' in capsys.readouterr().out


def test_what_is_wrong_with_it_is_said_with_its_place(world: NoteProject, capsys: pytest.CaptureFixture[str]) -> None:
    world.spec(SPEC + "    notes: {hello: {txt: hi}, bye: {text: x, lifecycle: {prevent_destroy: 7}}, odd: 3}\n")
    assert world.cli("validate") == 1
    said = capsys.readouterr().err
    for found in (
        "6:21: ACK1104 shop/note/hello",
        "ACK1101 shop/note/hello",
        "ACK1103 shop/note/bye: lifecycle",
        "notes.odd",
    ):
        assert found in said


def test_what_was_changed_by_hand_is_drift_and_put_back(
    applied: NoteProject, capsys: pytest.CaptureFixture[str]
) -> None:
    applied.edit("hello", {"text": "HI", "paper": "white"})
    applied.edit("bye", None)
    assert applied.cli("drift") == 2
    said = capsys.readouterr().out
    assert "Drift: 2 resources changed outside" in said
    assert "shop/note/hello" in said
    assert '"hi"' in said
    assert applied.actions() == {"shop": "no-op", "shop/note/bye": "create", "shop/note/hello": "update"}
    assert applied.open().apply().complete
    assert applied.listed()["hello"]["text"] == "hi"
    applied.edit("hello", {"text": "HI", "paper": "white"})
    assert applied.open().apply(refresh_only=True).complete
    entry = decode((applied.folder / ".ackplan/sandbox/default.json").read_text(), "it", applied.types)
    assert entry.nested["shop/note/hello"].parameters["text"] == "HI"


def test_a_plan_file_whose_note_moved_since_is_not_carried_out(
    applied: NoteProject, capsys: pytest.CaptureFixture[str]
) -> None:
    applied.spec(SPEC + NOTES.replace("text: hi", "text: hey"))
    assert applied.cli("plan", "--out", str(applied.folder / "it.plan")) == 0
    applied.edit("hello", {"text": "HI", "paper": "white"})
    assert applied.cli("apply", str(applied.folder / "it.plan")) == 1
    assert "ACK6005 shop/note/hello" in capsys.readouterr().err
    assert applied.notes.calls == []


def test_it_is_taken_over(applied: NoteProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert applied.cli("state", "rm", "shop/note/hello") == 0
    (change,) = applied.open().plan().plan.blocked
    assert [why.code for why in change.blocked] == ["ACK2001"]
    assert applied.cli("import", "shop/note/none") == 1
    assert applied.cli("import", "shop/thing/hello") == 1
    assert applied.cli("import", "shop/note/hello") == 0
    assert "Recorded shop/note/hello as note-" in capsys.readouterr().out
    assert set(applied.actions().values()) == {"no-op"}
    assert applied.cli("state", "rm", "shop/note/hello") == 0
    assert applied.open().apply(adopt="shop/note/hello").complete
    assert applied.notes.calls == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_is_looked_for_by_its_effect(world: NoteProject, moment: str) -> None:
    lost = iter([moment])

    def lose(now: str) -> None:
        if next(lost, "") == now or (moment == "after" and now == "before"):
            return
        if moment == now:
            raise ConnectionError("reset")

    world.notes = Notes(world.file, lose)
    world.open().apply()
    world.notes = Notes(world.file)
    assert world.open().apply().complete
    assert sorted(world.listed()) == ["bye", "hello"]
    assert set(world.actions().values()) == {"no-op"}


VICTIM = """
import os, sys
from pathlib import Path
import ackplan
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from tests.plan_files import packed, unpacked
from tests.unit.resources.note import Notes, types

left, folder = int(sys.argv[1]), Path(sys.argv[2])

def point(_moment=""):
    global left
    left -= 1
    if left < 0:
        os._exit(9)

write = SqliteJournal.write

async def written(self, entry):
    point() if "note" in entry.name else None
    await write(self, entry)
    point() if "note" in entry.name else None

SqliteJournal.write = written
with ackplan.open(folder, types(Notes(folder / "notes.json", point)), sandbox=True, time_scale=100_000) as project:
    sys.exit(0 if project.apply().complete else 1)
"""


def test_killed_anywhere_nothing_is_lost_or_made_twice(world: NoteProject) -> None:
    """Each run is killed one moment later than the one before: what is left is finished by the next."""

    def lives(left: int) -> int:
        return subprocess.run([sys.executable, "-c", VICTIM, str(left), str(world.folder)], check=False).returncode

    assert lives(10**9) == 0
    for number, spec in enumerate((SPEC + NOTES.replace("text: hi", "text: hey"), SPEC, SPEC + NOTES)):
        points = 0
        world.spec(spec)
        while lives(points) == 9:
            points += 1
        assert points > 2, number
        assert set(world.actions().values()) == {"no-op"}
        assert lives(10**9) == 0
    assert sorted(world.listed()) == ["bye", "hello"]
    assert API.version == "1"
