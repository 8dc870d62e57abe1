"""Fleets on a real Temporal server: what a user sees is what the same command says without it."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from .site import Site, ended

FLEET = {"a": {"a1": 2, "a2": 3}, "b": {"b1": 1}, "c": {"c1": 1}}


def _plain(text: str) -> str:
    """Without what differs from run to run."""
    return " ".join(re.sub(r" +[0-9.]+m?s\b|\bMade \S+", " ", text).split())


def test_a_fleet_is_planned_applied_and_watched_as_without_an_engine(at: Site) -> None:
    at.fleet(FLEET, {"c": ["a"]})
    at.worker()
    planned = at.on_engine("fleet", "plan", "--out", "store:", "--detailed-exitcode")
    here = at.run("fleet", "plan", "--detailed-exitcode", "--jobs", "2")
    assert (planned.code, here.code) == (2, 2), planned.err
    assert _plain(planned.out) == _plain(here.out)
    applied = at.on_engine("fleet", "apply", "fleet-plan", "--report", "report.json", "--format", "json")
    assert applied.code == 0, applied.err
    results = {name: entry["result"] for name, entry in json.loads(applied.out)["workspaces"].items()}
    assert results == dict.fromkeys(FLEET, "applied")
    report = json.loads((at.folder / "report.json").read_text())
    assert report["reports"]["a"]["complete"] is True
    assert at.live() == {"a1": [2], "a2": [3], "b1": [1], "c1": [1]}
    assert at.on_engine("fleet", "drift").code == 0
    again = at.on_engine("fleet", "apply", "--auto-approve")
    assert again.code == 0
    assert "3 without changes" in again.out


def test_a_failure_stops_what_is_behind_it(at: Site) -> None:
    at.fleet({"a": {"a1": 2}, "b": {"b1": 1}, "c": {"c1": 1}}, {"c": ["a"]})
    broken = at.folder / "accounts" / "a" / "ackplan.yaml"
    broken.write_text(broken.read_text().replace("num_of_nodes", "nmu_of_nodes"))
    at.commit()
    at.worker()
    planned = at.on_engine("fleet", "plan")
    assert planned.code == 1
    assert "skipped: depends on a" in planned.out
    assert "nmu_of_nodes" in planned.out
    assert "1 failed, 1 skipped, 1 with changes" in planned.out


def test_a_run_goes_on_by_itself_and_is_followed_by_others(at: Site) -> None:
    at.fleet(FLEET)
    at.worker()
    assert at.on_engine("fleet", "plan", "--out", "store:").code == 0
    begun = at.on_engine("fleet", "apply", "fleet-plan", "--detach")
    run = begun.out.strip()
    assert re.fullmatch(r"fleet-apply-[0-9a-f]{10}", run), begun.err
    followed = at.on_engine("runs", run)
    assert followed.code == 0, followed.err
    assert "3 applied" in followed.out
    assert re.search(rf"^{run} +done ", at.on_engine("runs").out, re.MULTILINE)
    assert at.on_engine("runs", "cancel", run).err.startswith("ACK8206")
    assert at.on_engine("runs", "fleet-plan-0").err.startswith("ACK8206")


@pytest.mark.parametrize("how", ["cancel", "Ctrl-C"])
def test_a_run_is_stopped_in_order(slow: Site, how: str) -> None:
    slow.fleet({"a": {"a1": 2}, "b": {"b1": 1}})
    worker = slow.worker()
    assert slow.on_engine("fleet", "plan", "--out", "store:").code == 0
    running = slow.command("fleet", "apply", "fleet-plan", "--engine", slow.engine)
    slow.until(slow.live)
    if how == "cancel":
        run = re.search(r"^(fleet-apply-\S+) +running", slow.on_engine("runs").out, re.MULTILINE)
        assert run is not None
        assert slow.on_engine("runs", "cancel", run[1]).code == 0
    else:
        running.send_signal(signal.SIGINT)
    done = ended(running)
    assert done.code == 130, done.err
    assert ("Press Ctrl-C again to stop following it." in done.err) == (how == "Ctrl-C")
    assert worker.children() == []
    assert len(slow.live()) == 1
    assert "not started" in done.out


def test_what_only_this_machine_has_is_refused(at: Site) -> None:
    at.fleet({"a": {"a1": 1}})
    assert at.on_engine("fleet", "plan", "--out", "plans").err.startswith("ACK8203")
    spec = at.folder / "accounts" / "a" / "ackplan.yaml"
    spec.write_text(spec.read_text() + "# edited\n")
    assert at.on_engine("fleet", "plan").err.startswith("ACK8204")
    at.state = "state/"
    refused = at.on_engine("fleet", "plan")
    assert "ACK8202" in refused.err
    assert "keeps its record in the folder state/" in refused.err


def test_a_worker_takes_no_other_commit(at: Site, tmp_path: Path) -> None:
    at.fleet({"a": {"a1": 1}})
    clone = tmp_path / "clone"
    subprocess.run(("git", "clone", "-q", str(at.folder), str(clone)), check=True)
    at.worker(folder=clone)
    at.fleet({"a": {"a1": 1, "a2": 1}})
    refused = at.on_engine("fleet", "plan")
    assert refused.code == 1
    assert "ACK8204" in refused.out
    assert "checked out" in refused.out


def test_plans_of_the_store_are_applied_without_a_checkout(at: Site, tmp_path: Path) -> None:
    at.fleet({"a": {"a1": 1}})
    assert at.run("fleet", "plan", "--out", "store:").code == 0
    (tmp_path / "empty").mkdir()
    at.worker(folder=tmp_path / "empty")
    done = at.on_engine("fleet", "apply", "fleet-plan")
    assert done.code == 0, done.out + done.err
    assert at.live() == {"a1": [1]}
    refused = at.on_engine("fleet", "plan")
    assert "ACK8204" in refused.out


def test_nothing_secret_enters_a_history(at: Site) -> None:
    at.more["ACK_NODE_PASSWORD"] = "Canary-of-a-Node-1"
    at.more["PGPASSWORD"] = "canary-of-the-store"
    at.fleet({"a": {"a1": 1}})
    at.worker()
    assert at.on_engine("fleet", "apply", "--auto-approve").code == 0
    history = at.histories()
    assert b"a1" in history
    for canary in (b"Canary-of-a-Node-1", b"canary-of-the-store"):
        assert canary not in history


def test_a_key_keeps_the_rest_from_the_server(at: Site) -> None:
    at.more["ACKPLAN_ENGINE_KEY"] = base64.b64encode(bytes(range(32))).decode()
    at.fleet({"a": {"cluster-of-secrecy": 1}})
    at.worker()
    done = at.on_engine("fleet", "apply", "--auto-approve")
    assert done.code == 0, done.err
    assert "cluster-of-secrecy" in done.out
    history = at.histories()
    assert b"fleet-1" in history
    assert b"cluster-of-secrecy" not in history
    run = at.on_engine("runs").out.splitlines()[1].split()[0]
    at.more["ACKPLAN_ENGINE_KEY"] = base64.b64encode(bytes(32)).decode()
    assert at.on_engine("runs", run).err.startswith("ACK8208")
