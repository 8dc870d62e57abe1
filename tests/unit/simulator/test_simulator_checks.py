"""Checks of a cluster before a change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ackplan.simulator import VirtualClock
from tests.unit.simulator.days import Ask, bad_day

FINDINGS = [
    {"level": "warning", "message": "a node is not ready", "group": "Nodes", "target": "n1"},
    {"level": "normal", "message": "", "target": "v1beta1.metrics.k8s.io"},
]
LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c1", "current_version": "1.31.9-aliyun.1", "findings": FINDINGS},
        {"name": "busy", "cluster_id": "c3", "state": "scaling"},
        {"name": "swarm", "cluster_id": "c4", "cluster_type": "aliyun"},
    ]
}
CHECKS = "/clusters/c1/checks"


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def run(ask: Ask, **body: Any) -> str:
    answer = ask("POST", CHECKS, {"type": "ClusterUpgrade", **body})
    assert answer.status == 200, answer.body
    check: str = answer.json["check_id"]
    return check


def test_a_check_tells_what_it_has_found_when_it_is_done(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    path = f"{CHECKS}/{run(ask)}"
    said = ask("GET", path).json
    assert (said["status"], said["finished_at"], said["check_items"]) == ("Running", "", {})
    clock.advance(60)
    said = ask("GET", path).json
    assert (said["status"], said["message"], said["type"]) == ("Succeeded", "task succeed", "ClusterUpgrade")
    assert said["created_at"] < said["finished_at"]
    (warning,) = said["check_items"]["Nodes"]
    assert warning == {
        "Group": "Nodes",
        "Level": {"warning": {"Message": "a node is not ready", "Targets": [{"Target": "n1"}]}},
    }
    assert [list(item["Level"]) for item in said["check_items"]["ClusterResource"]] == [["normal"], ["normal"]]


@pytest.mark.parametrize(("version", "status"), [("1.32.7-aliyun.1", "Succeeded"), ("1.33.3-aliyun.1", "Failed")])
def test_a_version_that_can_not_follow_fails_the_check(version: str, status: str) -> None:
    with bad_day(live=LIVE) as (_, clock, ask):
        check = run(ask, options={"next_version": version})
        clock.advance(60)
        said = ask("GET", f"{CHECKS}/{check}").json
        assert said["status"] == status
        assert ("ClusterVersion" in said["check_items"]) == (status == "Failed")


def test_checks_are_listed_newest_first_and_by_type(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    first = run(ask)
    clock.advance(10)
    second = run(ask, type="MasterUpgrade")
    listed = ask("GET", CHECKS).json["checks"]
    assert [one["check_id"] for one in listed] == [second, first]
    assert "check_items" not in listed[0]
    (only,) = ask("GET", CHECKS, query={"type": "MasterUpgrade"}).json["checks"]
    assert only["check_id"] == second
    assert ask("GET", CHECKS, query={"target": "np1"}).json["checks"] == []
    assert ask("GET", CHECKS, query={"type": "Upgrade"}).json["code"] == "InvalidParameter"


@pytest.mark.parametrize(
    ("cluster", "body", "status", "code"),
    [
        ("c1", {}, 400, "MissingParameter"),
        ("c1", {"type": "Upgrade"}, 400, "InvalidParameter"),
        ("c1", {"type": "NodePoolUpgrade"}, 400, "MissingParameter"),
        ("c1", {"type": "NodePoolUpgrade", "target": "np-none"}, 404, "ErrorNodePoolNotFound"),
        ("c3", {"type": "ClusterUpgrade"}, 409, "ErrorClusterState"),
        ("c4", {"type": "ClusterUpgrade"}, 400, "ErrorClusterType"),
        ("c9", {"type": "ClusterUpgrade"}, 404, "ErrorClusterNotFound"),
    ],
)
def test_a_check_that_is_refused(cluster: str, body: dict[str, Any], status: int, code: str) -> None:
    with bad_day(live=LIVE) as (_, _, ask):
        answer = ask("POST", f"/clusters/{cluster}/checks", body)
        assert (answer.status, answer.json["code"]) == (status, code)


def test_a_check_that_is_not_there(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    answer = ask("GET", f"{CHECKS}/none")
    assert (answer.status, answer.json["code"]) == (404, "ErrorCheckNotFound")


def test_a_live_state_with_a_wrong_level_is_refused() -> None:
    live = {"clusters": [{"name": "a", "findings": [{"level": "dire", "message": "it"}]}]}
    with pytest.raises(ValueError, match="a level is one of"), bad_day(live=live):
        pass
