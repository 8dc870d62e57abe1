"""When steps run: one computation, which counts what bounds a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.work import Create, Work, WriteRecord
from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.outcomes import Outcome, Status
from ackplan.execute.schedule import actual, expected
from ackplan.plan.model import Step
from tests.running import command_line
from tests.works import WORKS


def step(name: str, *needs: str, seconds: float = 900.0, work: type[Work] = Create) -> Step:
    return Step(name, parse(name), WORKS[work], Reason.NEW, Side.SPEC, needs=needs, expected_seconds=seconds)


def test_it_adds_up_along_the_longest_way() -> None:
    times = expected([step("a"), step("b", "a", seconds=180), step("c", seconds=180)])
    assert times.starts == {"a": 0, "b": 900, "c": 0}
    assert (times.seconds, times.critical_path) == (1080, ("a", "b"))
    nothing = expected([])
    assert (nothing.seconds, nothing.critical_path) == (0, ())


def test_many_wait_for_the_cloud_at_once() -> None:
    """A thousand creations differ from one by the places of their calls, not by the number of waves."""
    times = expected([step(f"c{number:04}", seconds=1200) for number in range(1000)])
    starts = [number // USUAL.parallelism * 0.5 for number in range(1000)]
    assert times.seconds == 1200 + starts[-1]
    assert sorted(times.starts.values()) == starts


@pytest.mark.parametrize(
    ("limits", "starts"),
    [
        (Limits(parallelism=1), [0, 0.5, 1, 1.5]),
        (Limits(parallelism=2), [0, 0, 0.5, 0.5]),
        (Limits(rate=3), [0, 0, 0, 1]),
        (Limits(rate=0.25), [0, 4, 8, 12]),
        (Limits(rate=0), [0, 0, 0, 0]),
    ],
)
def test_places_and_pace_hold_steps_up(limits: Limits, starts: list[float]) -> None:
    times = expected([step(name) for name in "abcd"], limits)
    assert list(times.starts.values()) == starts
    assert times.seconds == starts[-1] + 900
    assert times.critical_path == ("d",)


def test_what_only_writes_down_needs_no_call() -> None:
    steps = [step(name, seconds=0, work=WriteRecord) for name in "abc"]
    assert expected(steps, Limits(parallelism=1)).seconds == 0


def test_the_path_of_a_run_is_the_one_that_it_went() -> None:
    """Expected to end last is b, behind a; what held this run up was c."""
    steps = [
        step("a"),
        step("b", "a"),
        step("c", seconds=60),
        step("d", "c", seconds=60),
        step("e", "b"),
        step("f", "b"),
    ]
    assert expected(steps).critical_path == ("a", "b", "f")
    outcomes = {
        "a": Outcome(Status.DONE, started=100, seconds=10),
        "c": Outcome(Status.DONE, started=100, seconds=500),
        "b": Outcome(Status.FAILED, started=110, seconds=10),
        "d": Outcome(Status.DONE, started=600, seconds=5),
        "e": Outcome(Status.SKIPPED),
        "f": Outcome(Status.NOT_STARTED),
    }
    times = actual(steps, outcomes, 100)
    assert times.starts == {"a": 0, "c": 0, "b": 10, "d": 500}
    assert (times.seconds, times.critical_path) == (505, ("c", "d"))
    assert actual(steps, {}, 100).critical_path == ()


def estimate(text: str) -> str:
    found = re.search(r"(?:take about|takes about|\"Expected to take\",[^}]{0,20}\"about) \**([\dhms ]+\d*[hms])", text)
    assert found, text[-2000:]
    return found[1]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ((), 180 + 119 // 32 * 0.5),
        (("--parallelism", "1"), 180 + 119 * 0.5),
        (("--rate", "1"), 180 + 119),
        (("--parallelism", "10000", "--rate", "0"), 180),
    ],
)
def test_every_format_says_the_same(given: tuple[str, ...], seconds: float, tmp_path: Path) -> None:
    body = {"cluster_type": "Ask", "vpc_id": "vpc-2zegvl5etah5requ09nec", "vswitch_id": "vsw-2ze48rkq464rsdts1abcd"}
    clusters = {f"c{number:03}": body for number in range(120)}
    spec = {"ackplan": 1, "region": "cn-beijing", "clusters": clusters}
    (tmp_path / "ackplan.yaml").write_text(json.dumps(spec))

    def plan(form: str, *more: str) -> str:
        ran = command_line(tmp_path, "plan", "--no-refresh", "--format", form, *given, *more)
        assert ran.code == 0, ran.err
        return ran.out

    own = json.loads(plan("json", "--out", "it.plan"))["ackplan"]
    assert own["expected_seconds"] == seconds
    texts = {form: estimate(plan(form)) for form in ("text", "markdown", "html")}
    assert len(set(texts.values())) == 1, texts
    shown = command_line(tmp_path, "show", "it.plan", *given)
    assert estimate(shown.out) == texts["text"]
    page = re.search(r'"seconds":([\d.]+),"texts"', plan("html"))
    assert page
    assert float(page[1]) == seconds
    # What a plan file keeps is told apart from how it is to be run.
    kept = command_line(tmp_path, "show", "it.plan", "--format", "json")
    assert json.loads(kept.out)["ackplan"]["expected_seconds"] == 181.5


def test_what_is_left_of_a_run_is_told_from_now_on() -> None:
    """Steps under way need no place any more, those behind them wait for what is left of them."""
    steps = [step("a"), step("b", "a", seconds=180), step("c", seconds=60)]
    times = expected(steps, Limits(parallelism=1), {"a": 300.0, "c": 90.0})
    assert times.starts == {"a": -300, "c": -90, "b": 600}
    assert (times.seconds, times.critical_path) == (780, ("a", "b"))
    assert expected(steps, under_way={}) == expected(steps)
