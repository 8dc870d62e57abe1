"""`ackplan import --from-terraform` of states that have workers in pools, as the provider does since 1.212."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from projects import Project
from test_cli_export_pools import TWO, forgotten

ADDONS = """\
    addons: [{name: flannel}, {name: metrics-server}, {name: logtail-ds, config: '{"sls_project_name": "logs"}'}]
"""
FLEET = TWO + ADDONS
SCALED = "no component of its own scales pools here: set auto_scaling in each pool that it scaled, with its sizes"
HOMELESS = "its cluster is not in the state: once that is recorded, ackplan import CLUSTER/NAME"
NO_CHANGES = "No changes. Live clusters match the spec."
Change = Callable[[dict[str, dict[str, Any]]], None]


def resource(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    instance = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}
    if attributes.get("password"):
        instance["sensitive_attributes"] = [[{"type": "get_attr", "value": "password"}]]
    return {"mode": "managed", "type": kind, "name": name, "instances": [instance]}


def pool(cluster_id: str, pool_id: str, name: str, **attributes: Any) -> dict[str, Any]:
    """A pool as version 1.286 of the provider keeps it in its state."""
    common = {
        "id": f"{cluster_id}:{pool_id}",
        "cluster_id": cluster_id,
        "node_pool_id": pool_id,
        "node_pool_name": name,
        "name": name,
        "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
        "instance_types": ["ecs.g7.xlarge"],
        "system_disk_category": "cloud_essd",
        "system_disk_size": 120,
        "system_disk_encrypted": False,
        "instance_charge_type": "PostPaid",
        "period": 0,
        "auto_renew": False,
        "install_cloud_monitor": False,
        "image_type": "AliyunLinux3",
        "runtime_name": "containerd",
        "runtime_version": "1.6.28",
        "scaling_config": [
            {"enable": False, "max_size": 0, "min_size": 0, "type": "cpu", "is_bond_eip": False, "eip_bandwidth": 0}
        ],
        "management": [
            {
                "enable": False,
                "auto_repair": False,
                "auto_repair_policy": [],
                "auto_upgrade": False,
                "auto_vul_fix": False,
                "max_unavailable": 0,
                "surge": 0,
                "surge_percentage": 0,
            }
        ],
        "data_disks": [],
        "labels": [],
        "taints": [],
        "tags": {},
        "kubelet_configuration": [],
        "scaling_group_id": "asg-1",
        "resource_group_id": "",
        "spot_strategy": "NoSpot",
        "user_data": "",
        "force_delete": None,
        "timeouts": None,
    }
    return {**common, **attributes}


def managed(cluster_id: str) -> dict[str, Any]:
    """A managed cluster as version 1.286 of the provider keeps it in its state."""
    return {
        "id": cluster_id,
        "name": "shop",
        "name_prefix": "Terraform-Creation",
        "profile": "Default",
        "version": "1.31.9-aliyun.1",
        "cluster_spec": "ack.pro.small",
        "vpc_id": "vpc-2zegvl5etah5requ09nec",
        "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
        "pod_cidr": "172.20.0.0/16",
        "service_cidr": "172.21.0.0/20",
        "node_cidr_mask": 26,
        "proxy_mode": "ipvs",
        "new_nat_gateway": False,
        "slb_internet_enabled": False,
        "deletion_protection": False,
        "cluster_domain": "cluster.local",
        "timezone": "Asia/Shanghai",
        "ip_stack": "ipv4",
        "api_audiences": None,
        "enable_rrsa": False,
        "rrsa_metadata": [{"enabled": False}],
        "maintenance_window": [
            {"enable": True, "maintenance_time": "03:00:00Z", "duration": "3h", "weekly_period": "Monday"}
        ],
        "operation_policy": [{"cluster_auto_upgrade": [{"enabled": False, "channel": ""}]}],
        "addons": [
            {"name": "flannel", "config": "", "version": "", "disabled": False},
            {"name": "nginx-ingress-controller", "config": "", "version": "", "disabled": True},
        ],
        "certificate_authority": [{"client_key": "Canary-Key"}],
        "connections": [{"api_server_intranet": "https://192.168.0.10:6443"}],
        "worker_ram_role_name": "KubernetesWorkerRole-1",
        "security_group_id": "",
        "delete_options": [{"resource_type": "SLB", "delete_mode": "retain"}],
        "retain_resources": ["d-2zegvl5etah5requ09ne"],
        "tags": {},
        "timeouts": None,
    }


def addon(cluster_id: str, name: str, config: str = "") -> dict[str, Any]:
    return {
        "id": f"{cluster_id}:{name}",
        "cluster_id": cluster_id,
        "name": name,
        "version": "v1.0.0",
        "next_version": "v1.0.1",
        "can_upgrade": True,
        "required": False,
        "config": config,
        "cleanup_cloud_resources": None,
    }


def state_of(project: Project, *more: dict[str, Any], change: Change = lambda attributes: None) -> None:
    """Writes the state that the provider has of the fleet."""
    (cluster,) = project.live()
    cluster_id = cluster["cluster_id"]
    listed = json.loads(project.run("api", "GET", f"/clusters/{cluster_id}/nodepools").out)["nodepools"]
    ids = {each["nodepool_info"]["name"]: each["nodepool_info"]["nodepool_id"] for each in listed}
    attributes = {
        "k8s": managed(cluster_id),
        "web": pool(
            cluster_id,
            ids["web"],
            "web",
            desired_size=None,
            instances=["i-one"],
            password="Canary-Password",
            user_data="Canary-User-Data",
            labels=[{"key": "tier", "value": "web"}],
        ),
        "job": pool(cluster_id, ids["job"], "job", desired_size="1", key_name="k", password=""),
        "metrics": addon(cluster_id, "metrics-server"),
        "logs": addon(cluster_id, "logtail-ds", '{"sls_project_name": "logs"}'),
    }
    change(attributes)
    kinds = {"k8s": "alicloud_cs_managed_kubernetes", "web": "alicloud_cs_kubernetes_node_pool"}
    kinds |= {"job": "alicloud_cs_kubernetes_node_pool"}
    resources = [
        resource(kinds.get(name, "alicloud_cs_kubernetes_addon"), name, each) for name, each in attributes.items()
    ]
    text = json.dumps({"version": 4, "resources": [*resources, *more]})
    (project.folder / "fleet.tfstate").write_text(text, "utf-8")


@pytest.fixture
def fleet(project: Project) -> Project:
    """A fleet that Terraform made: nobody recorded it."""
    project.applied(FLEET)
    forgotten(project)
    (project.folder / "ackplan.yaml").unlink()
    return project


def taken_over(project: Project, *arguments: str) -> tuple[str, str]:
    done = project.run("import", "--from-terraform", "fleet.tfstate", "--out", "again.yaml", *arguments)
    assert done.code == 0, done.out + done.err
    return (project.folder / "again.yaml").read_text("utf-8"), done.err


def unchanged(project: Project) -> None:
    assert project.run("fmt", "--check", "-f", "again.yaml").code == 0
    planned = project.run("plan", "-f", "again.yaml", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, NO_CHANGES), planned.out + planned.err


@pytest.mark.parametrize("arguments", [(), ("--no-refresh", "--region", "cn-beijing")], ids=["refreshed", "believed"])
def test_a_cluster_comes_with_its_pools_and_add_ons(arguments: tuple[str, ...], fleet: Project) -> None:
    state_of(fleet)
    before = fleet.changing()
    text, said = taken_over(fleet, *arguments)
    assert "num_of_nodes" not in text
    assert "      web:\n" in text
    assert "attach: [{instances: [i-one]}]" in text
    assert "login_password: {env: ACK_NODE_PASSWORD}" in text
    assert "{name: nginx-ingress-controller, disabled: true}" in text
    assert "{name: metrics-server}" in text
    assert "    delete_options: [{resource_type: SLB, delete_mode: retain}]\n" in text
    assert "    retain_resources: [d-2zegvl5etah5requ09ne]\n" in text
    assert "Canary" not in text + said + (fleet.folder / "state/default.json").read_text("utf-8")
    unchanged(fleet)
    assert fleet.changing() == before


def test_every_attribute_of_a_pool_is_taken_over_or_told(fleet: Project) -> None:
    def change(attributes: dict[str, dict[str, Any]]) -> None:
        attributes["job"] |= {"rolling_policy": [{"max_parallelism": 1}], "novelty": "x", "pre_user_data": "Canary-Pre"}
        attributes["job"]["management"][0]["novelty"] = {"inside": 1}
        attributes["job"]["kubelet_configuration"] = [{"max_pods": "64", "novelty": "y"}]
        attributes["job"]["data_disks"] = [{"category": "cloud_essd", "size": 40, "name": "data", "novelty": 2}]

    state_of(fleet, change=change)
    done = fleet.run(
        "import", "--from-terraform", "fleet.tfstate", "--out", "again.yaml", "--no-refresh", "--region", "cn-beijing"
    )
    job = [
        line.partition("ignored: ")[2] for line in done.err.splitlines() if line.startswith("ACK3056 warning: shop/job")
    ]
    told = dict(line.partition(" (alicloud")[0].split(": ", 1) for line in job)
    assert told["no create parameter of this API version says it"] == (
        "data_disks.novelty, kubelet_configuration.novelty, management.novelty, novelty"
    )
    assert told["it steers Terraform alone"] == "rolling_policy"
    assert told["a secret stays where it is"] == "pre_user_data"
    assert told["the provider found it out, and there is nothing to set"] == "scaling_group_id"
    text = (fleet.folder / "again.yaml").read_text("utf-8")
    assert "kubelet_configuration: {maxPods: 64}" in text
    assert "data_disks: [{category: cloud_essd, size: 40, disk_name: data}]" in text
    assert "the version of now, and writing it would pin it: version (alicloud_cs_kubernetes_addon.logs)" in done.err


def test_a_pool_that_scales_itself_has_no_size(fleet: Project) -> None:
    def change(attributes: dict[str, dict[str, Any]]) -> None:
        attributes["job"]["scaling_config"] = [{"enable": True, "max_size": 9, "min_size": 1, "type": "cpu"}]

    state_of(fleet, change=change)
    text, _ = taken_over(fleet, "--no-refresh", "--region", "cn-beijing")
    job = text.partition("      job:\n")[2].partition("      web:\n")[0]
    assert "auto_scaling: {enable: true, max_instances: 9, min_instances: 1}" in job
    assert "desired_size" not in job


def test_what_is_live_wins_over_the_state(fleet: Project) -> None:
    def change(attributes: dict[str, dict[str, Any]]) -> None:
        attributes["job"] |= {"desired_size": "7", "system_disk_size": 200}

    state_of(fleet, change=change)
    _, said = taken_over(fleet)
    assert (
        "ACK3056 warning: shop/job: Terraform attributes are ignored: the live cluster has another value: "
        "desired_size, system_disk_size (alicloud_cs_kubernetes_node_pool.job)"
    ) in said
    unchanged(fleet)


def test_what_nothing_takes_over_is_named_with_what_to_do(fleet: Project) -> None:
    scaler = {"id": "c1:scaler", "cluster_id": "c1", "nodepools": [{"id": "np1", "labels": ""}]}
    lonely = pool("celsewhere1", "np7", "lonely")
    state_of(
        fleet,
        resource("alicloud_cs_kubernetes_autoscaler", "scaler", scaler),
        resource("alicloud_cs_kubernetes_permissions", "team", {"id": "1"}),
        resource("alicloud_cs_kubernetes_node_pool", "lonely", lonely),
        resource("alicloud_cs_novelty", "new", {"id": "1"}),
    )
    _, said = taken_over(fleet)
    skipped = [line.partition("skipped: ")[2] for line in said.splitlines() if line.startswith("ACK3057")]
    assert skipped == [
        f"alicloud_cs_kubernetes_autoscaler.scaler: {SCALED}",
        "alicloud_cs_kubernetes_permissions.team: who may do what inside of a cluster is not declared here",
        "alicloud_cs_novelty.new: alicloud_cs_novelty is no cluster",
        f"alicloud_cs_kubernetes_node_pool.lonely: {HOMELESS}",
    ]


def test_a_pool_that_is_gone_is_left_out(fleet: Project) -> None:
    def change(attributes: dict[str, dict[str, Any]]) -> None:
        attributes["job"] |= {"id": f"{attributes['k8s']['id']}:npgone", "node_pool_id": "npgone"}

    state_of(fleet, change=change)
    text, said = taken_over(fleet)
    assert (
        "ACK3057 warning: shop/job: Resource is skipped: alicloud_cs_kubernetes_node_pool.job: npgone is not live"
        in said
    )
    assert "      job:\n" not in text
    unchanged(fleet)


SERVERLESS = """\
ackplan: 1
region: cn-beijing
clusters:
  jobs:
    cluster_type: ManagedKubernetes
    profile: Serverless
    cluster_spec: ack.pro.small
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    service_cidr: 172.21.0.0/20
    node_pools: {}
