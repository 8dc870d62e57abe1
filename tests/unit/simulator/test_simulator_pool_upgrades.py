"""Upgrades of the nodes of a pool: how far they may go, batches and pauses, and what stops one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ackplan.simulator import VirtualClock
from tests.unit.simulator.days import Ask, bad_day

MINUTE = 60.0
OLD, NEW = "1.31.9-aliyun.1", "1.32.7-aliyun.1"
POOL = {
    "nodepool_info": {"name": "web"},
    "scaling_group": {"vswitch_ids": ["vsw-a"], "instance_types": ["ecs.g7.xlarge"]},
}
NODES = [{"instance_id": f"i-{place}", "node_name": f"n{place}"} for place in range(7)]
LIVE = {
    "clusters": [
        {
            "name": "shop",
            "cluster_id": "c1",
            "current_version": OLD,
            "node_pools": [{**POOL, "nodepool_id": "np1", "nodes": NODES}],
        },
        {
            "name": "ill",
            "cluster_id": "c2",
            "current_version": OLD,
            "node_pools": [{**POOL, "nodepool_id": "np2"}],
            "findings": [{"level": "warning", "message": "a node is not ready"}],
        },
        {"name": "serverless", "cluster_id": "c3", "cluster_type": "Ask"},
    ]
}
PATH = "/clusters/c1/nodepools/np1/upgrade"


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def begun(ask: Ask, body: Any, path: str = PATH) -> str:
    answer = ask("POST", path, body)
    assert answer.status == 202, answer.body
    task: str = answer.json["task_id"]
    return task


def state(ask: Ask, cluster: str = "c1", pool: str = "np1") -> str:
    found: str = ask("GET", f"/clusters/{cluster}/nodepools/{pool}").json["status"]["state"]
    return found


def task_state(ask: Ask, task: str) -> str:
    found: str = ask("GET", f"/tasks/{task}").json["state"]
    return found


def refusal(ask: Ask, body: Any, path: str = PATH) -> tuple[int, str]:
    answer = ask("POST", path, body)
    return answer.status, answer.json["code"]


def raised(ask: Ask, clock: VirtualClock) -> None:
    """Brings the control plane alone to the new version."""
    assert ask("POST", "/api/v2/clusters/c1/upgrade", {"next_version": NEW, "master_only": True}).status == 202
    clock.advance(60 * MINUTE)


def test_a_pool_follows_its_control_plane(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert refusal(ask, {"kubernetes_version": NEW}) == (400, "ErrorClusterVersion")
    raised(ask, clock)
    task = begun(ask, {"kubernetes_version": NEW})
    shown = ask("GET", f"/tasks/{task}").json
    assert (shown["task_type"], shown["target"]) == ("nodepool_upgrade", {"id": "np1", "type": "nodepool"})
    assert state(ask) == "updating"
    assert ask("GET", "/clusters/c1").json["state"] == "running"
    clock.advance(60 * MINUTE)
    assert (task_state(ask, task), state(ask)) == ("success", "active")
    assert refusal(ask, {"kubernetes_version": OLD}) == (400, "ErrorClusterVersion")
    assert begun(ask, {})


@pytest.mark.parametrize(
    ("version", "status"),
    [(OLD, 202), ("1.32", 202), ("1.32.7", 202), ("1.3", 400), ("1.30.7-aliyun.1", 400), ("1.33.3-aliyun.1", 400)],
)
def test_how_far_a_pool_may_go(version: str, status: int) -> None:
    with bad_day(live=LIVE) as (_, clock, ask):
        raised(ask, clock)
        assert ask("POST", PATH, {"kubernetes_version": version}).status == status


def test_a_cluster_that_is_upgraded_whole_takes_its_pools_along(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert ask("POST", "/api/v2/clusters/c1/upgrade", {"next_version": NEW}).status == 202
    clock.advance(60 * MINUTE)
    assert refusal(ask, {"kubernetes_version": OLD}) == (400, "ErrorClusterVersion")


def test_more_at_once_takes_less_time() -> None:
    ends = []
    for most in (1, 10):
        with bad_day(live=LIVE) as (_, clock, ask):
            task = begun(ask, {"rolling_policy": {"max_parallelism": most}})
            minutes = 0
            while task_state(ask, task) == "running":
                clock.advance(MINUTE)
                minutes += 1
            ends.append(minutes)
    assert ends[0] > 1.5 * ends[1]


@pytest.mark.parametrize(("policy", "pauses"), [("NotPause", 0), ("FirstBatch", 1), ("EveryBatch", 2)])
def test_it_pauses_by_its_policy(policy: str, pauses: int) -> None:
    """Seven nodes are batches of 1, 2 and 4."""
    with bad_day(live=LIVE) as (_, clock, ask):
        task = begun(ask, {"rolling_policy": {"pause_policy": policy}})
        for _ in range(pauses):
            clock.advance(60 * MINUTE)
            assert (task_state(ask, task), state(ask)) == ("paused", "updating")
            assert ask("POST", f"/tasks/{task}/resume").status == 200
            assert task_state(ask, task) == "running"
        clock.advance(60 * MINUTE)
        assert (task_state(ask, task), state(ask)) == ("success", "active")


def test_a_paused_one_keeps_its_cluster_from_being_upgraded_until_it_is_canceled(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    task = begun(ask, {"rolling_policy": {"pause_policy": "FirstBatch"}})
    body = {"next_version": NEW}
    assert refusal(ask, body, "/api/v2/clusters/c1/upgrade") == (409, "ErrorClusterState")
    clock.advance(60 * MINUTE)
    assert refusal(ask, body, "/api/v2/clusters/c1/upgrade") == (409, "ErrorClusterState")
    assert ask("POST", f"/tasks/{task}/cancel").status == 200
    assert state(ask) == "active"
    begun(ask, body, "/api/v2/clusters/c1/upgrade")


def test_nodes_by_their_names_leave_the_others(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    raised(ask, clock)
    begun(ask, {"kubernetes_version": NEW, "node_names": ["n1", "n2"]})
    clock.advance(60 * MINUTE)
    begun(ask, {"kubernetes_version": OLD})
    assert refusal(ask, {"node_names": ["n9"]}) == (409, "ErrorNodePoolState")
    clock.advance(60 * MINUTE)
    assert refusal(ask, {"node_names": ["n9"]}) == (400, "ErrorNodeNotFound")


def test_an_image_and_a_runtime_are_those_of_the_pool_from_then_on(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    begun(ask, {"image_id": "img-1", "runtime_type": "containerd", "runtime_version": "2.1.5"})
    clock.advance(60 * MINUTE)
    pool = ask("GET", "/clusters/c1/nodepools/np1").json
    assert pool["scaling_group"]["image_id"] == "img-1"
    config = pool["kubernetes_config"]
    assert (config["runtime"], config["runtime_version"]) == ("containerd", "2.1.5")


def test_a_warning_stops_it_unless_it_is_to_be_passed_over(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    path = "/clusters/c2/nodepools/np2/upgrade"
    task = begun(ask, {}, path)
    clock.advance(60 * MINUTE)
    assert ask("GET", f"/tasks/{task}").json["error"]["code"] == "PrecheckFailed"
    assert state(ask, "c2", "np2") == "active"
    task = begun(ask, {"ignore_warning_check": True}, path)
    clock.advance(60 * MINUTE)
    assert task_state(ask, task) == "success"


def test_pools_that_can_not_be_upgraded(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    assert refusal(ask, {}, "/clusters/c1/nodepools/np9/upgrade") == (404, "ErrorNodePoolNotFound")
    assert refusal(ask, {}, "/clusters/c9/nodepools/np1/upgrade") == (404, "ErrorClusterNotFound")
    assert refusal(ask, {}, "/clusters/c3/nodepools/np1/upgrade") == (400, "ErrorClusterType")
    begun(ask, {"next_version": NEW}, "/api/v2/clusters/c1/upgrade")
    assert refusal(ask, {}) == (409, "ErrorClusterState")


def test_a_check_of_a_pool_is_for_one_that_is_there(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    check = ask("POST", "/clusters/c1/checks", {"type": "NodePoolUpgrade", "target": "np1"})
    assert check.status == 200
    clock.advance(MINUTE)
    (listed,) = ask("GET", "/clusters/c1/checks", query={"target": "np1"}).json["checks"]
    assert (listed["check_id"], listed["status"]) == (check.json["check_id"], "Succeeded")
