"""Add-ons of a cluster are what the spec lists: installed, upgraded, configured, uninstalled, and compared."""

from __future__ import annotations

import json

import pytest

from tests.unit.resources.addon.addon_shop import GATEKEEPER, LOGTAIL, METRICS, OLDER_LOGTAIL, SHOP, Shop

LOGS = {"name": "logtail-ds", "version": OLDER_LOGTAIL, "config": '{"sls_project_name": "logs"}'}


def test_they_come_with_the_create_call_and_are_only_recorded(store: Shop) -> None:
    ((path, body),) = store.applied("terway-eniip", LOGS, {"name": "csi-plugin", "disabled": True})
    assert path == "/clusters"
    assert [each["name"] for each in body["addons"]] == ["terway-eniip", "logtail-ds", "csi-plugin"]
    assert store.recorded() == {"terway-eniip": {"name": "terway-eniip"}, "logtail-ds": LOGS}
    assert store.has("logtail-ds")["version"] == OLDER_LOGTAIL
    assert store.has("csi-plugin") == {}
    assert store.actions() == {}


def test_one_that_is_added_is_installed_in_the_newest_version_that_fits(store: Shop) -> None:
    store.applied("flannel")
    calls = store.applied("flannel", "gatekeeper", {"name": "arms-prometheus", "version": "1.1.17", "config": "{}"})
    assert sorted(calls, key=str) == [
        ("install", [{"name": "arms-prometheus", "version": "1.1.17", "config": "{}"}]),
        ("install", [{"name": "gatekeeper", "version": GATEKEEPER}]),
    ]
    assert store.recorded()["gatekeeper"] == {"name": "gatekeeper"}
    assert store.actions() == {}


def test_one_that_is_there_already_is_taken_over_without_a_call(store: Shop) -> None:
    store.applied("flannel")
    store.wants("flannel", "metrics-server")
    assert store.actions() == {"shop": "record", "metrics-server": "adopt"}
    assert store.applied("flannel", "metrics-server") == []
    assert store.actions() == {}


def test_one_that_is_there_otherwise_is_taken_over_and_changed(store: Shop) -> None:
    store.applied("flannel")
    store.by_hand("install", [{"name": "logtail-ds", "version": OLDER_LOGTAIL}])
    calls = store.applied("flannel", {**LOGS, "version": LOGTAIL})
    assert [path for path, _ in calls] == ["upgrade", "logtail-ds/config"]
    assert store.actions() == {}


def test_an_upgrade_comes_before_new_settings_and_each_is_a_step(store: Shop) -> None:
    store.applied("flannel", LOGS)
    calls = store.applied("flannel", {**LOGS, "version": LOGTAIL, "config": '{"sls_project_name": "other"}'})
    assert calls == [
        ("upgrade", [{"component_name": "logtail-ds", "next_version": LOGTAIL}]),
        ("logtail-ds/config", {"config": '{"sls_project_name": "other"}'}),
    ]
    assert store.has("logtail-ds")["version"] == LOGTAIL
    assert store.actions() == {}


def test_settings_that_the_spec_does_not_write_stay_as_they_are(store: Shop) -> None:
    store.applied("flannel", LOGS)
    config = {"sls_project_name": "logs", "IngressDashboardEnabled": True}
    store.by_hand("logtail-ds/config", {"config": json.dumps(config)})
    assert store.actions() == {}
    ((_, body),) = store.applied("flannel", {**LOGS, "config": '{"sls_project_name": "new"}'})
    assert json.loads(body["config"]) == {**config, "sls_project_name": "new"}
    assert json.loads(store.has("logtail-ds")["config"])["IngressDashboardEnabled"] is True


@pytest.mark.parametrize(
    ("config", "actions"),
    [
        pytest.param('{"IngressDashboardEnabled":true,"sls_project_name":"logs"}', {}, id="more, in another order"),
        pytest.param('{"sls_project_name": "others"}', {"logtail-ds": "update"}, id="another value"),
        pytest.param("{}", {"logtail-ds": "update"}, id="taken away"),
    ],
)
def test_settings_are_compared_as_what_they_mean(store: Shop, config: str, actions: dict[str, str]) -> None:
    store.applied("flannel", LOGS)
    store.by_hand("logtail-ds/config", {"config": config})
    assert store.actions() == actions
    store.apply()
    assert json.loads(store.has("logtail-ds")["config"])["sls_project_name"] == "logs"
    assert store.actions() == {}


def test_another_layout_of_the_same_settings_is_no_change(store: Shop) -> None:
    store.applied("flannel", LOGS)
    assert store.applied("flannel", {**LOGS, "config": '{ "sls_project_name" : "logs" }'}) == []


