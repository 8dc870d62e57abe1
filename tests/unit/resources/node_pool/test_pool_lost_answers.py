"""A scaling whose answer is lost, while the list of pools lags for long: the list of tasks tells that it arrived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from ackplan.adapters.ack.exchange import Answer, ApiCall
from tests.faults.scenes import pooled, spec
from tests.faults.virtual import Bench, Time, bench

_APPLY = ("apply", "--auto-approve")
_SCALE = "scale_node_pool"
_LOST = {"operation": _SCALE, "kind": "error", "when": "after", "status": 500, "first": 1}
_NO_LIST = {"operation": "list_tasks", "kind": "error", "status": 404, "code": "InvalidAction.NotFound", "first": 100}


@pytest.fixture
def lagging(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A pool that is to grow. For so long the list of pools shows it as it was, while its task takes half an hour."""
    seconds, rules = request.param
    file, db = tmp_path / "ackplan.yaml", tmp_path / "world.db"
    file.write_text(spec({"shop": pooled(web={})}))
    with bench(tmp_path, db) as at:
        assert at.run(*_APPLY).code == 0
    file.write_text(spec({"shop": pooled(web={"desired_size": 5})}))
    faults = {"faults": [_LOST, *rules]}
    with mock.patch.object(Time, "wall", Time.now), bench(tmp_path, db, faults=faults, time_scale=0.1) as at:
        at.skip(7200)
        since = [0.0]
        at.wire.after = lambda operation, _: since.__setitem__(0, since[0] or at.clock.now() * (operation == _SCALE))
        at.wire.answers = _as_before(at, since, seconds)
        yield at


def _as_before(at: Bench, since: list[float], seconds: float):  # type: ignore[no-untyped-def]
    kept: dict[str, Answer] = {}

    def answer(call: ApiCall, answer: Answer) -> Answer:
        if call.operation not in {"list_node_pools", "get_node_pool", "list_nodes"} or answer.status != 200:
            return answer
        if not since[0]:
            kept[call.path] = answer
        lags = since[0] and at.clock.now() < since[0] + seconds
        return kept.get(call.path, answer) if lags else answer

    return answer


def _sent(at: Bench) -> int:
    return sum(call.operation == _SCALE for call in at.calls)


@pytest.mark.parametrize("lagging", [(600.0, [])], indirect=True)
def test_a_run_goes_on_with_a_call_that_only_its_task_shows(lagging: Bench) -> None:
    done = lagging.run(*_APPLY)
    assert done.code == 0, done.out + done.err
    assert _sent(lagging) == 1
    assert lagging.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("lagging", [(600.0, [_NO_LIST])], indirect=True)
def test_without_a_list_of_tasks_it_can_not_be_told(lagging: Bench) -> None:
    done = lagging.run(*_APPLY)
    assert (done.code, "ACK5003" in done.out + done.err) == (1, True)
    assert _sent(lagging) == 1


@pytest.mark.parametrize("lagging", [(900.0, [{**_NO_LIST, "first": 30}])], indirect=True)
def test_a_later_run_waits_for_the_task_that_it_finds(lagging: Bench) -> None:
    """Longer after it was sent than a call without an answer may take to show."""
    assert lagging.run(*_APPLY).code == 1
    lagging.skip(300)
    while lagging.run("api", "GET", f"/clusters/{_cluster(lagging)}/tasks").code:
        pass
    again = lagging.run(*_APPLY)
    assert again.code == 0, again.out + again.err
    assert _sent(lagging) == 1
    assert lagging.run("plan", "--detailed-exitcode").code == 0


def _cluster(at: Bench) -> str:
    listed = json.loads(at.run("api", "GET", "/clusters").out)
    return str(listed[0]["cluster_id"])
