"""Upgrades of clusters: which versions follow which, states on the way, and what stops one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ackplan.simulator import VirtualClock
from ackplan.simulator.upkeep.version_table import steps
from tests.unit.simulator.callers import example
from tests.unit.simulator.days import Ask, bad_day

MINUTE = 60.0
OLD, NEW = "1.31.9-aliyun.1", "1.32.7-aliyun.1"
LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c1", "size": 2, "current_version": OLD},
        {"name": "silent", "cluster_id": "c2", "size": 2},
        {"name": "busy", "cluster_id": "c3", "state": "scaling", "current_version": OLD},
        {"name": "swarm", "cluster_id": "c4", "cluster_type": "aliyun"},
        {
            "name": "ill",
            "cluster_id": "c5",
            "current_version": OLD,
            "findings": [{"level": "error", "message": "an API is gone", "target": "v1beta1"}],
        },
    ]
}
UPGRADE = "/api/v2/clusters/c1/upgrade"


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def shown(ask: Ask, cluster: str = "c1") -> tuple[str, str]:
    said = ask("GET", f"/clusters/{cluster}").json
    return said["state"], said["current_version"]


def status(ask: Ask, cluster: str = "c1") -> dict[str, Any]:
    said: dict[str, Any] = ask("GET", f"/api/v2/clusters/{cluster}/upgrade/status").json
    return said


def test_an_upgrade_gives_a_cluster_its_new_version_when_it_is_done(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert status(ask)["upgrade_step"] == "not_start"
    answer = ask("POST", UPGRADE, {"next_version": NEW})
    assert (answer.status, answer.json["cluster_id"]) == (202, "c1")
    assert shown(ask) == ("updating", OLD)
    said = status(ask)
    assert (said["status"], said["upgrade_step"], said["upgrade_task"]["status"]) == (
        "running",
        "prechecking",
        "running",
    )
    clock.advance(10 * MINUTE)
    said = status(ask)
    assert (said["status"], said["upgrade_step"]) == ("running", "upgrading")
    assert 30 < int(said["upgrade_task"]["message"].rpartition(" ")[2].rstrip("%")) < 70
    assert said["precheck_report_id"]
    clock.advance(20 * MINUTE)
    assert shown(ask) == ("running", NEW)
    said = status(ask)
    assert (said["status"], said["upgrade_step"], said["upgrade_task"]["status"]) == ("success", "success", "Success")


def test_a_cluster_of_today_shows_which_version_comes_next(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    body = {"name": "today", "cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "kubernetes_version": OLD}
    network = {
        "vpcid": "vpc-a",
        "vswitch_ids": ["vsw-a"],
        "container_cidr": "172.20.0.0/16",
        "service_cidr": "172.21.0.0/20",
    }
    made = ask("POST", "/clusters", {**body, **network}).json["cluster_id"]
    clock.advance(60 * MINUTE)
    seen = [ask("GET", f"/clusters/{made}").json["next_version"]]
    while seen[-1]:
        assert ask("POST", f"/api/v2/clusters/{made}/upgrade", {"next_version": seen[-1]}).status == 202
        clock.advance(60 * MINUTE)
        seen.append(ask("GET", f"/clusters/{made}").json["next_version"])
    assert seen == ["1.32.1-aliyun.1", "1.32.7-aliyun.1", "1.33.3-aliyun.1", ""]


def test_a_control_plane_alone_takes_less_time(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert ask("POST", UPGRADE, {"next_version": NEW, "master_only": True}).status == 202
    clock.advance(14 * MINUTE)
    assert shown(ask) == ("running", NEW)


@pytest.mark.parametrize(
    ("version", "target", "taken"),
    [
        (OLD, NEW, NEW),
        (OLD, "1.32.1-aliyun.1", "1.32.1-aliyun.1"),
        (OLD, "1.32", NEW),
        (OLD, "1.32.1", "1.32.1-aliyun.1"),
        ("1.32.1-aliyun.1", NEW, NEW),
        ("1.14", "1.16.9-aliyun.1", "1.16.9-aliyun.1"),
        ("1.15.3-aliyun.1", "1.16.6-aliyun.1", "1.16.6-aliyun.1"),
    ],
)
def test_a_version_that_can_follow(version: str, target: str, taken: str) -> None:
    with bad_day(live={"clusters": [{"name": "a", "cluster_id": "c1", "current_version": version}]}) as (_, clock, ask):
        assert ask("POST", UPGRADE, {"next_version": target}).status == 202
        clock.advance(60 * MINUTE)
        assert shown(ask) == ("running", taken)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("1.33.3-aliyun.1", "the next ones are"),
        ("1.30.7-aliyun.1", "not newer"),
        (OLD, "not newer"),
        ("1.31", "not newer"),
        ("1.32.99-aliyun.1", "no such version"),
        ("9.9", "no such version"),
    ],
)
def test_a_version_that_can_not_follow(day: tuple[VirtualClock, Ask], target: str, why: str) -> None:
    _, ask = day
    answer = ask("POST", UPGRADE, {"next_version": target})
    assert (answer.status, answer.json["code"]) == (400, "ErrorClusterVersion")
    assert why in answer.json["message"]
    assert shown(ask) == ("running", OLD)


def test_a_cluster_of_the_guide_goes_all_the_way_step_by_step(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    made = ask("POST", "/clusters", example("managed", kubernetes_version=None)).json["cluster_id"]
    clock.advance(60 * MINUTE)
    version, count = ask("GET", f"/clusters/{made}").json["current_version"], 0
    while further := steps(version):
        assert ask("POST", f"/api/v2/clusters/{made}/upgrade", {"next_version": further[-1]}).status == 202
        clock.advance(60 * MINUTE)
        assert shown(ask, made) == ("running", further[-1])
        version, count = further[-1], count + 1
    assert (version, count) == ("1.33.3-aliyun.1", 12)


@pytest.mark.parametrize(
    ("cluster", "status_", "code"),
    [("c3", 409, "ErrorClusterState"), ("c4", 400, "ErrorClusterType"), ("c9", 404, "ErrorClusterNotFound")],
)
def test_clusters_that_can_not_be_upgraded(
    day: tuple[VirtualClock, Ask], cluster: str, status_: int, code: str
) -> None:
    _, ask = day
    answer = ask("POST", f"/api/v2/clusters/{cluster}/upgrade", {"next_version": NEW})
    assert (answer.status, answer.json["code"]) == (status_, code)


def test_one_upgrade_at_a_time_and_nothing_else_meanwhile(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert ask("POST", UPGRADE, {"next_version": NEW}).status == 202
    for method, path, body in (
        ("POST", UPGRADE, {"next_version": NEW}),
        ("POST", "/api/v2/clusters/c1", example("scale-out")),
        ("POST", "/clusters/c1/components/install", [{"name": "gatekeeper", "version": ""}]),
        ("POST", "/clusters/c1/checks", {"type": "ClusterUpgrade"}),
        ("DELETE", "/clusters/c1", None),
    ):
        assert ask(method, path, body).json["code"] == "ErrorClusterState", path
    clock.advance(60 * MINUTE)
    assert ask("POST", "/api/v2/clusters/c1", example("scale-out")).status == 202


@pytest.mark.parametrize(("minutes", "version"), [(1, OLD), (15, NEW)])
def test_a_canceled_upgrade_leaves_the_control_plane_where_it_was(minutes: float, version: str) -> None:
    with bad_day(live=LIVE) as (_, clock, ask):
        assert ask("POST", UPGRADE, {"next_version": NEW}).status == 202
        clock.advance(minutes * MINUTE)
        assert ask("POST", f"{UPGRADE}/cancel").status == 200
        assert shown(ask) == ("running", version)
        clock.advance(60 * MINUTE)
        assert shown(ask) == ("running", version)
        assert status(ask)["status"] == "fail"
        assert ask("POST", f"{UPGRADE}/cancel").json["code"] == "ErrorClusterState"


def test_an_upgrade_is_paused_and_resumed(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    for done in ("pause", "resume", "cancel"):
        assert ask("POST", f"{UPGRADE}/{done}").json["code"] == "ErrorClusterState"
    assert ask("POST", UPGRADE, {"next_version": NEW}).status == 202
    assert ask("POST", f"{UPGRADE}/resume").json["code"] == "ErrorClusterState"
    assert ask("POST", f"{UPGRADE}/pause").status == 200
    clock.advance(60 * MINUTE)
    said = status(ask)
    assert (said["status"], said["upgrade_step"], shown(ask)) == ("pause", "pause", ("updating", OLD))
    assert ask("POST", f"{UPGRADE}/pause").json["code"] == "ErrorClusterState"
    assert ask("POST", f"{UPGRADE}/resume").status == 200
    clock.advance(60 * MINUTE)
    assert shown(ask) == ("running", NEW)


def test_an_upgrade_that_failed_can_be_tried_again() -> None:
    fault = {"kind": "task_fails", "operation": "upgrade_cluster", "code": "Broken", "message": "it broke", "nth": 1}
    with bad_day(fault, live=LIVE) as (_, clock, ask):
        assert ask("POST", UPGRADE, {"next_version": NEW}).status == 202
        clock.advance(60 * MINUTE)
        assert shown(ask) == ("updating_failed", OLD)
        said = status(ask)
        assert (said["status"], said["error_message"], said["upgrade_task"]["status"]) == ("fail", "it broke", "Failed")
        assert ask("POST", UPGRADE, {"next_version": NEW}).status == 202
        clock.advance(60 * MINUTE)
        assert shown(ask) == ("running", NEW)


def test_an_error_that_a_check_finds_fails_an_upgrade(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    task = ask("POST", "/api/v2/clusters/c5/upgrade", {"next_version": NEW}).json["task_id"]
    clock.advance(60 * MINUTE)
    assert ask("GET", f"/tasks/{task}").json["error"] == {"code": "PrecheckFailed", "message": "an API is gone"}
    assert shown(ask, "c5") == ("updating_failed", OLD)


# Versions

VERSIONS = "/api/v1/metadata/versions"
MANAGED = {"Region": "cn-beijing", "ClusterType": "ManagedKubernetes"}


def listed(ask: Ask, **query: str) -> list[str]:
    return [one["version"] for one in ask("GET", VERSIONS, query={**MANAGED, **query}).json]


def test_versions_are_those_to_create_or_those_that_are_supported(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    assert listed(ask) == [
        "1.33.3-aliyun.1",
        "1.32.7-aliyun.1",
        "1.32.1-aliyun.1",
        "1.31.9-aliyun.1",
    ]
    assert listed(ask, Mode="creatable") == listed(ask)
    supported = listed(ask, Mode="supported")
    assert set(listed(ask)) < set(supported)
    assert supported[-1] == "1.28.9-aliyun.1"
    assert listed(ask, KubernetesVersion="1.14.6-aliyun.1", Mode="creatable") == ["1.14.6-aliyun.1"]
    assert listed(ask, KubernetesVersion="1.99.9") == []


def test_what_a_version_may_be_upgraded_to_is_told_where_it_is_asked_for(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    query = {**MANAGED, "KubernetesVersion": OLD}
    (silent,) = ask("GET", VERSIONS, query=query).json
    assert silent["upgradable_versions"] == []
    (said,) = ask("GET", VERSIONS, query={**query, "QueryUpgradableVersion": "true"}).json
    assert said["upgradable_versions"] == ["1.32.1-aliyun.1", NEW]
    assert all(
        one["upgradable_versions"] == []
        for one in ask("GET", VERSIONS, query={**MANAGED, "QueryUpgradableVersion": "true"}).json
    )


def test_images_are_told_by_their_runtime(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    (newest, *_) = ask("GET", VERSIONS, query=MANAGED).json
    (docker, *_) = ask("GET", VERSIONS, query={**MANAGED, "runtime": "docker"}).json
    assert 0 < len(docker["images"]) < len(newest["images"])
    assert newest["creatable"] is True
    assert newest["release_date"] < newest["expiration_date"]
    assert newest["runtimes"][0]["name"] == "containerd"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"Region": ""}, "MissingParameter"),
        ({"ClusterType": ""}, "MissingParameter"),
        ({"ClusterType": "Ask"}, "InvalidParameter"),
        ({"Profile": "edge"}, "InvalidParameter"),
        ({"Mode": "all"}, "InvalidParameter"),
        ({"runtime": "podman"}, "InvalidParameter"),
        ({"QueryUpgradableVersion": "yes"}, "InvalidParameter"),
    ],
)
def test_a_wrong_question_about_versions(day: tuple[VirtualClock, Ask], query: dict[str, str], code: str) -> None:
    _, ask = day
    answer = ask("GET", VERSIONS, query={**MANAGED, **query})
    assert (answer.status, answer.json["code"]) == (400, code)
