"""`ackplan state`: mending the record by hand, under the lock, without touching a cluster."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import WEB, Project

from ackplan.adapters.local.git import git as asked
from tests import plan_files

TWO = WEB + "  db:\n    cluster_type: Ask\n    depends_on: [web]\n"


def record(project: Project) -> dict:
    return json.loads((project.folder / "state/default.json").read_text("utf-8"))


def in_flight(project: Project) -> None:
    """An apply that was killed after it sent its call."""
    from ackplan.adapters.local.sqlite_journal import SqliteJournal
    from ackplan.record.journal import Entry, Phase, RunHead

    kept = record(project)
    journal = SqliteJournal(project.folder / ".ackplan/default.journal")
    journal.replace(RunHead("r1", "digest", kept["lineage"], kept["serial"]), [Entry("r1", "s", "web", Phase.INTENT)])
    journal.close()


def test_rm_forgets_clusters_and_calls_nothing(project: Project) -> None:
    project.applied(TWO)
    before = project.changing()
    done = project.run("state", "rm", "web", "db", "web")
    assert (done.code, done.out) == (0, "Forgot web, db. To record one again: ackplan import NAME\n")
    assert record(project)["clusters"] == {}
    assert project.changing() == before
    assert "web" in project.run("clusters").out


def test_rm_of_an_unknown_name_forgets_nothing(project: Project) -> None:
    project.applied(TWO)
    done = project.run("state", "rm", "web", "wbe", "dbb")
    assert done.code == 1
    assert [line[:7] for line in done.err.splitlines()] == ["ACK3005", "ACK3005"]
    assert set(record(project)["clusters"]) == {"web", "db"}


@pytest.mark.parametrize("command", [("rm", "web"), ("mv", "web", "shop"), ("push", "state/default.json")])
def test_what_an_interrupted_apply_left_is_finished_first(command: tuple[str, ...], project: Project) -> None:
    project.applied(TWO)
    in_flight(project)
    before = record(project)
    done = project.run("state", *command)
    assert done.code == 1
    assert done.err.startswith("ACK3030 An earlier apply was interrupted: run r1")
    assert record(project) == before


def test_mv_follows_a_cluster_that_was_renamed_outside(project: Project) -> None:
    project.applied(TWO)
    seen = project.live()
    renamed = [{**c, "name": "shop"} if c["name"] == "web" else c for c in seen]
    web = record(project)["clusters"]["web"]
    from tests.running import simulator

    with simulator(live={"clusters": renamed}) as api:
        moved = Project(project.folder, api)
        done = moved.run("state", "mv", "web", "shop")
        assert done.code == 0, done.err
        kept = record(project)["clusters"]
        assert set(kept) == {"db", "shop"}
        assert kept["shop"] == {**web, "parameters": {**web["parameters"], "name": "shop"}}
        assert kept["db"]["own"]["depends_on"] == ["shop"]
        moved.write(TWO.replace("web", "shop"))
        assert moved.run("plan").out.startswith("No changes.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("web", "shop", "ACK3040 web: Cluster was not renamed"),
        ("nobody", "shop", "ACK3005 Cluster is not recorded"),
        ("web", "db", "ACK3006 Cluster is already recorded"),
    ],
)
def test_mv_of_what_was_not_renamed_is_refused(old: str, new: str, said: str, project: Project) -> None:
    project.applied(TWO)
    done = project.run("state", "mv", old, new)
    assert done.code == 1
    assert done.err.startswith(said)
    assert set(record(project)["clusters"]) == {"web", "db"}


def test_mv_of_what_is_gone_is_refused(project: Project) -> None:
    project.applied(WEB)
    (cluster,) = project.live()
    project.deleted_by_hand("web")
    done = project.run("state", "mv", "web", "shop")
    assert done.code == 1
    assert f"{cluster['cluster_id']} does not exist. To remove it from the record: ackplan state rm web" in done.err


def test_pull_prints_what_is_kept(project: Project) -> None:
    assert project.run("state", "pull").out == ""
    project.applied(WEB)
    pulled = project.run("state", "pull").out
    assert pulled == (project.folder / "state/default.json").read_text("utf-8")


def test_push_of_what_was_pulled_and_edited(project: Project) -> None:
    project.applied(TWO)
    kept = record(project)
    del kept["clusters"]["db"]
    edited = {**kept, "serial": kept["serial"] + 1}
    project.write(json.dumps(edited), "edited.json")
    done = project.run("state", "push", "edited.json")
    assert done.code == 0, done.err
    assert record(project) == {**kept, "serial": kept["serial"] + 2}
    again = project.run("state", "push", "edited.json")
    assert again.code == 1
    assert "ACK3041 Push would lose recorded changes" in again.err
    assert project.run("state", "push", "edited.json", "--force").code == 0
    assert record(project)["serial"] == kept["serial"] + 3


EDITS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("a cluster fewer", lambda r: r["clusters"].pop("db")),
    ("protected", lambda r: r["clusters"]["db"]["own"].update(lifecycle={"prevent_destroy": True})),
    ("an order", lambda r: r["clusters"]["db"]["own"].update(depends_on=[])),
    ("another id", lambda r: r["clusters"]["db"].update(cluster_id="c1")),
    ("another size", lambda r: r["clusters"]["db"]["parameters"].update(num_of_nodes=77)),
]


@pytest.mark.parametrize("edit", [row[1] for row in EDITS], ids=[row[0] for row in EDITS])
def test_push_of_other_content_under_the_same_serial_is_refused(
    edit: Callable[[dict[str, Any]], object], project: Project
) -> None:
    project.applied(TWO)
    kept = record(project)
    other = copy.deepcopy(kept)
    edit(other)
    project.write(json.dumps(other), "other.json")
    refused = project.run("state", "push", "other.json")
    assert refused.code == 1
    assert "ACK3041 Push would lose recorded changes: both have serial 1, but their content differs" in refused.err
    assert '"serial": 2' in refused.err
    assert record(project) == kept
    assert project.run("state", "push", "--force", "other.json").code == 0
    assert record(project) == {**other, "serial": 2}


def test_push_of_what_is_kept_writes_nothing(project: Project) -> None:
    project.applied(TWO)
    kept = (project.folder / "state/default.json").read_text("utf-8")
    project.write(json.dumps(json.loads(kept)), "same.json")
    assert project.run("state", "push", "same.json").code == 0
    assert (project.folder / "state/default.json").read_text("utf-8") == kept


def test_push_of_a_later_record_is_later_still(project: Project) -> None:
    project.applied(WEB)
    kept = record(project)
    project.write(json.dumps({**kept, "serial": kept["serial"] + 5}), "later.json")
    assert project.run("state", "push", "later.json").code == 0
    assert record(project)["serial"] == kept["serial"] + 6


def test_push_of_another_lineage_is_refused(project: Project) -> None:
    project.applied(WEB)
    kept = record(project)
    project.write(json.dumps({**kept, "lineage": "other", "serial": 99}), "other.json")
    done = project.run("state", "push", "other.json")
    assert done.code == 1
    assert f"the pushed record has lineage other, the current one {kept['lineage']}" in done.err
    assert record(project) == kept
    assert project.run("state", "push", "other.json", "--force").code == 0
    assert record(project)["lineage"] == "other"
    assert json.loads((project.folder / ".ackplan/default.json.backup").read_text("utf-8")) == kept


def test_push_where_nothing_is_kept(project: Project) -> None:
    project.write('{"version": 1, "lineage": "l", "serial": 4, "clusters": {}}', "new.json")
    assert project.run("state", "push", "new.json").code == 0
    assert record(project)["serial"] == 5


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1, "serial": "x"}'])
def test_push_of_what_is_no_record(text: str, project: Project) -> None:
    project.write(text, "bad.json")
    done = project.run("state", "push", "bad.json")
    assert done.code == 1
    assert done.err.startswith(("bad.json:1:1: ACK3001", "bad.json:1:2: ACK3001", "bad.json:1:1: ACK3002"))
    assert not (project.folder / "state").exists()


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A Person", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_history_shows_commits_and_the_backup(project: Project) -> None:
    git(project.folder, "init", "-q")
    project.applied(WEB)
    git(project.folder, "add", "state")
    git(project.folder, "commit", "-q", "-m", "A shop")
    project.applied(TWO)
    git(project.folder, "commit", "-q", "-a", "-m", "\x1b[31mA database")
    project.applied(TWO.replace("num_of_nodes: 3", "num_of_nodes: 4"))
    shown = project.run("state", "history")
    assert shown.code == 0
    assert "\x1b" not in shown.out
    head, *rows = [line.split() for line in shown.out.splitlines()]
    assert head == ["WHERE", "SERIAL", "WHEN", "WHO", "SUBJECT", "CHANGED"]
    assert [row[0] for row in rows[:2]] == ["now", "backup"]
    assert rows[0][-1] == "~web"
    assert [row[1] for row in rows] == ["3", "2", "2", "1"]
    assert rows[2][-1] == "+db"
    assert rows[3][-3:] == ["A", "shop", "-"]
    as_json = json.loads(project.run("state", "history", "--format", "json", "--most", "1").out)
    assert [(v["serial"], v["clusters"]) for v in as_json] == [
        (3, ["db", "web"]),
        (2, ["db", "web"]),
        (2, ["db", "web"]),
    ]


def test_history_outside_of_a_repository(project: Project) -> None:
    assert project.run("state", "history").out == "Nothing is recorded.\n"
    project.applied(WEB)
    rows = project.run("state", "history").out.splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [["now", "1"]]


def signed(folder: Path, program: Path) -> None:
    """A bare repository in `folder`, with one signed commit and settings that check signatures with `program`."""
    git(folder, "init", "-q", "--bare")
    (folder / "default.json").write_text("{}", "utf-8")
    blob = told(folder, "hash-object", "-w", "default.json")
    tree = told(folder, "mktree", given=f"100644 blob {blob}\tdefault.json\n")
    when = "A Person <a@example.org> 1700000000 +0000"
    head = f"tree {tree}\nauthor {when}\ncommitter {when}\n"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n"
    commit = told(folder, "hash-object", "-t", "commit", "-w", "--stdin", given=f"{head}{signature}\nA shop\n")
    git(folder, "update-ref", "HEAD", commit)
    git(folder, "config", "log.showSignature", "true")
    git(folder, "config", "gpg.program", str(program))


def told(folder: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, input=given)
    return done.stdout.strip()


@pytest.mark.parametrize("bare", [True, False])
def test_history_starts_no_program_that_a_repository_names(bare: bool, project: Project) -> None:
    """A pull request can bring a bare repository, settings and all, in the place of the folder of the record."""
    program, trace = project.folder / "program", project.folder / "trace"
    program.write_text(f"#!/bin/sh\necho started >> '{trace}'\n", "utf-8")
    program.chmod(0o755)
    state = project.folder / "state"
    state.mkdir()
    signed(state, program)
    if not bare:
        state.rename(project.folder / ".git")
        git(project.folder, "config", "core.bare", "false")
        state.mkdir()
        (project.folder / ".git/default.json").rename(state / "default.json")
    told(project.folder if not bare else state, "log", "-1")
    assert trace.exists(), "git itself would start it"
    trace.unlink()
    shown = project.run("state", "history")
    assert shown.code == 0
    project.run("doctor")
    assert not trace.exists()


def test_names_in_a_record_move_no_terminal(project: Project) -> None:
    project.applied(WEB)
    kept = record(project)
    kept["clusters"]["\x1b[31mred"] = kept["clusters"]["web"]
    project.write(json.dumps(kept), "state/default.json")
    assert project.run("state", "list").out == "\\x1b[31mred\nweb\n"


def test_history_reads_no_more_of_git_than_fits(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    git(project.folder, "init", "-q")
    project.applied(WEB)
    large = json.dumps({**record(project), "more": "x" * 100_000})
    for number, text in enumerate((large, json.dumps(record(project)))):
        project.write(text, "state/default.json")
        git(project.folder, "add", "state")
        git(project.folder, "commit", "-q", "-m", f"{number}" + "x" * 1000)
    monkeypatch.setattr("ackplan.adapters.local.history.MAX_BYTES", 50_000)
    told = json.loads(project.run("state", "history", "--format", "json").out)
    assert [version["serial"] for version in told] == [1, 1, None]
    assert all(len(version["subject"]) <= 240 for version in told)
    (project.folder / "endless").write_text("x" * 1000)
    assert len(asked(project.folder, "hash-object", "--", "endless", most=41)) == 41
    assert asked(project.folder, "hash-object", "--", "endless", most=40) == b""


@pytest.mark.parametrize("command", [("import", "web"), ("import", "--all")])
def test_import_leaves_what_an_interrupted_apply_did(command: tuple[str, ...], project: Project) -> None:
    project.applied(TWO)
    in_flight(project)
    before = record(project)
    done = project.run(*command)
    assert (done.code, done.err[:7]) == (1, "ACK3030")
    assert record(project) == before


EVIL = "w\x1b[31m\x9b31m\u202eX"


@pytest.mark.parametrize(
    "command",
    [
        ("clusters", "--format", "json"),
        ("clusters",),
        ("api", "GET", "/clusters"),
        ("show", "--format", "json"),
        ("rehearse", "it.plan", "--format", "json"),
        ("apply", "--auto-approve", "--format", "json"),
    ],
)
def test_names_of_live_clusters_move_no_terminal(command: tuple[str, ...], project: Project) -> None:
    project.applied(WEB)
    kept = record(project)
    kept["clusters"][EVIL] = {**kept["clusters"]["web"], "cluster_id": "c-gone"}
    project.write(json.dumps(kept), "state/default.json")
    project.run("plan", "--out", "it.plan")
    body = {**json.loads(json.dumps(project.live()[0])), "name": EVIL, "cluster_id": "c-evil"}
    from tests.running import simulator

    with simulator(live={"clusters": [body, *project.live()]}) as api:
        done = Project(project.folder, api).run(*command, "--no-color")
    assert done.out
    assert [ascii(character) for character in "\x1b\x9b\u202e" if character in done.out + done.err] == []


def forged(project: Project, edit) -> None:
    """A plan file that somebody altered, with a digest that fits."""
    original = (project.folder / "it.plan").read_bytes()
    document = plan_files.taken_apart(original)
    edit(document)
    (project.folder / "it.plan").write_bytes(plan_files.put_together(document, original))


def test_a_forged_plan_can_not_name_another_cluster(project: Project) -> None:
    """It said that one cluster would be deleted, and deleted another."""
    project.applied(TWO)
    web = record(project)["clusters"]["web"]["cluster_id"]
    project.write(WEB)
    assert project.run("plan", "--out", "it.plan").code == 0

    def edit(plan: dict) -> None:
        for change in plan["plan"]["changes"]:
            change["cluster_id"] = web
            (change["seen"] or {}).update(cluster_id=web)
            for step in change["steps"]:
                step["cluster_id"] = web

    forged(project, edit)
    before = project.changing()
    done = project.run("apply", "it.plan")
    assert done.code == 1
    assert f"ACK6003 db: Plan file was changed: it.plan: {web} is not the recorded cluster" in done.err
    assert project.changing() == before


def test_a_forged_plan_can_not_show_another_plan(project: Project) -> None:
    """What a policy reads of it is what would be done; a file of format 2 holds that."""
    project.applied(TWO)
    project.write(WEB)
    assert project.run("plan", "--out", "it.plan").code == 0
    assert project.run("show", "it.plan", "--format", "json").code == 0
    original = (project.folder / "it.plan").read_bytes()
    document = json.loads(plan_files.put_together_as_before(plan_files.taken_apart(original), original))
    del document["sha256"]
    document["json"].update(resource_changes=[])
    (project.folder / "it.plan").write_bytes(plan_files.sealed(document))
    done = project.run("show", "it.plan", "--format", "json")
    assert (done.code, done.out, done.err[:7]) == (1, "", "ACK6003")


def test_a_record_with_a_key_twice_is_refused_at_its_place(project: Project) -> None:
    """Git merged two branches that both took in the same cluster."""
    project.applied(TWO)
    text = (project.folder / "state/default.json").read_text("utf-8")
    entry = text[text.index('    "web": {') : text.rindex("    }\n") + 5]
    other = entry.replace('num_of_nodes": 3', 'num_of_nodes": 9')
    merged = text.replace(entry, f"{entry},\n{other}")
    project.write(merged, "state/default.json")
    line = merged[: merged.rindex('"web": {')].count("\n") + 1
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("show",), ("state", "rm", "web")):
        done = project.run(*command)
        assert done.code == 1
        assert f'state/default.json:{line}:5: ACK3001 Can\'t read the record: "web" is given twice' in done.err
        assert "Keep only the right one" in done.err
    assert (project.folder / "state/default.json").read_text("utf-8") == merged
    project.write(merged, "pushed.json")
    assert f"pushed.json:{line}:5: ACK3001" in project.run("state", "push", "--force", "pushed.json").err


def test_a_record_that_an_editor_saved_with_a_mark_is_read(project: Project) -> None:
    project.applied(WEB)
    file = project.folder / "state/default.json"
    assert project.run("plan", "--out", "it.plan").code == 0
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert "No changes" in project.run("plan").out
    assert project.run("apply", "it.plan").code == 0, "it is the same record"
    edited = {**record_with_mark(file), "serial": 2}
    (project.folder / "edited.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(edited).encode())
    assert project.run("state", "push", "edited.json").code == 0
    assert record(project)["serial"] == 3


def record_with_mark(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8-sig"))
    return found


def test_a_record_in_utf_16_is_called_so(project: Project) -> None:
    project.applied(WEB)
    file = project.folder / "state/default.json"
    mended = file.read_text("utf-8").encode("utf-16")
    file.write_bytes(mended)
    done = project.run("plan")
    assert (done.code, "it is in UTF-16, not UTF-8" in done.err, "Save it as UTF-8" in done.err) == (1, True, True)
    assert file.read_bytes() == mended


def test_a_record_that_could_not_be_read_back_is_not_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.applied(WEB)
    kept = (project.folder / "state/default.json").read_bytes()
    monkeypatch.setattr("ackplan.adapters.local.record_store.MAX_BYTES", len(kept) + 20)
    project.write(TWO)
    done = project.run("apply", "--auto-approve")
    assert done.code == 1
    assert "ACK3043 Record would be too large" in done.err
    assert (project.folder / "state/default.json").read_bytes() == kept
    assert [entry.name for entry in (project.folder / "state").iterdir()] == ["default.json"]
    monkeypatch.undo()
    made = len(project.changing())
    assert project.run("apply", "--auto-approve").code == 0, "the journal has all of it"
    assert len(project.changing()) == made
    assert set(record(project)["clusters"]) == {"web", "db"}


def test_a_plan_that_could_not_be_read_back_is_not_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(WEB)
    project.write("{}", "other.json")
    assert project.run("plan", "--out", "it.plan").code == 0
    kept = (project.folder / "it.plan").read_bytes()
    monkeypatch.setattr("ackplan.plan.plan_file_codec.MAX_TEXT", len(gzip.decompress(kept)) + 10)
    project.write(TWO)
    for name in ("it.plan", "new.plan"):
        done = project.run("plan", "--out", name)
        assert (done.code, done.out) == (1, "")
        assert "ACK6011 Plan file would be too large" in done.err
    assert (project.folder / "it.plan").read_bytes() == kept
    assert not [entry for entry in project.folder.iterdir() if "new.plan" in entry.name]
    monkeypatch.undo()
    project.write(WEB)
    assert project.run("plan", "--out", "it.plan").code == 0
    assert project.run("show", "it.plan").code == 0, "what is written is read"


def shared(project: Project) -> str:
    """A bad merge gave both clusters one id, with the names in the record; `db` is protected."""
    kept = record(project)
    web, db = kept["clusters"]["web"], kept["clusters"]["db"]
    db["own"]["lifecycle"] = {"prevent_destroy": True}
    web["cluster_id"] = db["cluster_id"]
    project.write(json.dumps(kept), "state/default.json")
    return str(db["cluster_id"])


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("plan", "--no-refresh"),
        ("plan", "--target", "db"),
        ("apply", "--auto-approve"),
        ("destroy", "--auto-approve"),
        ("drift",),
    ],
)
def test_two_entries_of_one_cluster_are_refused_by_both_names(command: tuple[str, ...], project: Project) -> None:
    project.applied(TWO)
    cluster_id = shared(project)
    project.write(WEB)
    before = project.changing()
    done = project.run(*command)
    assert (done.code, done.out) == (1, "")
    assert f"ACK3042 db: Cluster is recorded twice: {cluster_id} is recorded as db and as web" in done.err
    assert "ackplan state rm db or web" in done.err
    assert project.changing() == before


def test_two_entries_of_one_cluster_are_mended_by_forgetting_one(project: Project) -> None:
    project.applied(TWO)
    shared(project)
    assert set(project.run("state", "list").out.split()) == {"db", "web"}
    assert project.run("state", "rm", "web").code == 0
    assert set(record(project)["clusters"]) == {"db"}
    assert project.run("import", "web").code == 0
    assert "No changes" in project.run("plan").out


def test_an_id_is_not_recorded_under_a_second_name(project: Project) -> None:
    project.applied(TWO)
    kept = record(project)
    other = copy.deepcopy(kept)
    other["serial"] += 1
    other["clusters"]["more"] = other["clusters"]["db"]
    project.write(json.dumps(other), "other.json")
    done = project.run("state", "push", "other.json")
    assert (done.code, "ACK3042" in done.err, "as db and as more" in done.err) == (1, True, True)
    assert record(project) == kept
    kept["clusters"]["old"] = kept["clusters"].pop("web")
    project.write(json.dumps(kept), "state/default.json")
    for command in (("import", "web"), ("import", "--all")):
        done = project.run(*command)
        assert "is recorded as old" in done.err
        assert "ackplan state mv old web" in done.err
    assert record(project) == kept
