"""Ctrl-C and SIGTERM, once and twice, at every kind of moment: exit 130, and the next apply finishes the run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scenes import attached, spec
from tests.faults.virtual import Bench, bench

_FLEET = {
    "base": {},
    "shop": {"attach": [attached("i-one")]},
    "side": {"depends_on": ["base"]},
}
_SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec(_FLEET))
    with bench(folder) as found:
        yield found


def _apply(at: Bench) -> tuple[int, str]:
    run = at.run("apply", "--auto-approve")
    assert "Traceback" not in run.err
    assert "ACK9001" not in run.err
    return run.code, run.out + run.err


def _changing(at: Bench) -> list[str]:
    return [call.operation for call in at.calls if call.method != "GET" and 200 <= call.status < 300]


def _raise_at(at: Bench, moment: str, name: str, number: int, *numbers: signal.Signals) -> None:
    """Sends the signals to this process when the call is about to be sent, or its answer has just come."""

    def hook(operation: str, count: int) -> None:
        if (operation, count) == (name, number):
            for one in numbers:
                os.kill(os.getpid(), one)

    setattr(at.wire, moment, hook)


def _finishes(at: Bench) -> None:
    """The next apply, undisturbed: everything is there, and each call was carried out once."""
    at.wire.before = at.wire.after = lambda _operation, _number: None
    code, said = _apply(at)
    assert code == 0, said
    assert sorted(_changing(at)) == ["attach", "create_cluster", "create_cluster", "create_cluster"]
    assert {c["name"]: (c["state"], c["size"]) for c in at.world.clusters()} == {
        "base": ("running", 2),
        "shop": ("running", 3),
        "side": ("running", 2),
    }
    assert at.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(("number", "times"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
@pytest.mark.parametrize(
    ("moment", "name", "count"),
    [
        ("before", "create_cluster", 1),
        ("after", "create_cluster", 1),
        ("before", "create_cluster", 2),
        ("before", "get_cluster", 2),
        ("after", "get_cluster", 5),
        ("before", "attach", 1),
        ("after", "attach", 1),
        ("before", "create_cluster", 3),
    ],
)
def test_stopped_run_is_finished_by_the_next(
    at: Bench, number: signal.Signals, times: int, moment: str, name: str, count: int
) -> None:
    _raise_at(at, moment, name, count, *[number] * times)
    code, said = _apply(at)
    assert code == 130
    if times == 1:
        assert "ackplan apply" in said
        assert "no new calls" in said
    _finishes(at)


@pytest.mark.parametrize("number", _SIGNALS)
def test_answers_under_way_are_taken_in(at: Bench, number: signal.Signals) -> None:
    _raise_at(at, "before", "create_cluster", 2, number)
    assert _apply(at)[0] == 130
    recorded = json.loads((at.folder / "state" / "default.json").read_text())["clusters"]
    assert {name: entry["cluster_id"] for name, entry in recorded.items()} == {
        cluster["name"]: cluster["cluster_id"] for cluster in at.world.clusters()
    }
    assert _changing(at) == ["create_cluster", "create_cluster"]
    assert not any(entry["created"] for entry in recorded.values())


def test_nothing_is_sent_once_stopped(tmp_path: Path) -> None:
    """Stopped between the look before a call and the call: it is not sent."""
    file = tmp_path / "ackplan.yaml"
    file.write_text(spec({"shop": {}}))
    with bench(tmp_path) as at:
        assert _apply(at)[0] == 0
        file.write_text(spec({"shop": {"num_of_nodes": 4}}))
        seen = at.wire.sent.count("get_cluster")
        _raise_at(at, "before", "get_cluster", seen + 1, signal.SIGINT)
        assert _apply(at)[0] == 130
        assert _changing(at) == ["create_cluster"]
        at.wire.before = lambda _operation, _number: None
        assert _apply(at)[0] == 0
        assert _changing(at) == ["create_cluster", "scale_out"]


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("operation", ["create_cluster", "attach"])
def test_stopped_while_looking_what_became_of_a_call(tmp_path: Path, fault: str, operation: str) -> None:
    """The answer is lost, and the run is stopped at the first look: it ends, and sends nothing again."""
    rule = {"kind": "reset", "operation": operation, "when": fault, "first": 1}
    (tmp_path / "ackplan.yaml").write_text(spec({"shop": {"attach": [attached("i-one")]}}))
    with bench(tmp_path, faults={"faults": [rule]}) as at:
        _raise_at(at, "after", operation, 1, signal.SIGINT)
        assert _apply(at)[0] == 130
        assert at.wire.sent.count(operation) == 1
        at.wire.after = lambda _operation, _number: None
        code, said = _apply(at)
        assert code == 0, said
        (cluster,) = at.world.clusters()
        assert cluster["size"] == 3


@pytest.mark.parametrize("times", [1, 2])
def test_an_instance_whose_attach_was_not_seen_to_its_end_stays_an_attached_one(tmp_path: Path, times: int) -> None:
    """Its owner wants it out of the cluster then: it is detached, never released as a worker too many."""
    file, in_place = tmp_path / "ackplan.yaml", {"strategy": "newest", "release_node": True}
    file.write_text(spec({"shop": {"attach": [attached("i-one")]}}))
    with bench(tmp_path) as at:
        _raise_at(at, "after", "attach", 1, *[signal.SIGINT] * times)
        assert _apply(at)[0] == 130
        at.wire.after = lambda _operation, _number: None
        at.skip(3600)
        file.write_text(spec({"shop": {"scale_in": in_place}}))
        code, said = _apply(at)
        assert code == 0, said
        assert "detach" in said
        assert "drift" not in said
        (cluster,) = at.world.clusters()
        assert cluster["size"] == 2
        at.world.attach(cluster["cluster_id"], {"instances": ["i-one"]})  # it is still there
        at.skip(3600)
        assert at.world.cluster(cluster["cluster_id"])["size"] == 3


def test_stopped_while_it_waits_to_try_again(tmp_path: Path) -> None:
    """Throttled: the client would try again for two minutes."""
    rule = {"kind": "throttle", "operation": "create_cluster", "first": 3, "retry_after": 30}
    (tmp_path / "ackplan.yaml").write_text(spec({"shop": {}}))
    with bench(tmp_path, faults={"faults": [rule]}) as at:
        _raise_at(at, "after", "create_cluster", 1, signal.SIGTERM)
        assert _apply(at)[0] == 130
        assert at.wire.sent.count("create_cluster") == 1
        at.wire.after = lambda _operation, _number: None
        assert _apply(at)[0] == 0


def test_stopped_while_a_call_waits_for_its_turn(tmp_path: Path) -> None:
    """Throttled before, calls wait for their turn: one that waits when the run is stopped is not sent."""
    rule = {"kind": "throttle", "operation": "create_cluster", "first": 2, "retry_after": 30}
    (tmp_path / "ackplan.yaml").write_text(spec({"one": {}, "two": {}}))
    with bench(tmp_path, faults={"faults": [rule]}) as at:
        _raise_at(at, "before", "create_cluster", 2, signal.SIGTERM)
        assert _apply(at)[0] == 130
        assert at.wire.sent.count("create_cluster") == 2
        assert _changing(at) == []
        at.wire.before = lambda _operation, _number: None
        assert _apply(at)[0] == 0
        assert len(at.world.clusters()) == 2


def test_stopped_while_planning(at: Bench) -> None:
    _raise_at(at, "before", "list_clusters", 1, signal.SIGINT)
    assert _apply(at)[0] == 130
    assert _changing(at) == []
    _finishes(at)


def test_a_stopped_step_is_told_as_interrupted(at: Bench) -> None:
    _raise_at(at, "after", "get_cluster", 1, signal.SIGINT)
    run = at.run("apply", "--auto-approve", "--report", "report.json")
    assert run.code == 130
    steps = {step["step"]: step for step in json.loads((at.folder / "report.json").read_text())["steps"]}
    assert steps["create:base"]["status"] == "interrupted"
    assert steps["create:base"]["request_ids"]
    assert steps["create:side"]["status"] == "not started"
