"""Whatever an answer shows of a parameter is compared with spec and record, in whatever form it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from projects import Project

from tests.running import simulator

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    kubernetes_version: "1.14.8-aliyun.1"
    vpcid: vpc-a
    vswitch_ids: [vsw-a]
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    node_cidr_mask: "25"
    proxy_mode: ipvs
    snat_entry: true
    endpoint_public_access: false
    tags: [{key: team, value: web}, {key: cost, value: "012"}]
    num_of_nodes: 2
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    key_pair: mine
"""
TAGS = [{"key": "team", "value": "web"}, {"key": "cost", "value": "012"}]
SHOP: dict[str, Any] = {
    "name": "shop",
    "cluster_id": "cshop0001",
    "size": 2,
    "vpc_id": "vpc-a",
    "vswitch_id": "vsw-a",
    "current_version": "1.14.8-aliyun.1",
    "init_version": "1.14.8-aliyun.1",
    "container_cidr": "172.20.0.0/16",
    "service_cidr": "172.21.0.0/20",
    "node_cidr_mask": "25",
    "proxy_mode": "ipvs",
    "tags": TAGS,
}
SERVICE = {"key": "ack.aliyun.com", "value": "cshop0001"}


def recorded(folder: Path, shown: Mapping[str, Any], text: str = SPEC) -> None:
    """The folder of a project whose cluster was applied, and is live as `shown`."""
    (folder / "ackplan.yaml").write_text(text, "utf-8")
    with simulator(live={"clusters": [SHOP]}) as api:
        project = Project(folder, api)
        assert project.run("import", "shop").code == 0
        assert project.run("plan", "--detailed-exitcode").code == 0, project.run("plan").out


def looked(folder: Path, shown: Mapping[str, Any], *command: str) -> tuple[int, str]:
    with simulator(live={"clusters": [{**SHOP, **shown}]}) as api:
        done = Project(folder, api).run(*command)
        return done.code, done.out + done.err


METADATA = {"Capabilities": {"ProxyMode": "iptables", "NodeCIDRMask": 26, "PublicSLB": True}}
# What the live cluster shows, and the parameters that moved.
MOVED: list[tuple[dict[str, Any], list[str]]] = [
    ({"tags": [{"key": "team", "value": "ops"}]}, ["tags"]),
    ({"tags": []}, ["tags"]),
    ({"tags": [SERVICE]}, ["tags"]),
    ({"tags": {"key": "team", "value": "web"}}, ["tags"]),
    ({"proxy_mode": "iptables"}, ["proxy_mode"]),
    ({"container_cidr": "172.24.0.0/16"}, ["container_cidr"]),
    ({"container_cidr": "", "subnet_cidr": "172.24.0.0/16"}, ["container_cidr"]),
    ({"service_cidr": "172.25.0.0/20"}, ["service_cidr"]),
    ({"node_cidr_mask": 26}, ["node_cidr_mask"]),
    ({"current_version": "1.16.9-aliyun.1"}, ["kubernetes_version"]),
    ({"proxy_mode": None, "node_cidr_mask": "", "meta_data": METADATA},
     ["endpoint_public_access", "node_cidr_mask", "proxy_mode"]),
    ({"proxy_mode": None, "node_cidr_mask": None, "meta_data": json.dumps(METADATA)},
     ["endpoint_public_access", "node_cidr_mask", "proxy_mode"]),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "moved"), MOVED)
def test_what_moved_is_named_by_drift_and_by_plan(tmp_path: Path, shown: dict[str, Any], moved: list[str]) -> None:
    recorded(tmp_path, shown)
    code, drift = looked(tmp_path, shown, "drift")
    assert (code, sorted(re.findall(r"^ +~ (\w+) +=", drift, re.MULTILINE))) == (2, moved)
    code, planned = looked(tmp_path, shown, "plan")
    assert code == 1
    assert sorted(re.findall(r"^ +~ (\w+) +=.*drift$", planned, re.MULTILINE)) == moved
    assert f"shop: {', '.join(moved)}" in planned or len(moved) > 1
    told = json.loads(looked(tmp_path, shown, "drift", "--format", "json")[1])
    assert len(told["resource_drift"]) == 1


