"""Add-ons: the catalogue, what a cluster has, and installing, configuring, upgrading and removing them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ackplan.simulator import VirtualClock
from tests.unit.simulator.callers import example
from tests.unit.simulator.days import Ask, bad_day

MINUTE = 60.0
METRICS, OLDER_METRICS = "v0.3.9.7-d5bd4a9-aliyun", "v0.3.9.4-ff225cd-aliyun"
LIVE = {
    "clusters": [
        {"name": "shop", "cluster_id": "c1", "size": 2, "current_version": "1.31.9-aliyun.1"},
        {
            "name": "old",
            "cluster_id": "c2",
            "current_version": "1.22.15-aliyun.1",
            "addons": [{"name": "metrics-server", "version": OLDER_METRICS, "config": '{"a": 1}'}],
        },
        {"name": "busy", "cluster_id": "c3", "state": "scaling"},
        {"name": "swarm", "cluster_id": "c4", "cluster_type": "aliyun"},
        {"name": "begun", "cluster_id": "c5", "state": "initial"},
    ]
}
# A create call of today.
TODAY = {
    "name": "today",
    "cluster_type": "ManagedKubernetes",
    "region_id": "cn-beijing",
    "vpcid": "vpc-2zegvl5etah5requ09nec",
    "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
    "container_cidr": "172.20.0.0/16",
    "service_cidr": "172.21.0.0/20",
}
REQUIRED = {"flannel", "coredns", "kube-proxy", "cloud-controller-manager"}


@pytest.fixture
def day() -> Iterator[tuple[VirtualClock, Ask]]:
    with bad_day(live=LIVE) as (_, clock, ask):
        yield clock, ask


def installed(ask: Ask, cluster: str = "c1") -> dict[str, tuple[str, str]]:
    addons = ask("GET", f"/clusters/{cluster}/addon_instances").json["addons"]
    return {one["name"]: (one["version"], one["state"]) for one in addons}


def done(ask: Ask, what: str, body: Any, cluster: str = "c1") -> Any:
    return ask("POST", f"/clusters/{cluster}/components/{what}", body)


def made(ask: Ask, clock: VirtualClock, kind: str = "managed", **changes: Any) -> str:
    cluster: str = ask("POST", "/clusters", example(kind, name="made", **changes)).json["cluster_id"]
    clock.advance(60 * MINUTE)
    return cluster


# What a cluster has


def test_a_new_cluster_has_what_every_one_gets_and_what_was_ordered(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    ordered = [{"name": "Terway-eniip"}, {"name": "logtail-ds", "config": '{"sls_project_name": "p"}', "version": "v1"}]
    cluster = made(ask, clock, addons=ordered)
    has = installed(ask, cluster)
    assert {"terway-eniip", "logtail-ds", "metrics-server", "managed-csiprovisioner"} | REQUIRED - {"flannel"} <= set(
        has
    )
    assert not {"flannel", "csi-provisioner"} & set(has)
    assert has["logtail-ds"] == ("v1", "active")
    one = ask("GET", f"/clusters/{cluster}/addon_instances/logtail-ds").json
    assert (one["config"], one["logging"]["capable"]) == ('{"sls_project_name": "p"}', False)


def test_what_is_disabled_stays_away_but_for_what_a_cluster_needs(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    off = [{"name": name, "disabled": True} for name in ("metrics-server", "coredns", "csi-plugin")]
    cluster = ask("POST", "/clusters", {**TODAY, "addons": off}).json["cluster_id"]
    assert installed(ask, cluster) == {}
    clock.advance(60 * MINUTE)
    has = set(installed(ask, cluster))
    assert not {"metrics-server", "csi-plugin"} & has
    assert has >= REQUIRED


def test_versions_are_those_for_the_version_that_the_cluster_began_with(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    assert installed(ask)["coredns"] == ("v1.12.1.3-e2c8c3a-aliyun", "active")
    assert installed(ask, "c2") == {"metrics-server": (OLDER_METRICS, "active")}


def test_an_unknown_add_on_of_a_create_call_is_there_too(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert installed(ask, made(ask, clock, addons=[{"name": "flexvolume"}]))["flexvolume"] == ("v0.0.0", "active")


def test_a_cluster_that_is_not_built_has_none(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    assert installed(ask, "c5") == installed(ask, "c4") == {}
    for path in ("/clusters/c5/addon_instances/coredns", "/clusters/c1/addon_instances/gatekeeper/resources"):
        answer = ask("GET", path)
        assert (answer.status, answer.json["code"]) == (404, "AddonNotFound")
    assert ask("GET", "/clusters/c9/addon_instances").json["code"] == "ErrorClusterNotFound"


def test_what_an_add_on_has_made(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    said = ask("GET", "/clusters/c1/addon_instances/coredns/resources").json
    assert said["helm_release"]["chart_version"] == "v1.12.1.3-e2c8c3a-aliyun"
    assert said["kubernetes_objects"][0]["name"] == "coredns"


# Changes


def test_add_ons_are_installed_in_one_task(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    wanted = [{"name": "gatekeeper", "version": ""}, {"name": "arms-prometheus", "version": "1.1.31", "config": "{}"}]
    answer = done(ask, "install", wanted)
    assert (answer.status, answer.json["cluster_id"]) == (202, "c1")
    assert installed(ask)["gatekeeper"] == ("v3.15.1.63-ga2c7e6d-aliyun", "updating")
    task = ask("GET", f"/tasks/{answer.json['task_id']}").json
    assert (task["task_type"], [one["data"] for one in task["task_result"]]) == (
        "addon_install",
        ["gatekeeper", "arms-prometheus"],
    )
    clock.advance(5 * MINUTE)
    assert installed(ask)["gatekeeper"][1] == installed(ask)["arms-prometheus"][1] == "active"
    assert ask("GET", f"/tasks/{answer.json['task_id']}").json["state"] == "success"
    assert ask("GET", "/clusters/c1").json["state"] == "running"


def test_an_add_on_is_upgraded_and_keeps_its_settings_unless_told_otherwise(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert (
        done(ask, "install", [{"name": "logtail-ds", "version": "v1.8.7.0-aliyun", "config": '{"a": 1}'}]).status == 202
    )
    clock.advance(5 * MINUTE)
    body = [{"component_name": "logtail-ds", "version": "v1.8.7.0-aliyun", "next_version": "v2.1.6.0-aliyun"}]
    assert done(ask, "upgrade", body).status == 202
    assert installed(ask)["logtail-ds"] == ("v1.8.7.0-aliyun", "upgrading")
    clock.advance(5 * MINUTE)
    assert installed(ask)["logtail-ds"] == ("v2.1.6.0-aliyun", "active")
    assert ask("GET", "/clusters/c1/addon_instances/logtail-ds").json["config"] == '{"a": 1}'


def test_an_add_on_is_configured_without_a_task_in_the_answer(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    config = json.dumps({"replicas": 4})
    answer = done(ask, "coredns/config", {"config": config})
    assert (answer.status, set(answer.json)) == (200, {"request_id"})
    assert installed(ask)["coredns"][1] == "updating"
    clock.advance(5 * MINUTE)
    one = ask("GET", "/clusters/c1/addon_instances/coredns").json
    assert (one["config"], one["state"]) == (config, "active")


def test_an_add_on_is_removed(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert done(ask, "uninstall", [{"name": "metrics-server", "cleanup_cloud_resources": True}]).status == 202
    assert installed(ask)["metrics-server"][1] == "deleting"
    clock.advance(5 * MINUTE)
    assert "metrics-server" not in installed(ask)


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("install", [{"name": "nothing", "version": ""}], 404, "AddonNotFound"),
        ("install", [{"name": "coredns", "version": ""}], 400, "ErrorAddonExists"),
        ("install", [{"name": "gatekeeper", "version": "v9"}], 400, "ErrorAddonVersion"),
        ("install", [{"name": "csi-provisioner", "version": ""}], 400, "ErrorAddonVersion"),
        ("install", [{"name": "terway-eniip", "version": ""}], 400, "ErrorAddonVersion"),
        ("install", [{"name": "gatekeeper", "version": "", "config": "{"}], 400, "InvalidParameter"),
        ("install", [{"name": "gatekeeper", "version": "", "config": "[]"}], 400, "InvalidParameter"),
        ("install", [{"name": "gatekeeper", "version": ""}] * 2, 400, "InvalidParameter"),
        ("install", [{"version": ""}], 400, "MissingParameter"),
        ("install", [{"name": "gatekeeper"}], 400, "MissingParameter"),
        ("install", {"name": "gatekeeper"}, 400, "InvalidRequestBody"),
        ("upgrade", [{"component_name": "gatekeeper", "next_version": "v1"}], 404, "AddonNotFound"),
        (
            "upgrade",
            [{"component_name": "coredns", "next_version": "1.3.1.8-dbc8fb6-aliyun"}],
            400,
            "ErrorAddonVersion",
        ),
        ("upgrade", [{"component_name": "coredns", "next_version": "v99"}], 400, "ErrorAddonVersion"),
        ("uninstall", [{"name": "gatekeeper"}], 404, "AddonNotFound"),
        ("uninstall", [{"name": "coredns"}], 400, "ErrorAddonRequired"),
        ("uninstall", [{"name": "flannel"}], 400, "ErrorAddonRequired"),
        ("coredns/config", {"config": '{"ClusterIP": 3}'}, 400, "InvalidParameter"),
        ("gatekeeper/config", {"config": "{}"}, 404, "AddonNotFound"),
    ],
)
def test_what_is_refused_changes_nothing(what: str, body: Any, status: int, code: str) -> None:
    with bad_day(live=LIVE) as (_, clock, ask):
        before = installed(ask)
        answer = done(ask, what, body)
        assert (answer.status, answer.json["code"]) == (status, code)
        clock.advance(5 * MINUTE)
        assert installed(ask) == before


def test_a_list_is_refused_as_a_whole(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    body = [{"name": "gatekeeper", "version": ""}, {"name": "coredns", "version": ""}]
    assert done(ask, "install", body).json["code"] == "ErrorAddonExists"
    assert "gatekeeper" not in installed(ask)


def test_a_version_is_newer_only_where_kubernetes_takes_it(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    body = [{"component_name": "metrics-server", "next_version": METRICS}]
    assert done(ask, "upgrade", body, "c2").json["code"] == "ErrorAddonVersion"
    wrong = [{**body[0], "version": "v0"}]
    assert done(ask, "upgrade", wrong, "c2").json["code"] == "ErrorAddonVersion"
    assert ask("POST", "/api/v2/clusters/c2/upgrade", {"next_version": "1.24"}).status == 202
    clock.advance(60 * MINUTE)
    assert done(ask, "upgrade", body, "c2").status == 202


def test_one_change_of_an_add_on_at_a_time(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    assert done(ask, "uninstall", [{"name": "metrics-server"}]).status == 202
    assert done(ask, "uninstall", [{"name": "metrics-server"}]).json["code"] == "ErrorClusterState"
    assert done(ask, "coredns/config", {"config": "{}"}).status == 200
    clock.advance(5 * MINUTE)
    assert done(ask, "uninstall", [{"name": "metrics-server"}]).json["code"] == "AddonNotFound"


@pytest.mark.parametrize(
    ("cluster", "status", "code"),
    [("c3", 409, "ErrorClusterState"), ("c4", 400, "ErrorClusterType"), ("c9", 404, "ErrorClusterNotFound")],
)
def test_clusters_whose_add_ons_can_not_be_changed(cluster: str, status: int, code: str) -> None:
    with bad_day(live=LIVE) as (_, _, ask):
        for what, body in (("install", [{"name": "gatekeeper", "version": ""}]), ("coredns/config", {"config": "{}"})):
            answer = done(ask, what, body, cluster)
            assert (answer.status, answer.json["code"]) == (status, code)


def test_what_fails_or_is_canceled_leaves_the_add_ons_as_they_were() -> None:
    calls: list[tuple[str, Any]] = [
        ("install", [{"name": "gatekeeper", "version": ""}]),
        ("uninstall", [{"name": "metrics-server"}]),
        ("coredns/config", {"config": '{"replicas": 9}'}),
    ]
    faults = [
        {"kind": "task_fails", "operation": name} for name in ("install_addons", "uninstall_addons", "modify_addon")
    ]
    with bad_day(*faults, live=LIVE) as (_, clock, ask):
        before = installed(ask)
        for what, body in calls:
            assert done(ask, what, body).status in {200, 202}
        clock.advance(5 * MINUTE)
        assert installed(ask) == before
        assert ask("GET", "/clusters/c1/addon_instances/coredns").json["config"] == ""
    with bad_day(live=LIVE) as (_, clock, ask):
        task = done(ask, *calls[0]).json["task_id"]
        assert ask("POST", f"/tasks/{task}/cancel").status == 200
        assert installed(ask) == before


def progress(ask: Ask, cluster: str, names: str) -> Any:
    return ask("GET", f"/clusters/{cluster}/components/upgradestatus", query={"componentIds": names}).json


def test_how_the_last_change_of_an_add_on_went(day: tuple[VirtualClock, Ask]) -> None:
    clock, ask = day
    task = done(ask, "install", [{"name": "gatekeeper", "version": "v3.8.1.113-ga5cb4a8-aliyun"}]).json["task_id"]
    assert progress(ask, "c1", '["gatekeeper"]')["gatekeeper"]["tasks"]["status"] == "running"
    clock.advance(5 * MINUTE)
    said = progress(ask, "c1", "gatekeeper,coredns,nothing")
    assert (said["gatekeeper"]["tasks"]["status"], said["gatekeeper"]["can_upgrade"]) == ("Success", True)
    assert (said["coredns"]["tasks"]["status"], said["coredns"]["can_upgrade"]) == ("NoUpgrade", False)
    assert set(said) == {"gatekeeper", "coredns"}
    task = done(ask, "uninstall", [{"name": "gatekeeper"}]).json["task_id"]
    assert ask("POST", f"/tasks/{task}/cancel").status == 200
    tasks = progress(ask, "c1", "gatekeeper")["gatekeeper"]["tasks"]
    assert (tasks["status"], tasks["is_canceled"]) == ("Canceled", True)
    assert progress(ask, "c1", "[")["code"] == "InvalidParameter"


def test_why_the_last_change_of_an_add_on_failed() -> None:
    fault = {"kind": "task_fails", "operation": "modify_addon", "code": "Broken", "message": "it broke"}
    with bad_day(fault, live=LIVE) as (_, clock, ask):
        assert done(ask, "coredns/config", {"config": "{}"}).status == 200
        clock.advance(5 * MINUTE)
        tasks = progress(ask, "c1", "coredns")["coredns"]["tasks"]
        assert (tasks["status"], tasks["message"], tasks["error"]["code"]) == ("Failed", "it broke", "Broken")


# The catalogue


def test_the_catalogue_has_what_a_cluster_can_have(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    new, old = (ask("GET", "/addons", query={"cluster_id": name}).json["addons"] for name in ("c1", "c2"))
    newest = {one["name"]: one["version"] for one in new}
    assert newest["metrics-server"] == METRICS
    assert {one["name"]: one["version"] for one in old}["metrics-server"] == OLDER_METRICS
    assert "csi-provisioner" not in newest
    assert {"terway-eniip", "nginx-ingress-controller", "security-inspector"} <= set(newest)
    by_name = {one["name"]: one for one in new}
    assert by_name["coredns"]["supported_actions"] == ["Install", "Upgrade", "Modify"]
    assert by_name["metrics-server"]["supported_actions"] == ["Install", "Upgrade", "Uninstall"]
    assert (by_name["cloud-controller-manager"]["managed"], by_name["coredns"]["install_by_default"]) == (True, True)
    assert json.loads(by_name["coredns"]["config_schema"])["properties"]["replicas"]


DESCRIBED = {
    "region_id": "cn-beijing",
    "cluster_type": "ManagedKubernetes",
    "profile": "Default",
    "cluster_spec": "ack.pro.small",
    "cluster_version": "1.31.9-aliyun.1",
}


def test_the_catalogue_for_a_cluster_that_is_not_there(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    there = ask("GET", "/addons", query={"cluster_id": "c1"}).json
    assert ask("GET", "/addons", query=DESCRIBED).json == there
    edge = ask("GET", "/addons", query={**DESCRIBED, "profile": "Edge"}).json["addons"]
    serverless = ask("GET", "/addons", query={**DESCRIBED, "profile": "Serverless"}).json["addons"]
    assert "terway-eniip" not in {one["name"] for one in edge}
    assert "flannel" not in {one["name"] for one in serverless}
    for name in DESCRIBED:
        less = {key: value for key, value in DESCRIBED.items() if key != name}
        assert ask("GET", "/addons", query=less).json["code"] == "MissingParameter"
    assert ask("GET", "/addons", query={"cluster_id": "c9"}).json["code"] == "ErrorClusterNotFound"


def test_an_add_on_with_its_newer_versions(day: tuple[VirtualClock, Ask]) -> None:
    _, ask = day
    said = ask("GET", "/addons/metrics-server", query={"cluster_id": "c2"}).json
    assert (said["version"], said["newer_versions"]) == (
        OLDER_METRICS,
        [{"version": METRICS, "minimum_cluster_version": "1.24", "upgradable": False}],
    )
    said = ask("GET", "/addons/metrics-server", query={"cluster_id": "c1", "version": OLDER_METRICS}).json
    assert [one["upgradable"] for one in said["newer_versions"]] == [True]
    assert ask("GET", "/addons/metrics-server", query=DESCRIBED).json["newer_versions"] == []
    for name in ("nothing", "csi-provisioner"):
        assert ask("GET", f"/addons/{name}", query={"cluster_id": "c1"}).json["code"] == "AddonNotFound"


@pytest.mark.parametrize("addons", [{}, [1], [{"name": "coredns"}]])
def test_a_live_state_with_wrong_add_ons_is_refused(addons: Any) -> None:
    live = {"clusters": [{"name": "a", "addons": addons}]}
    with pytest.raises((ValueError, KeyError)), bad_day(live=live):
        pass