def test_a_pinned_version_is_held_against_what_is_live_another_is_not(store: Shop) -> None:
    store.applied("flannel", "gatekeeper", {"name": "logtail-ds", "version": LOGTAIL})
    for name, version in (("gatekeeper", "v3.8.1.113-ga5cb4a8-aliyun"), ("logtail-ds", OLDER_LOGTAIL)):
        store.by_hand("uninstall", [{"name": name}])
        store.by_hand("install", [{"name": name, "version": version}])
    drift = store.run("drift")
    assert drift.code == 2
    assert "shop/addon/logtail-ds" in drift.out
    assert "gatekeeper" not in drift.out
    assert store.actions() == {"logtail-ds": "update"}
    store.apply()
    assert store.has("logtail-ds")["version"] == LOGTAIL


def test_one_that_is_taken_out_or_disabled_is_uninstalled(store: Shop) -> None:
    store.applied("flannel", "metrics-server", "gatekeeper")
    calls = store.applied("flannel", {"name": "metrics-server", "disabled": True})
    assert sorted(calls, key=str) == [
        ("uninstall", [{"name": "gatekeeper"}]),
        ("uninstall", [{"name": "metrics-server"}]),
    ]
    assert store.recorded() == {"flannel": {"name": "flannel"}}
    assert store.actions() == {}


@pytest.mark.parametrize("name", ["flannel", "coredns"])
def test_what_a_cluster_cannot_do_without_is_not_uninstalled(store: Shop, name: str) -> None:
    store.applied("flannel", "coredns")
    store.wants(*{"flannel", "coredns"} - {name})
    (why,) = store.planned()[f"shop/addon/{name}"]["blocked"]
    assert why["code"] == "ACK2025"
    before = len(store.bench.calls)
    assert store.apply().code == 1
    assert store.changing(before) == []
    assert store.run("state", "rm", f"shop/addon/{name}").code == 0
    assert store.actions() == {"shop": "record"}


def test_they_go_with_their_cluster_without_a_call(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    before = len(store.bench.calls)
    assert store.run("destroy", "--auto-approve").code == 0
    assert [path.partition("?")[0].rpartition("/")[0] for path, _ in store.changing(before)] == ["/clusters"]
    assert store.recorded() == {}
    assert set(store.actions()) == {"shop", "flannel", "gatekeeper"}


def test_one_that_was_uninstalled_by_hand_is_installed_again(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    store.by_hand("uninstall", [{"name": "gatekeeper"}])
    assert store.actions() == {"gatekeeper": "create"}
    assert [path for path, _ in store.applied("flannel", "gatekeeper")] == ["install"]


def test_it_is_targeted_imported_and_taken_out_of_the_record(store: Shop) -> None:
    store.applied("flannel", "gatekeeper")
    store.wants("flannel", "gatekeeper", "arms-prometheus", "ack-node-local-dns")
    assert set(store.actions("--target", "shop/addon/arms-prometheus")) == {"arms-prometheus"}
    assert store.run("state", "rm", "shop/addon/gatekeeper").code == 0
    assert "gatekeeper" not in store.recorded()
    assert store.run("import", "shop/addon/nothing").code == 1
    assert store.run("import", "shop/addon/gatekeeper").code == 0
    assert store.recorded()["gatekeeper"] == {"name": "gatekeeper"}
    assert set(store.actions()) == {"shop", "arms-prometheus", "ack-node-local-dns"}
    assert "shop/addon/gatekeeper" in store.run("state", "list").out


def test_a_plan_file_holds_what_it_sends(store: Shop) -> None:
    store.applied("flannel", LOGS, "gatekeeper")
    store.wants(
        "flannel", {**LOGS, "version": LOGTAIL, "config": '{"a": 1}'}, {"name": "metrics-server", "version": METRICS}
    )
    assert store.run("plan", "--out", "it.plan").code == 0
    said = store.run("apply", "it.plan")
    assert said.code == 0, said.err
    assert store.actions() == {}


def test_one_call_reads_the_add_ons_of_a_cluster(store: Shop) -> None:
    store.applied("flannel", "gatekeeper", "metrics-server")
    before = len(store.bench.calls)
    assert store.actions() == {}
    reads = [call.path for call in list(store.bench.calls)[before:] if "addon" in call.path]
    assert reads == [f"/clusters/{store.cluster_id}/addon_instances"]


def test_clusters_of_the_guide_have_them_as_a_parameter_alone(store: Shop) -> None:
    old = SHOP.replace("    node_pools: {}\n", "    addons: [{name: flannel}]\n").replace(
        "vpcid", "snat_entry: true\n    vpcid"
    )
    workers = (
        "    num_of_nodes: 2\n    worker_instance_types: [ecs.g7.xlarge]\n    worker_system_disk_category: cloud_ssd\n"
    )
    (store.folder / "ackplan.yaml").write_text(f"{old}{workers}    worker_system_disk_size: 120\n    key_pair: ops\n")
    assert set(store.planned()) == {"shop"}