# The same cluster, told in other words, or not at all.
SAME: list[dict[str, Any]] = [
    {"tags": [*reversed(TAGS), SERVICE, {"key": "acs:rm:rgId", "value": "rg-1"}]},
    {"tags": [{"value": "012", "key": "cost", "propagate": True}, {"key": "team", "value": "web", "other": None}]},
    {"tags": None},
    {"node_cidr_mask": 25},
    {"current_version": "v1.14.8-aliyun.1"},
    {"proxy_mode": "", "service_cidr": None, "container_cidr": "***", "subnet_cidr": "172.20.0.0/16"},
    {"meta_data": "***"},
    {"meta_data": '\\"Addons\\":***', "parameters": "none"},
    {"proxy_mode": "", "meta_data": '{"Capabilities": {"ProxyMode": "ipvs", "NodeCIDRMask": "25", "PublicSLB": false}}'},
    {"proxy_mode": None, "meta_data": '{"Capabilities": null}', "parameters": {"ProxyMode": "iptables"}},
    {"meta_data": "[" * 5000, "parameters": None},
    {"service_cidr": "", "parameters": {"ServiceCIDR": "172.21.0.0/20", "WorkerSystemDiskSize": "40"}},
]  # fmt: skip


@pytest.mark.parametrize("shown", SAME)
def test_the_same_told_otherwise_is_no_drift(tmp_path: Path, shown: dict[str, Any]) -> None:
    recorded(tmp_path, shown)
    code, drift = looked(tmp_path, shown, "drift")
    assert (code, drift.partition("\n")[0]) == (0, "No drift.")
    assert looked(tmp_path, shown, "plan", "--detailed-exitcode")[0] == 0


@pytest.mark.parametrize("version", ["1.14", "1.14.8", "v1.14.8-aliyun.1"])
def test_a_version_may_be_shorter_than_the_live_one(tmp_path: Path, version: str) -> None:
    recorded(tmp_path, {})
    text = SPEC.replace("1.14.8-aliyun.1", version)
    (tmp_path / "ackplan.yaml").write_text(text, "utf-8")
    code, planned = looked(tmp_path, {}, "plan")
    assert (code, "replace" in planned.partition("Plan:")[0]) == (0, False)


@pytest.mark.parametrize("version", ["1.1", "1.14.8-aliyun", "1.14.80", "1.14.9"])
def test_another_version_is_none_that_is_shorter(tmp_path: Path, version: str) -> None:
    recorded(tmp_path, {})
    (tmp_path / "ackplan.yaml").write_text(SPEC.replace("1.14.8-aliyun.1", version), "utf-8")
    assert looked(tmp_path, {}, "plan")[0] == (0 if version == "1.14.8-aliyun" else 1)


def test_writing_into_the_spec_what_is_live_is_recorded_alone(tmp_path: Path) -> None:
    moved = {"current_version": "1.16.9-aliyun.1", "proxy_mode": "iptables", "tags": [{"key": "team", "value": "ops"}]}
    recorded(tmp_path, moved)
    text = SPEC.replace("1.14.8", "1.16.9").replace("ipvs", "iptables")
    text = re.sub(r"tags: .*", "tags: [{key: team, value: ops}]", text)
    (tmp_path / "ackplan.yaml").write_text(text, "utf-8")
    with simulator(live={"clusters": [{**SHOP, **moved}]}) as api:
        project = Project(tmp_path, api)
        assert "1 to record" in project.run("plan").out
        assert project.run("apply", "--auto-approve").code == 0
        assert project.changing() == []
        assert project.run("plan", "--detailed-exitcode").code == 0
        assert project.run("drift").code == 0


def test_a_refresh_records_what_is_live(tmp_path: Path) -> None:
    moved = {"service_cidr": "172.25.0.0/20", "tags": [{"key": "team", "value": "ops"}, SERVICE]}
    recorded(tmp_path, moved)
    assert looked(tmp_path, moved, "apply", "--refresh-only", "--auto-approve")[0] == 0
    assert looked(tmp_path, moved, "drift")[0] == 0
    entry = json.loads((tmp_path / "state/default.json").read_text("utf-8"))["clusters"]["shop"]["parameters"]
    assert (entry["service_cidr"], entry["tags"]) == ("172.25.0.0/20", [{"key": "team", "value": "ops"}])


def test_an_export_says_what_is_live(tmp_path: Path) -> None:
    moved = {"current_version": "v1.16.9-aliyun.1", "proxy_mode": None, "tags": [*TAGS, SERVICE]}
    moved["meta_data"] = json.dumps(METADATA)
    code, text = looked(tmp_path, moved, "export", "shop")
    assert code == 0
    assert 'kubernetes_version: "1.16.9-aliyun.1"  # it was created with 1.14.8-aliyun.1\n' in text
    assert "proxy_mode: iptables\n" in text
    assert 'tags: [{key: cost, value: "012"}, {key: team, value: web}]' in text


