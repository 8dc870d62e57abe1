"""What the next plan says after a run that was killed, was stopped, or failed: no more than is true, and no drift."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.record.journal import Phase
from tests.faults.mishaps import OPERATIONS, Operation
from tests.faults.scenes import SECRETS, spec
from tests.faults.stage import Stage, stage
from tests.faults.victim import victims
from tests.faults.virtual import Bench, bench

_APPLY = ("apply", "--auto-approve")
_CHANGES = [operation for operation in OPERATIONS if operation.before]
_NAMED = pytest.mark.parametrize("operation", _CHANGES, ids=lambda operation: operation.title)


@contextmanager
def _edited(folder: Path, operation: Operation, **settings: Any) -> Iterator[Bench]:
    """A project whose `before` was applied, and whose spec says `after`."""
    file = folder / "ackplan.yaml"
    with bench(folder, **settings) as at:
        file.write_text(spec(operation.scene.before))
        assert at.run(*_APPLY).code == 0
        file.write_text(spec(operation.scene.after))
        yield at


def _stop_after(at: Bench, operation: Operation) -> None:
    def hook(name: str, _number: int) -> None:
        if name == operation.name:
            os.kill(os.getpid(), signal.SIGINT)

    at.wire.after = hook


def _clusters(at: Bench) -> Any:
    return json.loads((at.folder / "state" / "default.json").read_text())["clusters"]


@_NAMED
def test_what_a_stopped_run_did_is_no_drift(tmp_path: Path, operation: Operation) -> None:
    with _edited(tmp_path, operation) as at:
        _stop_after(at, operation)
        assert at.run(*_APPLY).code == 130
        at.skip(3600.0)
        planned = at.run("plan", "--detailed-exitcode")
        assert planned.code == 0, planned.out
        assert "No changes" in planned.out
        assert "ACK3031 warning: An earlier apply ended with calls in flight" in planned.out
        assert at.run("drift").code == 0
        sent = len(at.calls)
        assert at.run(*_APPLY).code == 0
        assert all(call.method == "GET" for call in list(at.calls)[sent:])
        assert set(_clusters(at)) == set(operation.after)
        assert "ACK30" not in at.run("plan").out


@_NAMED
def test_what_still_goes_on_is_waited_for_and_is_no_drift(tmp_path: Path, operation: Operation) -> None:
    with _edited(tmp_path, operation) as at:
        _stop_after(at, operation)
        assert at.run(*_APPLY).code == 130
        planned = at.run("plan")
        assert "drift" not in planned.out.lower()
        assert "moved outside" not in planned.out
        at.wire.after = lambda _name, _number: None
        assert at.run(*_APPLY).code == 0
        assert at.wire.sent.count(operation.name) == 1


@_NAMED
def test_a_call_whose_task_failed_is_in_flight_no_more(tmp_path: Path, operation: Operation) -> None:
    rule = {"kind": "task_fails", "operation": operation.name, "first": 1}
    with _edited(tmp_path, operation, faults={"faults": [rule]}) as at:
        failed = at.run(*_APPLY)
        assert failed.code == 1
        assert "ACK30" not in at.run("plan").out
        assert at.run(*_APPLY).code == 0


_AGAIN = (
    *((operation, {"kind": "throttle", "retry_after": 25, "first": 3}) for operation in _CHANGES),
    *((o, {"kind": "error", "when": "before", "status": 500, "first": 2}) for o in OPERATIONS if o.title == "create"),
)


@pytest.mark.parametrize(("operation", "rule"), _AGAIN, ids=[f"{o.title}, {rule['kind']}" for o, rule in _AGAIN])
def test_a_call_that_is_sent_again_is_written_down_again(
    tmp_path: Path, operation: Operation, rule: dict[str, Any]
) -> None:
    """From then on it counts how long it may be on its way when its sender is dead."""
    ages = []

    def hook(name: str, _number: int) -> None:
        if name == operation.name:
            ages.append(at.clock.now() - _written(tmp_path))

    with _edited(tmp_path, operation, faults={"faults": [{"operation": operation.name, **rule}]}) as at:
        at.wire.before = hook
        assert at.run(*_APPLY).code == 0
    assert len(ages) == rule["first"] + 1
    assert max(ages) < 3.0


def _written(folder: Path) -> float:
    """When a call was written down last."""
    with contextlib.closing(SqliteJournal(folder / ".ackplan" / "default.journal")) as journal:
        intents = [entry for entry in journal.read().entries if entry.phase is Phase.INTENT]
    assert intents[-1].facts.sent_at is not None
    return intents[-1].facts.sent_at


def test_a_call_that_was_not_seen_to_its_end_is_in_flight(tmp_path: Path) -> None:
    """The task never ends: this run gives it up, and says of it what is true."""
    (operation,) = [one for one in OPERATIONS if one.title == "scale out"]
    rule = {"kind": "task_stuck", "operation": operation.name}
    with _edited(tmp_path, operation, faults={"faults": [rule]}) as at:
        assert "ACK5008" in at.run(*_APPLY).out
        said = at.run("plan").out
        assert "ACK3031" in said
        assert "calls in flight: scale-out:shop" in said
        assert "ACK3030" not in said
        refused = at.run("state", "rm", "shop")
        assert (refused.code, refused.err[:7]) == (1, "ACK3031")


def test_a_cancelled_job_is_finished_by_the_next(tmp_path: Path) -> None:
    """SIGTERM while a call is under way, and SIGKILL before its answer comes: as CI systems cancel a job."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec({"shop": {}}))
    with stage(tmp_path / "world.db") as world, victims() as crew:
        world.hold = lambda: _cancel(world, tmp_path / "project.out")
        environment = {**world.environment, **SECRETS}
        cancelled = crew.run(folder, environment, _APPLY, born=world.born)
        assert cancelled.code == -signal.SIGKILL
        assert "no new calls" in cancelled.output
        world.hold = None
        again = crew.run(folder, environment, _APPLY)
        assert again.code == 0, again.output
        assert [effect.cluster for effect in world.effects] == ["shop"]


