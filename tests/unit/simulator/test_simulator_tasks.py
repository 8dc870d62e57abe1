"""Tasks of today: what they show, and what stopping, holding and resuming them does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ackplan.simulator import VirtualClock
from tests.unit.simulator.callers import example
from tests.unit.simulator.days import Ask, bad_day

LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c-shop", "size": 2, "current_version": "1.31.9-aliyun.1"},
        {"name": "web", "cluster_id": "c-web", "size": 2},
    ],
    "tasks": [
        {"task_id": "T-old", "cluster_id": "c-web", "task_type": "cluster_scaleout", "state": "success"},
        {"task_id": "T-endless", "cluster_id": "c-web", "task_type": "cluster_upgrade", "state": "running"},
        {"task_id": "T-strange", "cluster_id": "c-web", "task_type": "cluster_dream", "state": "running"},
    ],
}
MINUTE = 60.0


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def begun(ask: Ask, method: str, path: str, body: Any = None) -> str:
    answer = ask(method, path, body)
    assert answer.status == 202, answer.body
    task: str = answer.json["task_id"]
    return task


def task(ask: Ask, task_id: str) -> dict[str, Any]:
    document: dict[str, Any] = ask("GET", f"/tasks/{task_id}").json
    return document


def states(document: dict[str, Any]) -> list[str]:
    return [stage["state"] for stage in document["stages"]]


def refused(ask: Ask, path: str, body: Any = None) -> tuple[int, str]:
    answer = ask("POST", path, body)
    return answer.status, answer.json.get("code")


def test_a_task_goes_through_its_stages(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
    shown = task(ask, upgrade)
    assert (shown["state"], shown["task_type"], shown["current_stage"]) == ("running", "cluster_upgrade", "precheck")
    assert shown["target"] == {"id": "c-shop", "type": "cluster"}
    assert shown["parameters"] == {"next_version": "1.32.1-aliyun.1"}
    assert states(shown) == ["running", "initial", "initial"]
    clock.advance(5 * MINUTE)
    shown = task(ask, upgrade)
    assert (states(shown), shown["current_stage"]) == (["success", "running", "initial"], "upgrade_master")
    first, second, third = shown["stages"]
    assert first["end_time"] == second["start_time"] > first["start_time"]
    assert third["start_time"] == second["end_time"] == ""
    clock.advance(30 * MINUTE)
    shown = task(ask, upgrade)
    assert (shown["state"], states(shown), shown["current_stage"]) == ("success", ["success"] * 3, "")
    assert [event["action"] for event in shown["events"]] == ["start", "end"]
    assert "error" not in shown


def test_a_task_that_fails_shows_where_and_why() -> None:
    fault = {"kind": "task_fails", "operation": "upgrade_cluster", "code": "Broken", "message": "it broke"}
    with bad_day(fault, live=LIVE) as (_, clock, ask):
        upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
        clock.advance(60 * MINUTE)
        shown = task(ask, upgrade)
        assert (shown["state"], shown["error"]["code"]) == ("fail", "Broken")
        assert states(shown) == ["success", "fail", "initial"]
        assert (shown["events"][-1]["level"], shown["events"][-1]["reason"]) == ("error", "Broken")
        assert ask("GET", "/clusters/c-shop").json["state"] == "updating_failed"


def test_what_becomes_of_each_instance(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    attach = begun(ask, "POST", "/clusters/c-shop/attach", example("attach", instances=["i-a", "i-b"]))
    assert task(ask, attach)["task_result"] == [{"data": name, "status": "initial"} for name in ("i-a", "i-b")]
    clock.advance(30 * MINUTE)
    assert {result["status"] for result in task(ask, attach)["task_result"]} == {"success"}


def test_tasks_of_a_cluster_page_by_page(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    made = []
    for count in range(5):
        made.append(begun(ask, "POST", "/api/v2/clusters/c-shop", example("scale-out", count=count + 1)))
        clock.advance(30 * MINUTE)
    path = "/clusters/c-shop/tasks"
    whole = ask("GET", path).json
    assert [one["task_id"] for one in whole["tasks"]] == made[::-1]
    assert whole["page_info"] == {"page_number": 1, "page_size": 10, "total_count": 5}
    assert whole["next_token"] == ""
    second = ask("GET", path, query={"page_number": 2, "page_size": 2}).json
    assert [one["task_id"] for one in second["tasks"]] == [made[2], made[1]]
    tokens, read = "", []
    while True:
        page = ask("GET", path, query={"max_results": 2, **({"next_token": tokens} if tokens else {})}).json
        read += [one["task_id"] for one in page["tasks"]]
        tokens = page["next_token"]
        if not tokens:
            break
    assert read == made[::-1]
    assert ask("GET", path, query={"next_token": "no"}).json["code"] == "InvalidParameter"
    assert ask("GET", path, query={"page_size": 101}).json["code"] == "InvalidParameter"
    assert ask("GET", "/clusters/c-none/tasks").json["code"] == "ErrorClusterNotFound"


def test_a_failed_task_is_listed_with_its_error() -> None:
    fault = {"kind": "task_fails", "operation": "scale_out", "code": "OutOfStock", "message": "none left"}
    with bad_day(fault, live=LIVE) as (_, clock, ask):
        begun(ask, "POST", "/api/v2/clusters/c-shop", example("scale-out"))
        clock.advance(30 * MINUTE)
        (listed,) = ask("GET", "/clusters/c-shop/tasks").json["tasks"]
        assert (listed["state"], listed["error"]["code"]) == ("fail", "OutOfStock")


def test_a_canceled_creation_leaves_a_failed_cluster(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    made = ask("POST", "/clusters", example("managed")).json
    clock.advance(MINUTE)
    assert ask("POST", f"/tasks/{made['task_id']}/cancel").status == 200
    assert task(ask, made["task_id"])["state"] == "canceled"
    cluster = ask("GET", f"/clusters/{made['cluster_id']}").json
    assert (cluster["state"], cluster["size"]) == ("failed", 0)
    clock.advance(60 * MINUTE)
    assert ask("GET", f"/clusters/{made['cluster_id']}").json["state"] == "failed"


def test_a_canceled_scale_out_adds_nothing(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    scaling = begun(ask, "POST", "/api/v2/clusters/c-shop", example("scale-out", count=3))
    assert ask("POST", f"/tasks/{scaling}/cancel").status == 200
    clock.advance(60 * MINUTE)
    cluster = ask("GET", "/clusters/c-shop").json
    assert (cluster["state"], cluster["size"]) == ("running", 2)
    shown = task(ask, scaling)
    assert shown["state"] == "canceled"
    assert [event["action"] for event in shown["events"]] == ["start", "cancel", "end"]


def test_a_paused_upgrade_waits_and_goes_on_for_as_long_as_it_had_to(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
    clock.advance(5 * MINUTE)
    before = task(ask, upgrade)["current_stage"]
    assert ask("POST", f"/tasks/{upgrade}/pause").status == 200
    clock.advance(600 * MINUTE)
    shown = task(ask, upgrade)
    assert (shown["state"], shown["current_stage"], states(shown)[1]) == ("paused", before, "paused")
    assert ask("GET", "/clusters/c-shop").json["state"] == "updating"
    assert ask("POST", f"/tasks/{upgrade}/resume").status == 200
    clock.advance(10 * MINUTE)
    assert task(ask, upgrade)["state"] == "running"
    clock.advance(10 * MINUTE)
    shown = task(ask, upgrade)
    assert shown["state"] == "success"
    assert [event["action"] for event in shown["events"]] == ["start", "pause", "resume", "end"]


def test_what_can_not_be_done_to_a_task_now(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    conflict = (409, "ErrorTaskState")
    for done in ("cancel", "pause", "resume"):
        assert refused(ask, f"/tasks/T-old/{done}") == conflict
        assert refused(ask, f"/tasks/T-none/{done}") == (404, "ErrorTaskNotFound")
    assert refused(ask, "/tasks/T-endless/resume") == conflict
    scaling = begun(ask, "POST", "/api/v2/clusters/c-shop", example("scale-out"))
    assert refused(ask, f"/tasks/{scaling}/pause") == conflict
    deleting = begun(ask, "DELETE", "/clusters/c-web")
    assert refused(ask, f"/tasks/{deleting}/cancel") == conflict


def test_a_task_that_would_never_end_can_be_held_and_stopped(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    for done, state in (("pause", "paused"), ("resume", "running"), ("pause", "paused"), ("cancel", "canceled")):
        assert ask("POST", f"/tasks/T-endless/{done}").status == 200
        clock.advance(MINUTE)
        assert task(ask, "T-endless")["state"] == state
    assert ask("POST", "/tasks/T-strange/cancel").status == 200
    assert task(ask, "T-strange")["state"] == "canceled"


def test_what_is_canceled_stays_so_after_a_restart(tmp_path: Any) -> None:
    with bad_day(live=LIVE, db=tmp_path / "world.db") as (_, clock, ask):
        upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
        clock.advance(MINUTE)
        assert ask("POST", f"/tasks/{upgrade}/pause").status == 200
    with bad_day(live=LIVE, db=tmp_path / "world.db") as (_, clock, ask):
        assert task(ask, upgrade)["state"] == "paused"
        assert ask("POST", f"/tasks/{upgrade}/cancel").status == 200
        assert ask("GET", "/clusters/c-shop").json["state"] == "running"


# On a bad day


def test_a_gateway_gives_calls_up_that_take_their_effect_all_the_same() -> None:
    faults = [
        {"kind": "late_commit", "operation": name, "seconds": 30, "nth": 1}
        for name in ("install_addons", "upgrade_cluster", "cancel_task", "revoke_kubeconfig")
    ]
    with bad_day(*faults, live=LIVE) as (_, clock, ask):
        before = ask("GET", "/k8s/c-shop/user_config").json["config"]
        upgrade = "/api/v2/clusters/c-shop/upgrade"
        for method, path, body in (
            ("POST", "/clusters/c-shop/components/install", [{"name": "gatekeeper", "version": ""}]),
            ("DELETE", "/k8s/c-shop/certs", None),
            ("POST", "/tasks/T-endless/cancel", None),
            ("POST", upgrade, {"next_version": "1.32.1-aliyun.1"}),
        ):
            assert ask(method, path, body).status == 504
        addons = "/clusters/c-shop/addon_instances"
        assert "gatekeeper" not in {one["name"] for one in ask("GET", addons).json["addons"]}
        clock.advance(31)
        assert "gatekeeper" in {one["name"] for one in ask("GET", addons).json["addons"]}
        assert ask("GET", "/k8s/c-shop/user_config").json["config"] != before
        assert task(ask, "T-endless")["state"] == "canceled"
        assert ask("GET", "/clusters/c-shop").json["state"] == "updating"


def test_a_task_that_is_stuck_can_be_canceled() -> None:
    with bad_day({"kind": "task_stuck", "operation": "upgrade_cluster"}, live=LIVE) as (_, clock, ask):
        upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
        clock.advance(600 * MINUTE)
        assert (task(ask, upgrade)["state"], states(task(ask, upgrade))[0]) == ("running", "running")
        assert ask("POST", f"/tasks/{upgrade}/cancel").status == 200
        assert ask("GET", "/clusters/c-shop").json["state"] == "running"


def test_a_task_may_end_under_another_name_and_leave_another_state() -> None:
    faults = [
        {"kind": "task_state", "operation": "upgrade_cluster", "state": "succeeded", "nth": 1},
        {"kind": "task_fails", "operation": "upgrade_cluster", "state": "unavailable", "nth": 2},
    ]
    with bad_day(*faults, live=LIVE) as (_, clock, ask):
        first = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
        clock.advance(60 * MINUTE)
        shown = task(ask, first)
        assert (shown["state"], states(shown)) == ("succeeded", ["success"] * 3)
        assert ask("GET", "/clusters/c-shop").json["current_version"] == "1.32.1-aliyun.1"
        begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.7-aliyun.1"})
        clock.advance(60 * MINUTE)
        assert ask("GET", "/clusters/c-shop").json["state"] == "unavailable"


def test_answers_of_2021_show_a_task_as_it_was_then() -> None:
    with bad_day(traits={"answers": "2021"}, live=LIVE) as (_, clock, ask):
        upgrade = begun(ask, "POST", "/api/v2/clusters/c-shop/upgrade", {"next_version": "1.32.1-aliyun.1"})
        clock.advance(60 * MINUTE)
        assert set(task(ask, upgrade)) == {
            *("cluster_id", "task_id", "task_type", "state", "created", "updated", "task_result")
        }
