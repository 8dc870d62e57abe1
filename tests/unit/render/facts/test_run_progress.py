"""How far a run is: counts, what takes longest, and an estimate that is the plan's own computation."""

from __future__ import annotations

import pytest

from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.language import CHINESE, speaking
from ackplan.core.work import Create
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Event, Moment, Outcome, Status
from ackplan.execute.schedule import expected
from ackplan.plan.model import Step
from ackplan.render.facts.progress import RunProgress, progress_words
from ackplan.render.facts.safe import width
from ackplan.render.facts.words import estimate
from ackplan.render.text.progress import cut, cut_inside, progress_view
from ackplan.render.text.run import event_line
from tests.works import WORKS


def step(name: str, *needs: str) -> Step:
    work = WORKS[Create]
    return Step(name, parse(name), work, Reason.NEW, Side.SPEC, needs=needs, expected_seconds=600.0)


def ended(each: Step, status: Status = Status.DONE) -> Event:
    return Event(Moment.ENDED, each, 600.0, outcome=Outcome(status))


def test_it_counts_what_happens() -> None:
    a, b, c, d, e = steps = [step("a"), step("b"), step("c", "b"), step("d"), step("e")]
    run = RunProgress(steps)
    run.take(Event(Moment.EARLIER, e), 100)
    for each in (a, b):
        run.take(Event(Moment.STARTED, each), 100)
    run.take(Event(Moment.PROGRESS, a, 10.0, "initial"), 110)
    run.take(ended(b, Status.FAILED), 120)
    run.take(ended(c, Status.SKIPPED), 120)
    run.take(Event(Moment.NOTE, None, detail="a note"), 120)
    now = run.at(160)
    assert (now.total, now.done, now.running, now.waiting, now.failed, now.skipped) == (5, 1, 1, 1, 1, 1)
    assert [(each.step.id, each.seconds, each.state) for each in now.longest] == [("a", 60, "initial")]
    assert progress_words(now).startswith(
        "1 of 5 steps done, 1 running, 1 waiting, 1 failed, 1 skipped; 1m so far, about"
    )
    run.take(ended(d), 170)
    run.take(ended(a), 700)
    assert run.at(700).json() == {
        "total": 5, "done": 3, "running": 0, "waiting": 0, "failed": 1, "skipped": 1,
        "elapsed_seconds": 600, "expected_seconds_left": 0,
    }  # fmt: skip


@pytest.mark.parametrize("limits", [Limits(), Limits(parallelism=4), Limits(rate=2)])
def test_the_estimate_of_a_thousand_is_that_of_their_plan(limits: Limits) -> None:
    """At the begin it is the plan's; where all goes as expected it comes down with the time, whenever it is asked."""
    steps = [step(f"新集群-{number:04}") for number in range(1000)]
    whole = expected(steps, limits)
    run = RunProgress(steps, limits)
    assert run.at(0).left == whole.seconds
    moments = sorted([(begun, True, each) for each in steps for begun in [whole.starts[each.id]]], key=lambda m: m[0])
    for begun, _, each in moments:
        run.take(Event(Moment.STARTED, each), begun)
    last = moments[-1][0]
    assert run.at(last + 10).left == pytest.approx(whole.seconds - last - 10, abs=1)
    assert [each.step.id for each in run.at(last + 10).longest] == ["新集群-0000", "新集群-0001", "新集群-0002"]
    for each in steps:
        run.take(ended(each), whole.starts[each.id] + 600)
    assert run.at(whole.seconds).left == 0


def test_a_sandbox_is_as_much_faster_as_it_is() -> None:
    run = RunProgress([step("a")], scale=600)
    assert run.at(0).left == 1
    run.take(Event(Moment.STARTED, step("a")), 0)
    assert progress_words(run.at(2)).endswith("longer than expected")


@pytest.mark.parametrize("columns", [20, 40, 60, 61, 200])
@pytest.mark.parametrize("name", ["shop", "新集群" * 20, "e\u0301" * 63, "a" * 63])
def test_no_line_is_wider_than_the_terminal(columns: int, name: str) -> None:
    """Nor than 59 columns, whatever the terminal: one that is made narrower up to 60 breaks none of them."""
    steps = [step(name), *(step(f"c{number}") for number in range(999))]
    run = RunProgress(steps)
    for each in steps:
        run.take(Event(Moment.STARTED, each), 0)
        run.take(Event(Moment.PROGRESS, each, 1.0, "updating, 33% of its task"), 0)
    for rows in (4, 24):
        lines = progress_view(run.at(4000), columns, rows, color=False)
        assert max(map(width, lines)) < min(columns, 60)
        assert len(lines) == (1 if rows < 8 else 5)
    assert [cut("新集群", columns) for columns in (6, 5, 3, 1)] == ["新集群", "新集…", "新…", "…"]


def test_a_name_from_outside_steers_no_terminal() -> None:
    run = RunProgress([step("a")])
    run.take(Event(Moment.STARTED, step("a")), 0)
    run.take(Event(Moment.PROGRESS, step("a"), 1.0, "\x1b[2Jgone\n"), 0)
    assert "\x1b" not in "".join(progress_view(run.at(1), 80, 24, color=False))


@pytest.mark.parametrize(
    ("name", "columns", "shown"),
    [
        ("web", 10, "web"),
        ("web-production-0042", 12, "web-pr…-0042"),
        ("搜索与推荐平台-一个很长的名字-434", 16, "搜索与推…字-434"),
        ("集群集群", 5, "集…群"),
        ("abc", 2, "a…"),
        ("abc", 1, "…"),
    ],
)
def test_a_long_name_keeps_its_end(name: str, columns: int, shown: str) -> None:
    assert cut_inside(name, columns) == shown
    assert width(shown) <= columns


def test_how_far_a_task_is_is_said_in_chinese() -> None:
    one = step("a")
    run = RunProgress([one])
    run.take(Event(Moment.STARTED, one), 0)
    event = Event(Moment.PROGRESS, one, 1.0, "updating, 33% of its task")
    run.take(event, 0)
    with speaking(CHINESE):
        assert "updating，任务已完成 33%" in progress_view(run.at(1), 60, 24, color=False)[2]
        assert "updating，任务已完成 33%" in (event_line(event, color=False) or "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(7.4, "7s"), (13, "15s"), (58, "1m"), (62, "1m"), (630, "10m"), (1202, "20m"), (3725, "1h"), (9012, "2h30m")],
)
def test_an_expected_time_is_told_as_fine_as_it_is_known(seconds: float, words: str) -> None:
    assert estimate(seconds) == words
