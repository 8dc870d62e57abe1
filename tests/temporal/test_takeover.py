"""Workers die, stand still and lose their network: another one goes on, and nothing is doubled or lost."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from ackplan import __version__
from ackplan.adapters.local.git import checked_out
from ackplan.adapters.stores.store_url import store_url
from ackplan.workspaces.engine_run import EngineRun, EngineTask, EngineTerms
from ackplan.workspaces.workspaces_file import read_workspaces

from .cut_network import cuttable
from .site import Site, WorkerProcess, ended

FLEET = {"shop": {"web": 1, "data": 2}}
WANTED = {name: [size] for clusters in FLEET.values() for name, size in clusters.items()}
TTL = ("--lock-ttl", "2s")


def _begun(at: Site, *words: str) -> subprocess.Popen[str]:
    """An apply of the fleet whose clusters have begun to be made, of which none is done."""
    at.fleet(FLEET)
    assert at.run("fleet", "plan", "--out", "store:").code == 0
    running = at.command("fleet", "apply", "fleet-plan", "--engine", at.engine, *TTL, *words)
    at.until(at.live)
    return running


def _done(at: Site, running: subprocess.Popen[str]) -> None:
    done = ended(running)
    assert done.code == 0, done.out + done.err
    # Where all was done when its worker went, and the engine never heard of it, nothing is left to be done.
    assert "1 applied" in done.out or "1 without changes" in done.out, done.out
    assert at.live() == WANTED
    assert at.run("fleet", "plan", "--detailed-exitcode").code == 0


def _busy(at: Site) -> WorkerProcess:
    """The worker that runs a workspace."""
    return next(worker for worker in at.workers if worker.children())


def test_a_worker_that_is_killed_is_taken_over(brief: Site) -> None:
    brief.worker()
    running = _begun(brief)
    brief.worker()
    brief.workers[0].kill()
    _done(brief, running)


def test_a_worker_that_has_to_go_is_taken_over(brief: Site) -> None:
    brief.worker()
    running = _begun(brief)
    brief.worker()
    brief.workers[0].running.send_signal(signal.SIGTERM)
    brief.workers[0].hear("No longer serving")
    assert brief.workers[0].running.wait() == 0
    _done(brief, running)


def test_a_worker_that_stood_still_for_longer_than_its_lock_writes_nothing_more(brief: Site) -> None:
    brief.worker()
    running = _begun(brief)
    paused = _busy(brief)
    paused.signal_all(signal.SIGSTOP)
    brief.worker()
    try:
        _done(brief, running)
    finally:
        paused.signal_all(signal.SIGCONT)
    brief.until(lambda: not paused.children())
    assert brief.live() == WANTED


def test_a_server_that_is_killed_and_started_again_loses_nothing(own: Site) -> None:
    own.worker()
    running = _begun(own)
    own.server.kill()
    own.server.start()
    _done(own, running)


def test_a_worker_that_is_cut_off_from_the_engine_is_taken_over(brief: Site, tmp_path: Path) -> None:
    with cuttable(brief.server.port) as proxy:
        brief.worker(engine=brief.server.url(brief.queue, proxy.port))
        running = _begun(brief)
        proxy.cut()
        brief.worker()
        _done(brief, running)


def test_a_run_of_many_workspaces_takes_several_histories(at: Site) -> None:
    """And few events of each."""
    at.fleet({f"w{n}": {f"c{n}": 1} for n in range(4)}, {"w3": ["w0"]})
    at.worker()
    entries = read_workspaces(at.folder).entries.values()
    tasks = tuple(EngineTask(entry) for entry in entries)
    terms = EngineTerms("plan", __version__, state=store_url(at.state).shown, commit=checked_out(at.folder))
    run = at.begin(EngineRun(terms, tasks, jobs=4, page=2))
    done = at.on_engine("runs", run, "--format", "json")
    assert done.code == 0, done.err
    assert [entry["result"] for entry in json.loads(done.out)["workspaces"].values()] == ["changes"] * 4
    histories = at.events()
    assert len(histories) >= 2
    assert sum(histories) <= 10 * 4


def test_what_an_engine_begins_by_itself_is_of_what_workers_have_checked_out(at: Site) -> None:
    at.fleet({"a": {"a1": 1}})
    at.worker()
    scheduled = at.on_engine("fleet", "drift", "--keep", "--schedule", "* * * * *")
    assert scheduled.code == 0, scheduled.err
    run = at.triggered()
    followed = at.on_engine("runs", run)
    assert followed.code == 0, followed.err
    assert "no drift" in followed.out
    assert at.on_engine("fleet", "drift", "--schedule", "off").code == 0
    assert at.on_engine("fleet", "drift", "--schedule", "nightly").err.startswith("ACK8212")


@pytest.mark.parametrize("url", ["http://x", "temporal://u:p@x", "temporal://x?queue=a b", "temporal://x/n?key=1"])
def test_an_address_that_is_none_is_refused(at: Site, url: str) -> None:
    refused = at.run("runs", "--engine", url)
    assert refused.err.startswith("ACK8200")
    assert ":p@" not in refused.err
