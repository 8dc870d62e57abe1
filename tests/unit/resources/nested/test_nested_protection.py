"""What is inside of a cluster is protected as clusters are, and no plan file can send it elsewhere."""

from __future__ import annotations

import json

import pytest

from tests.plan_files import packed, unpacked
from tests.unit.resources.note_project import NOTES, SPEC, NoteProject


def test_a_protected_one_keeps_its_cluster(applied: NoteProject) -> None:
    protected = "    notes: {hello: {text: hi, paper: white, lifecycle: {prevent_destroy: true}}}\n"
    applied.spec(SPEC + protected)
    assert applied.open().apply().complete
    blocked = applied.open().plan(replace="shop").plan.blocked
    assert [(change.name, [why.code for why in change.blocked]) for change in blocked] == [
        ("shop/note/hello", ["ACK2004"])
    ]
    applied.spec(SPEC.replace("  shop:", "  other:"))
    plan = applied.open().plan(skip_blocked=True)
    assert [change.name for change in plan.changes] == ["other"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("parent_id", "c-another"), ("kind", "managed"), ("cluster", "shop/thing/hello"), ("cluster", "shop")],
)
def test_a_forged_plan_file_is_refused(
    applied: NoteProject, key: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    applied.spec(SPEC + NOTES.replace("text: hi", "text: hey"))
    file = applied.folder / "it.plan"
    assert applied.cli("plan", "--out", str(file)) == 0
    document = json.loads(unpacked(file.read_bytes()))
    change = next(each for each in document["changes"] if each["cluster"] == "shop/note/hello")
    (change["steps"][0] if key == "parent_id" else change)[key] = value
    del document["sha256"]
    file.write_bytes(packed(json.dumps(document, separators=(",", ":"))))
    assert applied.cli("apply", str(file)) == 1
    said = capsys.readouterr().err
    assert "ACK6003" in said or "ACK6001" in said
    assert applied.notes.calls == []
