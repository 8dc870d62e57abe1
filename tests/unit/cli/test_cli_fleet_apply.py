"""`ackplan fleet apply`: what was approved is done, once, whoever interrupts it, and nothing else."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet_projects import FleetProject
from projects import PASSWORD, WEB, Project

from tests.running import simulator

BROKEN = WEB.replace("num_of_nodes", "nmu_of_nodes")
LISTING = """
    shop: {path: accounts/shop, depends_on: [base]}
    base: {path: accounts/base}
"""


def _fleet(project: Project) -> FleetProject:
    at = FleetProject(project)
    at.workspace("accounts/base")
    at.workspace("accounts/shop")
    at.listing(LISTING)
    return at


@pytest.fixture
def fleet(project: Project) -> FleetProject:
    """Two workspaces, shop behind base."""
    return _fleet(project)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[FleetProject]:
    """The same where a cluster takes two seconds to be there."""
    with simulator(time_scale=300) as api:
        yield _fleet(Project(tmp_path, api))


def _live(fleet: FleetProject) -> list[str]:
    return sorted(cluster["name"] for cluster in fleet.project.live())


def test_without_a_folder_it_plans_and_applies_in_order(fleet: FleetProject) -> None:
    done = fleet.run("apply", "--auto-approve", "--jobs", "2")
    assert done.code == 0, done.err
    assert "+ shop: it is new in the spec" in done.out
    assert "Fleet apply: 2 workspaces: 2 applied." in done.out
    assert fleet.project.changing() == ["POST /clusters"] * 2
    assert _live(fleet) == ["base", "shop"]
    assert (fleet.folder / "accounts/shop/state/shop.json").is_file()
    again = fleet.run("apply", "--auto-approve")
    assert (again.code, "2 without changes" in again.out) == (0, True)
    assert len(fleet.project.changing()) == 2


def test_nothing_is_done_without_approval(fleet: FleetProject) -> None:
    done = fleet.run("apply")
    assert (done.code, "ACK6007" in done.err) == (1, True)
    assert "shop: it is new in the spec" in done.out
    assert fleet.project.changing() == []


def test_a_workspace_without_changes_is_not_applied(fleet: FleetProject) -> None:
    fleet.run("apply", "--auto-approve", "--workspaces", "base")
    assert fleet.results("apply", "--auto-approve") == {"base": "no changes", "shop": "applied"}


def test_one_that_fails_stops_only_those_behind_it(fleet: FleetProject) -> None:
    fleet.workspace("accounts/broken", BROKEN)
    fleet.workspace("accounts/behind")
    fleet.listing(LISTING + "broken: {path: accounts/broken}\nbehind: {path: accounts/behind, depends_on: [broken]}")
    done = fleet.run("apply", "--auto-approve")
    assert done.code == 1
    assert "2 workspaces" not in done.out
    assert "4 workspaces: 1 failed, 1 skipped, 2 applied" in done.out
    assert _live(fleet) == ["base", "shop"]
    assert "To continue: ackplan fleet apply" in done.err


def test_one_whose_apply_fails_stops_those_behind_it(fleet: FleetProject) -> None:
    environment = {"ACK_NODE_PASSWORD": ""}
    done = fleet.run("apply", "--auto-approve", environment=environment)
    assert done.code == 1
    assert "Secret can't be used" in done.out
    assert "skipped: depends on base" in done.out


def test_kept_plans_are_applied_by_their_digests(fleet: FleetProject) -> None:
    said = fleet.run("plan", "--out", "plans").err
    words = said.rpartition("ackplan fleet ")[2].split()
    done = fleet.run(*words, "--report", "report.json")
    assert done.code == 0, done.err
    assert _live(fleet) == ["base", "shop"]
    report = json.loads((fleet.folder / "report.json").read_text())
    assert report["complete"] is True
    assert report["fleet"]["workspaces"]["shop"]["result"] == "applied"
    assert [step["call"] for step in report["reports"]["shop"]["steps"]] == ["POST /clusters"]
    assert report["reports"]["shop"]["steps"][0]["request_ids"]
    again = fleet.run(*words)
    assert (again.code, "applied before" in again.out) == (0, True)
    assert len(fleet.project.changing()) == 2


def test_a_report_may_be_a_page_and_replaces_the_last_one(fleet: FleetProject) -> None:
    for _ in range(2):
        assert fleet.run("apply", "--auto-approve", "--report", "report.html").code == 0
        assert fleet.run("apply", "--auto-approve", "--report", "report.json").code == 0
    assert "<!doctype html>" in (fleet.folder / "report.html").read_text()


def _tampered(fleet: FleetProject, how: str) -> None:
    """Somebody changes the folder of plans, or what it is for."""
    plans = fleet.folder / "plans"
    index = json.loads((plans / "fleet.json").read_text())
    match how:
        case "plan of another workspace":
            (plans / "shop.plan").write_bytes((plans / "base.plan").read_bytes())
        case "plan is gone":
            (plans / "shop.plan").unlink()
        case "plan outside":
            index["workspaces"]["shop"]["plan"] = "../base.plan"
        case "digest":
            index["workspaces"]["shop"]["sha256"] = "0" * 64
        case "workspace that is not there":
            index["workspaces"]["more"] = index["workspaces"]["shop"] | {"plan": "more.plan"}
            (plans / "more.plan").write_bytes((plans / "shop.plan").read_bytes())
        case "another account":
            fleet.listing(LISTING.replace("accounts/shop,", "accounts/shop, profile: other,"))
        case "another folder":
            fleet.listing(LISTING.replace("accounts/shop,", "accounts/base, record: x,"))
        case "no index":
            (plans / "fleet.json").write_text("[]")
            return
        case "another result":
            index["workspaces"]["shop"]["result"] = "fine"
    (plans / "fleet.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    "how",
    ["plan of another workspace", "plan is gone", "plan outside", "digest", "workspace that is not there",
     "another account", "another folder", "no index", "another result"],
)  # fmt: skip
def test_whoever_changes_the_plans_gets_nothing_done(fleet: FleetProject, how: str) -> None:
    fleet.run("plan", "--out", "plans")
    _tampered(fleet, how)
    done = fleet.run("apply", "plans")
    assert done.code == 1
    assert "ACK8012" in done.err or "ACK8013" in done.err
    assert fleet.project.changing() == []


def test_an_index_that_was_swapped_whole_is_told_by_its_digest(fleet: FleetProject) -> None:
    said = fleet.run("plan", "--out", "plans").err
    digest = said.rpartition("--sha256 ")[2].split()[0]
    fleet.workspace("accounts/shop", WEB.replace("num_of_nodes: 3", "num_of_nodes: 9"))
    fleet.run("plan", "--out", "plans")
    done = fleet.run("apply", "plans", "--sha256", digest)
    assert (done.code, "ACK8013" in done.err) == (1, True)
    assert fleet.project.changing() == []


def test_what_moved_since_is_refused_by_each_for_itself(fleet: FleetProject) -> None:
    fleet.run("plan", "--out", "plans")
    fleet.workspace("accounts/shop", WEB.replace("num_of_nodes: 3", "num_of_nodes: 9"))
    document = fleet.document("apply", "plans")
    assert document["workspaces"]["base"]["result"] == "applied"
    assert document["workspaces"]["shop"]["result"] == "failed"
    assert _live(fleet) == ["base"]


def test_a_plan_that_was_not_whole_is_said(fleet: FleetProject) -> None:
    fleet.run("plan", "--out", "plans", "--workspaces", "base")
    document = fleet.document("apply", "plans")
    assert document["left_out"] == {"shop": "it was not planned"}
    assert document["complete"] is False


def test_options_that_don_t_go_together(fleet: FleetProject) -> None:
    assert fleet.run("apply", "plans", "--skip-blocked").code == 64
    assert fleet.run("apply", "--sha256", "0").code == 64
    assert fleet.run("apply", "nowhere").code == 1
    assert fleet.project.run("apply", "--sha256", "0").code == 64


def _answered(fleet: FleetProject, answer: bytes, *words: str) -> tuple[int, bytes]:
    """How it ends on a terminal where somebody answers so, and what was said on standard error."""
    ours, theirs = pty.openpty()
    with _started(fleet, *words, stdin=theirs) as running:
        os.close(theirs)
        os.write(ours, answer + b"\n")
        _, said = running.communicate()
        os.close(ours)
    return running.returncode, said


def test_who_is_asked_gets_what_was_shown(fleet: FleetProject) -> None:
    code, said = _answered(fleet, b"no", "apply")
    assert (code, b"in 2 workspaces?" in said, b"ACK6008" in said) == (1, True, True)
    assert fleet.project.changing() == []
    code, said = _answered(fleet, b"yes", "apply")
    assert code == 0, said
    assert _live(fleet) == ["base", "shop"]


def test_what_moves_while_somebody_is_asked_is_not_done(fleet: FleetProject) -> None:
    ours, theirs = pty.openpty()
    with _started(fleet, "apply", stdin=theirs) as running:
        os.close(theirs)
        assert running.stderr is not None
        while b"Do you want" not in running.stderr.readline():
            pass
        fleet.workspace("accounts/shop", WEB.replace("num_of_nodes: 3", "num_of_nodes: 9"))
        os.write(ours, b"yes\n")
        out, _ = running.communicate()
        os.close(ours)
    assert (running.returncode, b"ACK3085" in out) == (1, True)
    assert _live(fleet) == ["base"]


# Signals


def _started(fleet: FleetProject, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    environment = {**kept, **PASSWORD, **fleet.project.api.credentials, "ACKPLAN_ENDPOINT": fleet.project.api.url}
    command = [sys.executable, "-m", "ackplan", "fleet", *words]
    return subprocess.Popen(command, cwd=fleet.folder, env=environment, stdin=stdin,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def _until_called(fleet: FleetProject, running: subprocess.Popen[bytes]) -> None:
    """Waits for the first call that creates something."""
    while not fleet.project.changing():
        assert running.poll() is None, running.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_each_and_the_next_apply_goes_on(slow: FleetProject, number: signal.Signals) -> None:
    running = _started(slow, "apply", "--auto-approve")
    _until_called(slow, running)
    running.send_signal(number)
    out, err = running.communicate()
    assert running.returncode == 130, err
    assert b"Stopping" in err
    assert b"interrupted" in out
    assert b"Traceback" not in err
    again = slow.run("apply", "--auto-approve")
    assert again.code == 0, again.out + again.err
    assert _live(slow) == ["base", "shop"]
    assert len(slow.project.changing()) == 2


def test_a_second_interrupt_ends_at_once(slow: FleetProject) -> None:
    running = _started(slow, "apply", "--auto-approve")
    _until_called(slow, running)
    assert running.stderr is not None
    running.send_signal(signal.SIGINT)
    while b"Stopping" not in running.stderr.readline():
        pass
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate()
    assert (running.returncode, b"interrupted" in out) == (130, True)
    assert slow.run("apply", "--auto-approve").code == 0
    assert len(slow.project.changing()) == 2


@pytest.mark.parametrize("words", [("--auto-approve",), ("plans",)])
def test_one_that_is_killed_is_finished_by_the_next_one(slow: FleetProject, words: tuple[str, ...]) -> None:
    slow.run("plan", "--out", "plans")
    running = _started(slow, "apply", *words)
    _until_called(slow, running)
    running.kill()
    running.communicate()
    again = slow.run("apply", *words, "--lock-timeout", "60s")
    assert again.code == 0, again.out + again.err
    assert _live(slow) == ["base", "shop"]
    assert len(slow.project.changing()) == 2
    assert slow.run("plan", "--detailed-exitcode").code == 0
