"""What a run prints: a line for what happens, and an end that says what was done, what failed, and how to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.execute.outcomes import Event, Moment, Outcome, Result, Status
from ackplan.plan.model import Step
from ackplan.render.text import diagnostics_text, event_line, result_text
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet

FLEET = Fleet(
    before="  a: {extends: web}\n  d: {extends: web}\n",
    after=(
        "  a: {extends: web, num_of_nodes: 5}\n"
        "  b: {extends: web, attach: [{instances: [i-a, i-b], key_pair: k}]}\n"
        "  c: {extends: web, depends_on: [b]}\n"
    ),
)
PLAN = FLEET.plan()
STEPS: Mapping[str, Step] = {step.id: step for step in PLAN.steps}
DONE = Outcome(Status.DONE)


def refused(cluster: str, detail: str = "HTTP 400 Quota: no quota left (request R-1)") -> Diagnostic:
    return error("ACK5001", "API call of a step failed", detail, "Mend it, then: ackplan apply", cluster=cluster)


def line(moment: Moment, step: str, *, seconds: float = 0.0, detail: str = "", **ended: Any) -> str | None:
    outcome = Outcome(**ended) if ended else None
    return event_line(Event(moment, STEPS[step], seconds, detail, outcome), color=False)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("create:b", "b: creating..."),
        ("attach:b:1", "b: attaching instances: i-a, i-b..."),
        ("scale-out:a", "a: scaling out to 5 workers..."),
        ("delete:d", "d: destroying..."),
    ],
)
def test_starts(step: str, text: str) -> None:
    assert line(Moment.STARTED, step) == text


def test_progress_shows_the_state_and_the_time() -> None:
    assert line(Moment.PROGRESS, "create:b", seconds=70, detail="initial") == "b: still creating (initial) [1m10s]"
    assert line(Moment.PROGRESS, "delete:d", seconds=10) == "d: still destroying [10s]"


@pytest.mark.parametrize(
    ("step", "ended", "text"),
    [
        ("create:b", {"status": Status.DONE, "cluster_id": "c123"}, "b: created after 12s [id=c123]"),
        ("scale-out:a", {"status": Status.DONE, "cluster_id": "c-a"}, "a: scaled out after 12s"),
        ("create:c", {"status": Status.SKIPPED}, "c: skipped: create, which waits for what failed"),
        ("delete:d", {"status": Status.INTERRUPTED}, "d: interrupted while destroying, after 12s"),
        ("delete:d", {"status": Status.NOT_STARTED}, None),
        (
            "create:b",
            {"status": Status.FAILED, "diagnostics": (refused("b"),)},
            f"b: FAILED to create after 12s: {diagnostics_text([refused('')], color=False)}",
        ),
    ],
)
def test_ends(step: str, ended: Mapping[str, Any], text: str | None) -> None:
    assert line(Moment.ENDED, step, seconds=12, **ended) == text


def test_what_calls_nothing_is_told_once() -> None:
    (step,) = fleets.FORGET.plan().steps
    assert event_line(Event(Moment.STARTED, step), color=False) is None
    assert event_line(Event(Moment.ENDED, step, outcome=DONE), color=False) == "shop: forgotten"


def test_notes() -> None:
    assert event_line(Event(Moment.NOTE, None, detail="polling: HTTP 503"), color=False) == "note: polling: HTTP 503"
    assert event_line(Event(Moment.NOTE, None), color=False) is None
    assert line(Moment.NOTE, "create:b", detail="sent again") == "b: sent again"


def test_hostile_answers_stay_on_their_line() -> None:
    fault = Diagnostic(refused("b").severity, "ACK5001", texts=("Refused", "no\x1b[2J\nquota\u202e", ""), cluster="b")
    lines = [
        line(Moment.ENDED, "create:b", status=Status.FAILED, diagnostics=(fault,)),
        line(Moment.ENDED, "create:b", status=Status.DONE, cluster_id="c\x1b]0;x\x07"),
        line(Moment.PROGRESS, "create:b", detail="odd\rstate"),
        line(Moment.NOTE, "create:b", detail="\x9b31m"),
        event_line(Event(Moment.NOTE, None, detail="a\nb"), color=False),
    ]
    assert all(text is not None and text.isprintable() for text in lines)


def test_a_complete_run_is_one_sentence() -> None:
    result = Result(dict.fromkeys(STEPS, DONE), 725.0)
    assert result_text(result, PLAN, color=False) == (
        "Apply complete: 2 created, 1 changed, 1 destroyed. It took 12m5s."
    )


def test_an_incomplete_run_says_what_why_and_how_to_go_on() -> None:
    outcomes = {
        "scale-out:a": DONE,
        "create:b": Outcome(Status.FAILED, (refused("b"),), request_ids=("R-0",)),
        "attach:b:1": Outcome(Status.SKIPPED),
        "create:c": Outcome(Status.SKIPPED),
        "delete:d": Outcome(Status.INTERRUPTED),
    }
    assert result_text(Result(outcomes, 33.0, interrupted=True), PLAN, color=False) == (
        "Failed:\n"
        "  b: create (request R-0)\n"
        "    ACK5001 API call of a step failed: HTTP 400 Quota: no quota left (request R-1). "
        "Mend it, then: ackplan apply\n\n"
        "Skipped, because they wait for what failed:\n"
        "  b: attach instances\n"
        "  c: create\n\n"
        "Interrupted, and maybe still going on:\n"
        "  d: destroy\n\n"
        "Apply incomplete: 0 created, 1 changed, 0 destroyed; of 5 steps 1 failed, 2 skipped, 1 interrupted.\n"
        "To continue, run: ackplan apply"
    )


def test_a_run_that_was_stopped_lists_what_it_did_not_start() -> None:
    outcomes = {**dict.fromkeys(STEPS, DONE), "delete:d": Outcome(Status.NOT_STARTED)}
    text = result_text(Result(outcomes, 3.0, interrupted=True), PLAN, color=False)
    assert text.startswith("Not started:\n  d: destroy\n\nApply incomplete: 2 created, 1 changed, 0 destroyed;")


def test_a_cluster_counts_as_created_once_it_is_there() -> None:
    outcomes = {**dict.fromkeys(STEPS, DONE), "attach:b:1": Outcome(Status.FAILED, (refused("b"),))}
    assert "Apply incomplete: 2 created, 1 changed, 1 destroyed" in result_text(Result(outcomes), PLAN, color=False)


def test_steps_of_an_earlier_run_count() -> None:
    outcomes = {"create:c": DONE}
    assert result_text(Result(outcomes), PLAN, color=False) == "Apply complete: 2 created, 1 changed, 1 destroyed."


@pytest.mark.parametrize(
    ("fleet", "options", "text"),
    [
        (fleets.SAME, {"mode": "destroy"}, "Destroy complete: 0 created, 0 changed, 1 destroyed."),
        (fleets.FORGET, {}, "Apply complete: 0 created, 0 changed, 0 destroyed, 1 forgotten."),
        (
            fleets.REPLACE,
            {"replace": frozenset({"shop"})},
            "Apply complete: 0 created, 0 changed, 0 destroyed, 1 replaced.",
        ),
        (
            fleets.ADOPT,
            {"adopt": frozenset({"shop"})},
            "Apply complete: 0 created, 0 changed, 0 destroyed, 1 adopted.",
        ),
        (fleets.DRIFT, {"mode": "refresh-only"}, "Apply complete: 0 created, 0 changed, 0 destroyed, 1 recorded."),
    ],
)
def test_the_other_ends(fleet: Fleet, options: Mapping[str, Any], text: str) -> None:
    plan = fleet.plan(**options)
    assert result_text(Result({step.id: DONE for step in plan.steps}), plan, color=False) == text


@pytest.mark.parametrize(
    ("mode", "command"), [("destroy", "ackplan destroy"), ("refresh-only", "ackplan apply --refresh-only")]
)
def test_the_command_to_go_on_is_that_of_the_plan(mode: str, command: str) -> None:
    plan = fleets.DRIFT.plan(mode=mode)
    outcomes = {step.id: Outcome(Status.NOT_STARTED) for step in plan.steps}
    assert result_text(Result(outcomes), plan, color=False).endswith(f"To continue, run: {command}")


def test_diagnostics_stand_one_a_line_with_the_code_coloured() -> None:
    found = [error("ACK1101", "Odd", "a\nb", cluster="shop"), error("ACK1102", "Odder")]
    assert diagnostics_text(found, color=False) == "ACK1101 shop: Odd: a\\nb\nACK1102 Odder"
    assert diagnostics_text(found[1:], color=True) == "\x1b[31m\x1b[1mACK1102\x1b[0m Odder"
    assert diagnostics_text([], color=True) == ""
