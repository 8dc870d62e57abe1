"""A plan file that was made on what an interrupted apply left: it is carried out behind that, or not at all."""

from __future__ import annotations

import json

import pytest
from projects import WEB, Project

from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.core.resource import CLUSTER_KINDS
from ackplan.record.codec import decode_cluster
from ackplan.record.entries import decode_facts
from ackplan.record.journal import Entry, Phase, RunHead

DB = WEB + "  db:\n    cluster_type: Ask\n"
JOBS = DB + "  jobs:\n    cluster_type: Ask\n"
CREATE = {"operation": "create_cluster", "entry": {"cluster_id": "", "kind": "serverless", "parameters": {}}}


def journal(project: Project, *entries: Entry) -> None:
    kept = json.loads((project.folder / "state/default.json").read_text("utf-8"))
    opened = SqliteJournal(project.folder / ".ackplan/default.journal")
    opened.replace(RunHead("r1", "digest", kept["lineage"], kept["serial"]), entries)
    opened.close()


@pytest.fixture
def interrupted(project: Project) -> Project:
    """The apply that made `db` was killed once its call was sent; `jobs` is wanted since."""
    project.applied(WEB)
    before = (project.folder / "state/default.json").read_bytes()
    made = json.loads(project.applied(DB).folder.joinpath("state/default.json").read_text("utf-8"))["clusters"]["db"]
    (project.folder / "state/default.json").write_bytes(before)
    sent = decode_facts("db", {**CREATE, "entry": {**made, "cluster_id": ""}}, CLUSTER_KINDS)
    journal(project, Entry("r1", "create:db", "db", Phase.INTENT, sent))
    project.write(JOBS)
    planned = project.run("plan", "--out", "it.plan")
    assert (planned.code, "ACK3030" in planned.out) == (0, True), planned.out + planned.err
    assert "Plan: 1 to create" in planned.out
    return project


def test_it_is_carried_out_behind_what_the_run_did(interrupted: Project) -> None:
    sent = interrupted.changing()
    done = interrupted.run("apply", "it.plan")
    assert done.code == 0, done.out + done.err
    assert interrupted.changing() == [*sent, "POST /clusters"], "db is not made a second time"
    kept = json.loads((interrupted.folder / "state/default.json").read_text("utf-8"))
    assert set(kept["clusters"]) == {"web", "db", "jobs"}
    assert interrupted.run("plan", "--detailed-exitcode").code == 0


def test_it_is_refused_where_the_run_got_further_than_it_saw(interrupted: Project) -> None:
    sent = interrupted.changing()
    made = {"cluster_id": "c-1", "kind": "serverless", "parameters": {}}
    journal(interrupted, Entry("r1", "create:db", "db", Phase.SETTLED, entry=decode_cluster("db", made)))
    done = interrupted.run("apply", "it.plan")
    assert (done.code, done.err[:7]) == (1, "ACK6004")
    assert "Plan again" in done.err
    assert interrupted.changing() == sent


def test_it_is_refused_where_what_the_run_did_is_gone(interrupted: Project) -> None:
    (db,) = [cluster for cluster in interrupted.live() if cluster["name"] == "db"]
    assert interrupted.run("api", "DELETE", f"/clusters/{db['cluster_id']}").code == 0
    while [cluster for cluster in interrupted.live() if cluster["name"] == "db"]:
        pass
    sent = interrupted.changing()
    done = interrupted.run("apply", "it.plan")
    assert (done.code, "ACK600" in done.err) == (1, True), done.err
    assert interrupted.changing() == sent
    again = interrupted.run("apply", "--auto-approve")
    assert again.code == 0, again.out + again.err
    assert {cluster["name"] for cluster in interrupted.live()} == {"web", "db", "jobs"}


def test_one_that_was_made_before_the_interruption_is_refused(project: Project) -> None:
    project.applied(WEB)
    project.write(DB)
    assert project.run("plan", "--out", "it.plan").code == 0
    journal(project, Entry("r1", "s", "web", Phase.INTENT))
    done = project.run("apply", "it.plan")
    assert (done.code, done.err[:7]) == (1, "ACK6004")
    assert "this plan was made without what it did" in done.err