def _cancel(world: Stage, output: Path) -> None:
    """At the first call after the plan's own."""
    if world.requests == 2:
        os.kill(world.victim, signal.SIGTERM)
        while "no new calls" not in output.read_text():
            threading.Event().wait(0.005)
        os.kill(world.victim, signal.SIGKILL)


def test_a_killed_run_was_interrupted(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec({"shop": {}}))
    with stage(tmp_path / "world.db") as world, victims() as crew:
        world.aim("after", 2)
        environment = {**world.environment, **SECRETS}
        assert crew.run(folder, environment, (*_APPLY, "--parallelism", "1"), born=world.born).code == -9
        world.aim("", 0)
        said = crew.run(folder, environment, ("plan",)).output
        assert "ACK3030 warning: An earlier apply was interrupted" in said
        assert "calls in flight: create:shop" in said
        assert "ACK3031" not in said


def test_where_it_cannot_be_told_that_cluster_stops_and_the_others_go_on(tmp_path: Path) -> None:
    """Its scale-out got no answer and had no effect: what depends on it waits, nothing else does, none is repeated."""
    file = tmp_path / "ackplan.yaml"
    fleet = {"shop": {}, "side": {}, "base": {}}
    rule = {"kind": "reset", "operation": "scale_out", "cluster": "shop", "first": 1}
    with bench(tmp_path, faults={"faults": [rule]}) as at:
        file.write_text(spec(fleet))
        assert at.run(*_APPLY).code == 0
        wanted = {name: {"num_of_nodes": 4} for name in fleet}
        file.write_text(spec({**wanted, "late": {"depends_on": ["shop"]}, "free": {"depends_on": ["base"]}}))
        run = at.run(*_APPLY)
        assert run.code == 1
        assert "ACK5003" in run.out
        sizes = {cluster["name"]: cluster["size"] for cluster in at.world.clusters()}
        assert sizes == {"shop": 2, "side": 4, "base": 4, "free": 2}
        assert at.wire.sent.count("scale_out") == 3
        assert at.run(*_APPLY).code == 0
        assert {cluster["size"] for cluster in at.world.clusters() if cluster["name"] in fleet} == {4}
        assert at.wire.sent.count("scale_out") == 4


def test_a_create_on_its_way_is_waited_for_before_another_is_sent(tmp_path: Path) -> None:
    """A run dies with its create on the way; it arrives while the run that goes on with it waits."""
    (tmp_path / "ackplan.yaml").write_text(spec({"shop": {}}))
    with bench(tmp_path) as at:
        assert at.run("plan", "--out", "it.plan").code == 0
        at.wire.before = _dying
        with mock.patch("ackplan.app.apply.finish", side_effect=RuntimeError("killed")):
            assert at.run("apply", "it.plan").code != 0
        at.wire.before = lambda _operation, _number: None
        assert "calls in flight: create:shop" in at.run("plan").out
        sent = at.wire.sent.count("create_cluster")
        lists = at.wire.sent.count("list_clusters")

        def arrives(call: ApiCall, answer: Answer) -> Answer:
            if call.operation == "list_clusters" and at.wire.sent.count("list_clusters") == lists + 4:
                at.world.create({"name": "shop", "cluster_type": "ManagedKubernetes", "region_id": "cn-beijing"})
            return answer

        at.wire.answers = arrives
        ended = at.run("apply", "it.plan")
        assert ended.code == 0, ended.out + ended.err
        assert at.wire.sent.count("create_cluster") == sent
        assert [cluster["name"] for cluster in at.world.clusters()] == ["shop"]


def _dying(operation: str, _number: int) -> None:
    if operation == "create_cluster":
        raise RuntimeError("killed")
