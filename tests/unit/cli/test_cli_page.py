"""The page and the picture from the command line: which commands print them, what they need, what a report tells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import pytest
from projects import PASSWORD, WEB, Project

from ackplan.adapters.local.record_store import LocalRecordStore
from ackplan.core.diagnostics import Failure, error
from tests.page import schema
from tests.running import command_line, simulator

FAULTS = """\
faults:
  - {kind: throttle, operation: create_cluster, first: 1}
"""


def data_of(page: str) -> dict[str, Any]:
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert schema.faults(page) == []
    return schema.data_of(page)


def test_plan_prints_the_page_and_nothing_else(project: Project) -> None:
    project.write(WEB)
    done = project.run("plan", "--format", "html", "--detailed-exitcode")
    assert done.code == 2
    data = data_of(done.out)
    assert (data["title"], data["headline"]) == ("Plan", "1 to create")
    assert [step["call"] for step in data["steps"]] == ["POST /clusters"]


def test_show_needs_neither_network_nor_credentials_nor_state_and_leaves_nothing_behind(
    project: Project, tmp_path: Path
) -> None:
    project.applied(WEB).write(WEB.replace("num_of_nodes: 3", "num_of_nodes: 5"))
    planned = project.run("plan", "--out", "it.plan", "--format", "html").out
    assert project.run("show", "it.plan", "--format", "html").out == planned
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "it.plan").write_bytes((project.folder / "it.plan").read_bytes())
    page = command_line(elsewhere, "show", "it.plan", "--format", "html")
    assert data_of(page.out)["headline"] == "1 to scale out"
    assert [path.name for path in elsewhere.iterdir()] == ["it.plan"]


def test_a_record_that_moved_since_the_plan_is_not_taken_for_what_was_recorded(project: Project) -> None:
    project.applied(WEB).write(WEB.replace("num_of_nodes: 3", "num_of_nodes: 5"))
    project.run("plan", "--out", "it.plan")
    assert project.run("apply", "it.plan").code == 0
    (cluster,) = data_of(project.run("show", "it.plan", "--format", "html").out)["clusters"]
    assert isinstance(cluster["sides"]["recorded"], list)
    data = data_of(project.run("show", "it.plan", "--format", "html").out)
    sides = data["clusters"][0]["sides"]
    row = sides["names"].index(data["texts"].index("num_of_nodes"))
    assert data["texts"][sides["recorded"][row]] == "3"


def test_the_graph_as_picture_and_as_page(project: Project) -> None:
    project.write(WEB)
    project.run("plan", "--out", "it.plan")
    pictures = [
        project.run(*arguments, "--format", "svg").out
        for arguments in (("graph",), ("graph", "it.plan"), ("plan",), ("show", "it.plan"))
    ]
    assert len(set(pictures)) == 1
    assert ElementTree.fromstring(pictures[0]).tag == "{http://www.w3.org/2000/svg}svg"
    assert data_of(project.run("graph", "it.plan", "--format", "html").out)["view"] == "graph"
    assert data_of(project.run("graph", "--format", "html").out)["view"] == "graph"


def test_a_rehearsal_as_page_has_what_the_rehearsal_found(project: Project) -> None:
    project.write(WEB)
    project.run("plan", "--out", "it.plan")
    data = data_of(project.run("rehearse", "it.plan", "--format", "html").out)
    assert data["title"] == "Rehearsal complete"
    (step,) = data["steps"]
    assert (step["end"]["status"], step["end"]["requests"] != []) == ("done", True)
    assert step["end"]["seconds"] > 60


def test_drift_as_page(project: Project) -> None:
    project.applied(WEB)
    quiet = project.run("drift", "--format", "html")
    assert (quiet.code, data_of(quiet.out)["headline"]) == (0, "No drift")
    project.deleted_by_hand("web")
    moved = project.run("drift", "--format", "html")
    assert moved.code == 2
    data = data_of(moved.out)
    assert (data["title"], data["headline"]) == ("Drift", "1 cluster has drifted")
    assert data["steps"] == []
    assert [(each["tone"], each["headline"]) for each in data["clusters"]] == [("drift", "is gone")]
    (gone,) = data["clusters"]
    (back,) = [way for way in gone["ways"] if way["name"] == "put it back"]
    assert (back["text"], back["command"]) == (
        "ackplan apply --target web (creates it again)",
        "ackplan apply --target web",
    )
    assert [way["name"] for way in gone["ways"]] == ["since", "put it back", "record it", "in the spec"]
    assert isinstance(gone["sides"]["wanted"], list)
    assert gone["sides"]["live"] == "no"


@pytest.fixture
def throttled(tmp_path: Path) -> Any:
    faults = tmp_path / "faults.yaml"
    faults.write_text(FAULTS)
    with simulator(time_scale=60_000, faults=faults) as api:
        yield Project(tmp_path, api)


def test_a_report_says_what_was_done_by_whom_when_and_with_which_requests(throttled: Project) -> None:
    throttled.write(WEB)
    done = throttled.run("apply", "--auto-approve", "--report", "out/report.json")
    assert done.code == 0
    report = json.loads((throttled.folder / "out/report.json").read_text())
    assert "@" in report["who"]
    assert report["started"] <= report["ended"]
    assert (report["complete"], report["interrupted"], report["serial"]) == (True, False, 1)
    (step,) = report["steps"]
    assert (step["step"], step["status"], step["call"]) == ("create:web", "done", "POST /clusters")
    (retry,) = step["retries"]
    asked = [call for call in throttled.api.calls if call.method == "POST"]
    assert len(asked) == 2
    assert retry["code"].startswith("Throttling")
    assert retry["pause"] > 0
    assert len({retry["request_id"], *step["request_ids"]}) == 2


def test_a_report_is_a_page_where_its_name_says_so(throttled: Project) -> None:
    throttled.write(WEB)
    throttled.run("apply", "--auto-approve", "--report", "report.html")
    data = data_of((throttled.folder / "report.html").read_text())
    assert (data["title"], data["headline"]) == ("Apply complete", "1 done")
    (step,) = data["steps"]
    assert [retry["code"] for retry in step["end"]["retries"]] == ["Throttling.User"]
    assert re.fullmatch(r"[0-9A-F-]{36}", step["end"]["requests"][0])
    assert PASSWORD["ACK_NODE_PASSWORD"] not in (throttled.folder / "report.html").read_text()


def test_nothing_to_do_is_reported_too(project: Project) -> None:
    project.applied(WEB)
    assert project.run("apply", "--report", "report.html").code == 0
    assert project.run("apply", "--report", "report.json").code == 0
    data = data_of((project.folder / "report.html").read_text())
    assert (data["title"], data["headline"]) == ("Apply complete", "nothing to do")
    assert json.loads((project.folder / "report.json").read_text())["steps"] == []


def test_a_refused_step_is_reported_with_its_request(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("faults:\n  - {kind: error, operation: create_cluster, status: 403, code: Forbidden.Quota}\n")
    with simulator(time_scale=60_000, faults=faults) as api:
        project = Project(tmp_path, api)
        project.write(WEB)
        assert project.run("apply", "--auto-approve", "--report", "report.json").code == 1
    report = json.loads((tmp_path / "report.json").read_text())
    (step,) = report["steps"]
    assert (report["complete"], step["status"]) == (False, "failed")
    assert len(step["request_ids"]) == 1
    assert "Forbidden.Quota" in step["errors"][0]
    assert step["request_ids"][0] in step["errors"][0]


def test_a_report_that_cannot_be_written_is_said_so(project: Project) -> None:
    project.write(WEB)
    (project.folder / "taken").write_text("a file")
    done = project.run("apply", "--auto-approve", "--report", "taken/report.html")
    assert done.code == 1
    assert "ACK3010" in done.err


def test_a_report_that_could_not_be_written_is_refused_before_the_first_call(project: Project) -> None:
    project.write(WEB)
    project.write("", "file")
    (project.folder / "folder").mkdir()
    for place in ("folder", "file/report.json", "/dev/null", "/dev/stdout", "/proc/report.json"):
        done = project.run("apply", "--auto-approve", "--report", place)
        assert (done.code, done.err[:7]) == (1, "ACK3010"), done
    assert project.api.calls == []


PROTECTED = WEB + "    lifecycle: {prevent_destroy: true}\n"


@pytest.fixture
def blocked(project: Project) -> Project:
    """A project whose plan is refused, as a plan file too."""
    project.applied(PROTECTED)
    assert project.run("plan", "--destroy", "--out", "it.plan").code == 1
    return project


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (("destroy", "--auto-approve"), ["ACK2004"]),
        (("apply", "it.plan"), ["ACK6006"]),
        (("apply", "none.plan"), ["ACK6001"]),
        (("apply", "--target", "wbe"), ["ACK2010"]),
    ],
)
def test_a_report_says_why_nothing_was_done(command: tuple[str, ...], codes: list[str], blocked: Project) -> None:
    done = blocked.run(*command, "--report", "report.json")
    assert done.code == 1, done
    report = json.loads((blocked.folder / "report.json").read_text())
    assert (report["complete"], report["steps"]) == (False, [])
    assert re.findall(r"\bACK\d{4}", " ".join(report["errors"])) == codes


def test_a_page_says_why_nothing_was_done(blocked: Project) -> None:
    assert blocked.run("destroy", "--auto-approve", "--report", "report.html").code == 1
    data = data_of((blocked.folder / "report.html").read_text())
    assert (data["title"], data["headline"]) == ("Destroy incomplete", "1 not started")
    assert data["clusters"][0]["status"] == "not started"
    assert blocked.run("apply", "none.plan", "--report", "report.html").code == 1
    data = data_of((blocked.folder / "report.html").read_text())
    assert (data["title"], data["headline"]) == ("Apply incomplete", "nothing was done")
    assert "none.plan does not exist" in json.dumps(data)


def test_a_run_that_an_error_ended_is_reported(project: Project) -> None:
    """The record can't be written at the end: what was done until then is told all the same."""
    project.write(WEB)
    refusal = Failure(error("ACK3010", "Can't write the file"))
    with mock.patch.object(LocalRecordStore, "write", side_effect=refusal):
        assert project.run("apply", "--auto-approve", "--report", "report.json").code == 1
    report = json.loads((project.folder / "report.json").read_text())
    assert [text[:7] for text in report["errors"]] == ["ACK3010"]
    assert [(step["step"], step["status"]) for step in report["steps"]] == [("create:web", "done")]


def test_a_plan_that_nobody_can_see_is_not_asked_about(project: Project) -> None:
    project.write(WEB)
    with mock.patch("click.echo", side_effect=BrokenPipeError(32, "Broken pipe")):
        assert project.run("apply", "--report", "report.json").code == 1
    assert json.loads((project.folder / "report.json").read_text())["complete"] is False
    assert not project.changing()


def test_a_run_that_breaks_off_says_how_to_go_on(project: Project) -> None:
    project.write(WEB)
    with mock.patch("ackplan.render.text.event_line", side_effect=BrokenPipeError(32, "Broken pipe")):
        done = project.run("apply", "--auto-approve", "--report", "report.json")
    assert done.code == 1
    assert "to continue: ackplan apply" in done.err
    assert json.loads((project.folder / "report.json").read_text())["complete"] is False
    assert project.run("apply", "--auto-approve").code == 0
    assert len(project.changing()) == 1