def test_a_tag_of_a_service_that_the_spec_asks_for_is_compared(tmp_path: Path) -> None:
    asked = re.sub(r"tags: .*", "tags: [{key: aliyun-own, value: x}]", SPEC)
    (tmp_path / "ackplan.yaml").write_text(asked, "utf-8")
    shown = {"tags": [{"key": "aliyun-own", "value": "x"}, SERVICE]}
    assert looked(tmp_path, shown, "import", "shop")[0] == 0
    assert looked(tmp_path, shown, "plan", "--detailed-exitcode")[0] == 0
    moved = {"tags": [{"key": "aliyun-own", "value": "y"}, SERVICE]}
    assert looked(tmp_path, moved, "drift")[0] == 2


def test_what_is_ignored_is_no_drift(tmp_path: Path) -> None:
    ignoring = SPEC + "    lifecycle: {ignore_changes: [tags, kubernetes_version]}\n"
    recorded(tmp_path, {}, ignoring)
    moved = {"tags": [], "current_version": "1.16.9-aliyun.1"}
    assert looked(tmp_path, moved, "drift")[0] == 0
    assert looked(tmp_path, moved, "plan", "--detailed-exitcode")[0] == 0


def test_a_cluster_that_is_being_made_does_not_show_what_it_will_be(tmp_path: Path) -> None:
    recorded(tmp_path, {})
    making = {"state": "initial", "tags": [], "container_cidr": "172.16.0.0/16", "size": 0}
    assert looked(tmp_path, making, "drift")[0] == 0


SHOWN = ["proxy_mode", "tags", "container_cidr", "service_cidr", "node_cidr_mask", "kubernetes_version", "num_of_nodes"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("command", ["plan", "drift"])
def test_every_format_says_what_was_compared_and_what_no_answer_shows(tmp_path: Path, command: str, form: str) -> None:
    recorded(tmp_path, {})
    code, told = looked(tmp_path, {}, command, "--format", form)
    assert code == 0
    held, hidden = told[told.rindex("Compared") :].split("No answer shows")
    assert [name for name in SHOWN if name not in held] == []
    assert "worker_system_disk_size" in hidden
    assert "worker_system_disk_size" not in held
    listed = json.loads(looked(tmp_path, {}, command, "--format", "json")[1])["ackplan"]["compared"]
    assert set(SHOWN) <= set(listed["shown"])
    assert "worker_system_disk_size" in listed["not_shown"]


def test_nothing_is_said_to_be_compared_where_nothing_was(tmp_path: Path) -> None:
    recorded(tmp_path, {})
    assert "Compared" not in looked(tmp_path, {}, "plan", "--no-refresh")[1]
    assert "Compared" not in looked(tmp_path, {}, "plan", "--destroy")[1]


WEB = """\
ackplan: 1
region: cn-beijing
clusters: {jobs: {cluster_type: Ask}}
"""


def test_protection_that_somebody_turned_on_is_drift(project: Project) -> None:
    """No call sets it: what ackplan made began without it."""
    project.applied(WEB)
    assert project.run("drift").code == 0
    record = json.loads((project.folder / "state/default.json").read_text("utf-8"))
    jobs = {**project.live()[0], "deletion_protection": "true"}
    with simulator(live={"clusters": [{key: value for key, value in jobs.items() if key != "nodes"}]}) as api:
        there = Project(project.folder, api)
        told = there.run("drift")
        assert told.code == 2
        assert re.search(r"^ +~ deletion_protection = false -> true$", told.out, re.MULTILINE)
        assert there.run("plan", "--detailed-exitcode").code == 0
        assert there.run("apply", "--refresh-only", "--auto-approve").code == 0
        assert there.run("drift").code == 0
        kept = json.loads((project.folder / "state/default.json").read_text("utf-8"))["clusters"]["jobs"]["parameters"]
        assert kept == {**record["clusters"]["jobs"]["parameters"], "deletion_protection": True}


@pytest.mark.parametrize("protected", [True, False])
def test_protection_is_recorded_when_a_cluster_is_taken_in(tmp_path: Path, protected: bool) -> None:
    shown = {"deletion_protection": protected}
    (tmp_path / "ackplan.yaml").write_text(SPEC, "utf-8")
    assert looked(tmp_path, shown, "import", "shop")[0] == 0
    assert looked(tmp_path, shown, "drift")[0] == 0
    assert looked(tmp_path, shown, "plan", "--detailed-exitcode")[0] == 0
    assert looked(tmp_path, {"deletion_protection": not protected}, "drift")[0] == 2


def test_protection_is_recorded_when_a_plan_takes_a_cluster_over(tmp_path: Path) -> None:
    shown = {"deletion_protection": True}
    (tmp_path / "ackplan.yaml").write_text(SPEC + "    lifecycle: {adopt: true}\n", "utf-8")
    assert looked(tmp_path, shown, "apply", "--auto-approve")[0] == 0
    assert looked(tmp_path, shown, "drift")[0] == 0
