"""The graph that networkx holds is the one that is ordered, walked and carried out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.work import Create
from ackplan.execute.scheduler import Walk
from ackplan.plan import graph
from ackplan.plan.model import Step
from tests.running import command_line, simulator
from tests.works import WORKS

BODY = {"cluster_type": "Ask", "vpc_id": "vpc-2zegvl5etah5requ09nec", "vswitch_id": "vsw-2ze48rkq464rsdts1abcd"}


def step(name: str, *needs: str, seconds: float = 1.0) -> Step:
    return Step(name, parse(name), WORKS[Create], Reason.NEW, Side.SPEC, needs=needs, expected_seconds=seconds)


def ids(steps: Iterable[Step]) -> list[str]:
    return [step.id for step in steps]


def test_the_longest_way_starts_first_and_what_needs_nothing_more_follows() -> None:
    first, *others = [step("a"), step("b", seconds=2), step("c", "a", seconds=5), step("d", "a", "b")]
    walk = Walk([first, *others])
    assert ids(walk.start(1)) == ["a"]
    assert ids(walk.start(9)) == ["b"]
    walk.done(first)
    assert ids(walk.start(9)) == ["c"]
    walk.done(others[0])
    assert ids(walk.start(9)) == ["d"]


def test_a_failure_takes_all_behind_it_and_nothing_else() -> None:
    steps = [step("a"), step("b", "a"), step("c", "b"), step("d", "a", "e"), step("e"), step("f", "e")]
    walk = Walk(steps)
    walk.start(9)
    assert ids(walk.failed(steps[0])) == ["b", "d", "c"]
    walk.done(steps[4])
    assert ids(walk.start(9)) == ["f"]
    assert ids(walk.rest()) == ["f"]
    walk.done(steps[5])
    assert not walk.rest()


def test_what_an_earlier_run_did_holds_nothing_up() -> None:
    assert ids(Walk([step("a"), step("b", "a"), step("c", "b")], done=["a"]).start(9)) == ["b"]


@pytest.mark.parametrize(
    "needs", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"x": [], "a": ["b"], "b": ["c"], "c": ["a", "x"]}]
)
def test_a_circle_shows_each_name_before_what_it_needs(needs: dict[str, list[str]]) -> None:
    names = graph.circle(graph.of_needs(needs))
    assert names[0] == names[-1]
    assert all(later in needs[name] for name, later in itertools.pairwise(names))
    with pytest.raises(ValueError, match="circle"):
        graph.order(graph.of_needs(needs))


def created(calls: Iterable[Any]) -> list[str]:
    return [call.body["name"] for call in calls if (call.method, call.path) == ("POST", "/clusters")]


@pytest.mark.parametrize(("removed", "order"), [(False, ["c", "b", "a"]), (True, ["a", "b", "c"])])
def test_apply_runs_what_the_graph_says(
    removed: bool, order: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = {"a": ["b"], "b": ["c"], "c": []}
    clusters = {name: {**BODY, "depends_on": needed} for name, needed in needs.items()}
    spec = {"ackplan": 1, "region": "cn-beijing", "clusters": clusters}
    (tmp_path / "ackplan.yaml").write_text(json.dumps(spec))
    with simulator(time_scale=60_000) as served:
        environment = {**served.credentials, "ACKPLAN_ENDPOINT": served.url}
        if removed:
            build = graph.build

            def edgeless(steps: Iterable[Step]) -> Any:
                made = build(steps)
                made.remove_edges_from(tuple(made.edges))
                return made

            monkeypatch.setattr(graph, "build", edgeless)
        applied = command_line(tmp_path, "apply", "--auto-approve", "--parallelism", "1", environment=environment)
        assert applied.code == 0, applied.err
        assert created(served.calls) == order