"""


def test_a_serverless_cluster_is_told_by_what_is_live(project: Project) -> None:
    """Its state says the same of today's and of the guide's."""
    project.applied(SERVERLESS)
    forgotten(project)
    (cluster,) = project.live()
    attributes = {
        "id": cluster["cluster_id"],
        "name": "jobs",
        "vpc_id": "vpc-2zegvl5etah5requ09nec",
        "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
        "cluster_spec": "ack.pro.small",
        "service_cidr": "172.21.0.0/20",
        "new_nat_gateway": False,
        "deletion_protection": False,
        "service_discovery_types": None,
        "version": "",
    }
    state = {"version": 4, "resources": [resource("alicloud_cs_serverless_kubernetes", "jobs", attributes)]}
    (project.folder / "fleet.tfstate").write_text(json.dumps(state), "utf-8")
    text, _ = taken_over(project)
    assert "    profile: Serverless\n" in text
    assert "    node_pools: {}\n" in text
    unchanged(project)


def test_what_terraform_shows_has_pools_too(fleet: Project) -> None:
    state_of(fleet)
    stored, _ = taken_over(fleet)
    record = (fleet.folder / "state/default.json").read_bytes()
    resources = json.loads((fleet.folder / "fleet.tfstate").read_text("utf-8"))["resources"]
    shown = [
        {
            "address": f"{each['type']}.{each['name']}",
            "mode": "managed",
            "type": each["type"],
            "name": each["name"],
            "values": each["instances"][0]["attributes"],
            "sensitive_values": {"password": True},
        }
        for each in resources
    ]
    document = {"format_version": "1.0", "values": {"root_module": {"resources": shown}}}
    (fleet.folder / "fleet.tfstate").write_text(json.dumps(document), "utf-8")
    (fleet.folder / "again.yaml").unlink()
    (fleet.folder / "state/default.json").unlink()
    again, _ = taken_over(fleet)
    assert again == stored
    assert (
        json.loads((fleet.folder / "state/default.json").read_bytes())["resources"] == json.loads(record)["resources"]
    )


def test_nothing_recorded_is_an_error(project: Project) -> None:
    text = json.dumps({"version": 4, "resources": [resource("alicloud_vpc", "net", {"id": "vpc-1"})]})
    (project.folder / "fleet.tfstate").write_text(text, "utf-8")
    done = project.run("import", "--from-terraform", "fleet.tfstate")
    assert (done.code, done.out) == (1, "Recorded nothing of fleet.tfstate.\n")
    assert not (project.folder / "state").exists()


HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "\x1b[2J",
    "x" * 10_000,
    [],
    [[]],
    [None],
    {},
    {"a": {"b": []}},
    [{}] * 3,
]


@pytest.mark.parametrize("arguments", [(), ("--no-refresh", "--region", "cn-beijing")], ids=["refreshed", "believed"])
def test_whatever_a_pool_holds_ends_in_a_message(arguments: tuple[str, ...], fleet: Project) -> None:
    for value in HOSTILE:

        def change(attributes: dict[str, dict[str, Any]], value: Any = value) -> None:
            for each in attributes.values():
                kept = {name: each[name] for name in ("id", "name", "cluster_id", "node_pool_id") if name in each}
                each |= {**dict.fromkeys(each, value), **kept, "\x1b[31mred": value}

        state_of(fleet, change=change)
        done = fleet.run("import", "--from-terraform", "fleet.tfstate", "--out", "again.yaml", "--force", *arguments)
        assert done.code in {0, 1}
        assert "ACK9001" not in done.err, value
        assert "\x1b" not in done.out + done.err
