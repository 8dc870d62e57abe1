"""The stream of a run: the messages of Terraform's `apply -json`, one object a line."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from ackplan import __version__
from ackplan.core import catalog
from ackplan.core.diagnostics import error
from ackplan.core.work import (
    Attach,
    AwaitGone,
    AwaitReady,
    Create,
    Delete,
    Detach,
    Forget,
    ScaleIn,
    ScaleOut,
    Work,
    WriteRecord,
)
from ackplan.execute.outcomes import Event, Moment, Outcome, Result, Status
from ackplan.plan.model import Plan, Step
from ackplan.render.terraform import stream
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet
from tests.unit.render.hostile import MIXED, TEXTS, poisoned
from tests.works import WORKS

AT = "2026-01-02T03:04:05Z"
RESOURCE = {
    "addr": "alicloud_cs_managed_kubernetes.shop",
    "module": "",
    "resource": "alicloud_cs_managed_kubernetes.shop",
    "implied_provider": "alicloud",
    "resource_type": "alicloud_cs_managed_kubernetes",
    "resource_name": "shop",
    "resource_key": None,
}
FAULT = error("ACK5003", "The API refused the call", "Throttling: slow down", "Try again", cluster="shop")


def read(line: str | None) -> dict[str, Any]:
    assert line is not None
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    assert found["@timestamp"] == AT
    assert found["@module"] == "terraform.ui"
    return found


def step_of(fleet: Fleet, **options: Any) -> Step:
    (step,) = fleet.plan(**options).steps
    return step


def told(moment: Moment, step: Step | None, **more: Any) -> str | None:
    return stream.event_json(Event(moment, step, **more), {"shop": catalog.DEFAULT.kind("managed")}, at=AT)


def ended(status: Status, step: Step, **more: Any) -> str | None:
    return told(Moment.ENDED, step, seconds=61.4, outcome=Outcome(status, **more))


def test_version_comes_in_terraforms_shape() -> None:
    found = read(stream.version_message(at=AT))
    assert (found["type"], found["terraform"], found["ui"]) == ("version", "1.9.0", "1.2")
    assert found["ackplan"] == {"version": __version__}


def test_start_progress_and_end_of_a_creation() -> None:
    step = step_of(fleets.CREATE)
    start = read(told(Moment.STARTED, step))
    assert (start["type"], start["@level"]) == ("apply_start", "info")
    assert start["@message"] == "alicloud_cs_managed_kubernetes.shop: Creating..."
    assert start["hook"] == {"resource": RESOURCE, "action": "create"}
    assert start["ackplan"] == {"step": "create:shop", "call": "POST /clusters"}

    going = read(told(Moment.PROGRESS, step, seconds=30.2, detail="initial"))
    assert going["@message"] == "alicloud_cs_managed_kubernetes.shop: Still creating... [30s elapsed]"
    assert going["hook"] == {"resource": RESOURCE, "action": "create", "elapsed_seconds": 30}
    assert going["ackplan"]["state"] == "initial"

    done = read(ended(Status.DONE, step, cluster_id="c-1", request_ids=("R-1",), task_ids=("T-1",)))
    assert done["type"] == "apply_complete"
    assert done["@message"] == "alicloud_cs_managed_kubernetes.shop: Creation complete after 1m1s [id=c-1]"
    assert done["hook"] == {
        "resource": RESOURCE,
        "action": "create",
        "id_key": "id",
        "id_value": "c-1",
        "elapsed_seconds": 61,
    }
    assert (done["ackplan"]["request_ids"], done["ackplan"]["task_ids"]) == (["R-1"], ["T-1"])


def test_a_failure_is_an_errored_message_and_a_diagnostic() -> None:
    text = ended(Status.FAILED, step_of(fleets.CREATE), diagnostics=(FAULT,), request_ids=("R-2",))
    assert text is not None
    errored, diagnostic = map(read, text.split("\n"))
    assert (errored["type"], errored["@level"]) == ("apply_errored", "error")
    assert errored["@message"] == "alicloud_cs_managed_kubernetes.shop: Creation errored after 1m1s"
    assert errored["ackplan"]["request_ids"] == ["R-2"]
    assert (diagnostic["type"], diagnostic["@level"]) == ("diagnostic", "error")
    assert diagnostic["@message"] == "Error: The API refused the call"
    assert diagnostic["diagnostic"]["severity"] == "error"
    assert diagnostic["diagnostic"]["detail"] == "shop: Throttling: slow down. Try again"
    assert diagnostic["diagnostic"]["address"] == RESOURCE["addr"]
    assert diagnostic["diagnostic"]["ackplan"]["code"] == "ACK5003"


def test_an_interrupted_step_is_errored_and_says_that_it_may_go_on() -> None:
    found = read(ended(Status.INTERRUPTED, step_of(fleets.DELETE)))
    assert found["type"] == "apply_errored"
    assert found["@message"].endswith(": Destruction interrupted after 1m1s; it may still be going on")
    assert found["ackplan"]["status"] == "interrupted"


def test_a_skipped_step_is_a_log_message_and_one_not_started_none() -> None:
    found = read(ended(Status.SKIPPED, step_of(fleets.SCALE_OUT)))
    assert (found["type"], found["@level"]) == ("log", "warn")
    assert found["@message"].endswith(": skipped: scale out, which waits for what failed")
    assert ended(Status.NOT_STARTED, step_of(fleets.SCALE_OUT)) is None


@pytest.mark.parametrize(
    ("work", "action", "text"),
    [
        (Create, "create", "Creating..."),
        (Attach, "update", "Modifying..."),
        (ScaleOut, "update", "Modifying..."),
        (Detach, "update", "Modifying..."),
        (ScaleIn, "update", "Modifying..."),
        (Delete, "delete", "Destroying..."),
        (AwaitReady, "noop", "Waiting until it is ready..."),
        (AwaitGone, "noop", "Waiting until it is gone..."),
        (WriteRecord, "noop", "Recording..."),
        (Forget, "remove", "Forgetting..."),
    ],
)
def test_every_kind_of_step_has_an_action(work: type[Work], action: str, text: str) -> None:
    step = dataclasses.replace(step_of(fleets.CREATE), work=WORKS[work])
    found = read(told(Moment.STARTED, step))
    assert found["hook"]["action"] == action
    assert found["@message"] == f"{RESOURCE['addr']}: {text}"
    assert read(ended(Status.DONE, step))["@message"].endswith(" complete after 1m1s")


def test_notes_are_log_messages() -> None:
    step = step_of(fleets.CREATE)
    assert read(told(Moment.NOTE, None, detail="no tasks here"))["@message"] == "no tasks here"
    assert read(told(Moment.NOTE, step, detail="asked again"))["@message"] == f"{RESOURCE['addr']}: asked again"
    assert told(Moment.NOTE, None) is None


def messages(plan: Plan) -> list[dict[str, Any]]:
    return [read(line) for line in stream.plan_messages(plan, at=AT)]


def test_messages_of_a_plan() -> None:
    found = messages(MIXED.plan())
    assert [(m["type"], m.get("change", {}).get("action")) for m in found] == [
        ("resource_drift", "update"),
        ("planned_change", "update"),
        ("planned_change", "create"),
        ("planned_change", "delete"),
        ("planned_change", "update"),
        ("planned_change", "replace"),
        ("diagnostic", None),
        ("diagnostic", None),
        ("change_summary", None),
    ]
    by_name = {m["change"]["resource"]["resource_name"]: m for m in found if m["type"] == "planned_change"}
    assert by_name["created"]["@message"] == "alicloud_cs_managed_kubernetes.created: Plan to create"
    assert by_name["deleted"]["change"]["reason"] == "delete_because_no_resource_config"
    assert by_name["replaced"]["change"]["reason"] == "cannot_update"
    assert by_name["replaced"]["ackplan"]["blocked"] is True
    assert found[-1]["@message"] == "Plan: 1 to add, 2 to change, 1 to destroy."
    assert found[-1]["changes"] == {"add": 1, "change": 2, "import": 0, "remove": 1, "operation": "plan"}


def test_a_replacement_is_counted_on_both_sides_and_an_adoption_as_an_import() -> None:
    replaced = messages(fleets.REPLACE.plan(replace=frozenset({"shop"})))[-1]
    assert replaced["changes"] == {"add": 1, "change": 0, "import": 0, "remove": 1, "operation": "plan"}
    adopted = messages(fleets.ADOPT.plan(adopt=frozenset({"shop"})))[-1]
    assert adopted["changes"] == {"add": 0, "change": 0, "import": 1, "remove": 0, "operation": "plan"}
    assert adopted["@message"] == "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."


@pytest.mark.parametrize(("fleet", "action"), [(fleets.ADOPT, "import"), (fleets.ADOPT_SMALLER, "update")])
def test_what_is_taken_over_is_imported_whatever_else_happens_to_it(fleet: Fleet, action: str) -> None:
    *_, planned, summary = messages(fleet.plan(adopt=frozenset({"shop"})))
    assert (planned["change"]["action"], planned["change"]["importing"]) == (action, {"id": "c-shop"})
    assert summary["changes"]["import"] == 1


def test_a_change_of_a_known_cluster_begins_with_its_id() -> None:
    found = read(told(Moment.STARTED, step_of(fleets.DELETE)))
    assert found["@message"] == "alicloud_cs_managed_kubernetes.shop: Destroying... [id=c-shop]"
    assert (found["hook"]["id_key"], found["hook"]["id_value"]) == ("id", "c-shop")


def test_outputs_are_the_ids_of_the_clusters_that_are_there_now() -> None:
    both = Fleet(
        before="  old: {extends: web}\n  kept: {extends: web}\n",
        after="  kept: {extends: web}\n  new: {extends: web}\n",
    )
    planned = both.plan()
    outcomes = {
        step.id: Outcome(Status.DONE, cluster_id="c-9" if isinstance(step.work, Create) else "")
        for step in planned.steps
    }
    found = read(stream.outputs_message(Result(outcomes, 1.0), planned, at=AT))
    ids = {
        name: {"sensitive": False, "type": "string", "value": value}
        for name, value in [("kept", "c-kept"), ("new", "c-9")]
    }
    assert (found["type"], found["@message"], found["outputs"]) == ("outputs", "Outputs: 2", ids)


def test_what_vanished_is_drift_that_deleted_it() -> None:
    drift, planned, _ = messages(fleets.VANISHED.plan())
    assert (drift["type"], drift["change"]["action"]) == ("resource_drift", "delete")
    assert planned["change"]["action"] == "create"


def test_nothing_to_do_is_a_summary_of_zeros() -> None:
    (summary,) = messages(fleets.SAME.plan())
    assert summary["@message"] == "Plan: 0 to add, 0 to change, 0 to destroy."


def summed(plan: Plan, outcomes: dict[str, Status], **more: Any) -> dict[str, Any]:
    result = Result({name: Outcome(status) for name, status in outcomes.items()}, 12.5, **more)
    return read(stream.summary_message(result, plan, at=AT))


def test_summary_of_a_complete_run() -> None:
    planned = fleets.REPLACE.plan(replace=frozenset({"shop"}))
    found = summed(planned, {step.id: Status.DONE for step in planned.steps})
    assert found["changes"] == {"add": 1, "change": 0, "import": 0, "remove": 1, "operation": "apply"}
    assert found["@message"] == "Apply complete! Resources: 1 added, 0 changed, 1 destroyed."
    assert found["ackplan"] == {
        "done": 2,
        "failed": 0,
        "skipped": 0,
        "interrupted": False,
        "not_started": 0,
        "complete": True,
        "seconds": 12.5,
    }


def test_summary_of_a_run_that_failed_counts_what_was_done() -> None:
    planned = fleets.REPLACE.plan(replace=frozenset({"shop"}))
    removal, creation = (step.id for step in planned.steps)
    found = summed(planned, {removal: Status.DONE, creation: Status.FAILED})
    assert (found["changes"]["add"], found["changes"]["remove"]) == (0, 1)
    assert found["@level"] == "error"
    assert found["@message"].startswith("Apply incomplete! ")
    assert found["ackplan"]["failed"] == 1


def test_summary_counts_updates_only_when_all_their_steps_are_done() -> None:
    planned = fleets.SCALE_OUT.plan()
    (step,) = planned.steps
    assert summed(planned, {step.id: Status.DONE})["changes"]["change"] == 1
    assert summed(planned, {step.id: Status.SKIPPED})["changes"]["change"] == 0
    assert summed(planned, {})["changes"]["change"] == 1


def test_summary_of_a_destroy_and_of_an_interrupted_run() -> None:
    planned = Fleet(before=fleets.WEB, after=fleets.WEB).plan(mode="destroy")
    (step,) = planned.steps
    found = summed(planned, {step.id: Status.INTERRUPTED}, interrupted=True)
    assert found["changes"]["operation"] == "destroy"
    assert found["ackplan"]["interrupted"] is True


@pytest.mark.parametrize("text", TEXTS)
def test_every_message_is_one_line_of_printable_text(text: str) -> None:
    planned = poisoned(text)
    kinds = stream.kinds_of(planned)
    lines = stream.plan_messages(planned, at=AT)
    for step in planned.steps:
        outcome = Outcome(Status.FAILED, planned.diagnostics, cluster_id=text, request_ids=(text,))
        for moment in Moment:
            event = Event(moment, step, 1.0, text, outcome)
            told = stream.event_json(event, kinds, at=AT)
            lines += (told or "").split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(json.loads(line)["type"] for line in lines if line)
