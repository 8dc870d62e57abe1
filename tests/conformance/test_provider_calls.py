"""What the Terraform provider for Alibaba Cloud calls, and what it needs back: docs/provider.md has a row for each test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.conftest import Account
from tests.conformance.provider import VSWITCH, Provider, dedicated, edge, managed, pool, scaling, serverless


@pytest.fixture
def provider(account: Account) -> Provider:
    return Provider(account.port)


def created(provider: Provider, account: Account, kind: str = "managed", **changes: Any) -> str:
    """The id of a cluster of this kind that runs."""
    if kind in {"dedicated", "edge"}:
        answer = provider.older("POST", "/clusters", dedicated() if kind == "dedicated" else edge())
    else:
        body = managed(**changes) if kind == "managed" else serverless(**changes)
        answer = provider.sdk("CreateCluster", "POST", "/clusters", body)
    assert {"cluster_id", "task_id", "request_id"} <= set(answer), answer
    account.later()
    return str(answer["cluster_id"])


def detail(provider: Provider, cluster_id: str) -> Any:
    return provider.sdk("DescribeClusterDetail", "GET", f"/clusters/{cluster_id}")


def done(provider: Provider, account: Account, answer: Any) -> Any:
    """The cluster of a change once its task has ended well, as the provider waits for it."""
    assert answer.get("task_id"), answer
    account.later()
    task = provider.sdk("DescribeTaskInfo", "GET", f"/tasks/{answer['task_id']}")
    assert task["state"] == "success"
    return detail(provider, task["cluster_id"])


# Where it stumbled


def test_row_1_a_managed_cluster_is_created_without_workers(provider: Provider, account: Account) -> None:
    shown = detail(provider, created(provider, account))
    assert (shown["state"], shown["size"], shown["profile"]) == ("running", 0, "Default")
    assert (shown["cluster_spec"], shown["vswitch_ids"]) == ("ack.pro.small", [VSWITCH])


def test_row_2_addons_may_have_empty_fields(provider: Provider, account: Account) -> None:
    addon = {"name": "terway-eniip", "config": "", "version": "", "disabled": False}
    assert created(provider, account, addons=[addon, {**addon, "name": "csi-plugin", "disabled": True}])


def test_row_3_and_4_a_serverless_cluster_has_empty_texts_and_a_profile(provider: Provider, account: Account) -> None:
    shown = detail(provider, created(provider, account, "serverless"))
    assert (shown["profile"], shown["size"], shown["current_version"] != "") == ("Serverless", 0, True)
    assert (shown["resource_group_id"][:3], shown["security_group_id"][:3]) == ("rg-", "sg-")


def test_row_5_a_dedicated_cluster_comes_as_a_whole_structure(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, "dedicated")
    shown = provider.older("GET", f"/clusters/{cluster_id}")
    assert (shown["cluster_type"], shown["size"], shown["state"]) == ("Kubernetes", 3, "running")
    assert "Node-1234" not in json.dumps(shown)


def test_row_5_a_cluster_of_a_resource_group_has_a_path_of_its_own(provider: Provider, account: Account) -> None:
    body = {**dedicated(), "resource_group_id": "rg-acfm"}
    answer = provider.older("POST", "/resource_groups/rg-acfm/clusters", body)
    account.later()
    assert detail(provider, answer["cluster_id"])["resource_group_id"] == "rg-acfm"


def test_row_5_an_edge_cluster_too(provider: Provider, account: Account) -> None:
    shown = provider.older("GET", f"/clusters/{created(provider, account, 'edge')}")
    assert (shown["profile"], shown["size"], shown["cluster_spec"]) == ("Edge", 2, "ack.pro.small")


def test_row_6_an_edge_cluster_scales_out(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, "edge")
    assert provider.older("POST", f"/api/v2/clusters/{cluster_id}", scaling(2))["task_id"]
    assert provider.older("GET", f"/clusters/{cluster_id}")["state"] == "scaling"
    account.later()
    assert provider.older("GET", f"/clusters/{cluster_id}")["size"] == 4


@pytest.mark.parametrize("kind", ["managed", "serverless", "dedicated", "edge"])
def test_row_7_metadata_is_json_in_a_text(provider: Provider, account: Account, kind: str) -> None:
    meta = json.loads(detail(provider, created(provider, account, kind))["meta_data"])
    assert meta["RRSAConfig"]["enabled"] is False
    assert {"DisableEncryption", "EncryptionKMSKeyId", "NodeCIDRMask", "PublicSLB"} <= set(meta["Capabilities"])
    assert "ExtraCertSAN" in meta


def test_row_8_nodes_have_addresses(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, "dedicated")
    page = provider.older("GET", f"/clusters/{cluster_id}/nodes")
    assert [node["instance_role"] for node in page["nodes"]] == ["Master"] * 3
    for node in page["nodes"]:
        assert node["ip_address"][0].startswith("192.168.")
        assert all(node[name] for name in ("instance_id", "node_name", "host_name", "image_id", "instance_name"))
        assert (node["instance_type_family"], node["instance_charge_type"]) == ("ecs.c7", "PostPaid")


@pytest.mark.parametrize("kind", ["managed", "serverless", "dedicated", "edge"])
def test_row_9_resources_name_the_balancer_and_the_vswitches(provider: Provider, account: Account, kind: str) -> None:
    cluster_id = created(provider, account, kind)
    resources = provider.sdk("DescribeClusterResources", "GET", f"/clusters/{cluster_id}/resources")
    by_type = {resource["resource_type"]: resource["instance_id"] for resource in resources}
    assert by_type["VSWITCH"] == VSWITCH
    assert by_type["SLB"].startswith("lb-")


def test_row_10_logs_can_be_read(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account)
    log = provider.sdk("CheckControlPlaneLogEnable", "GET", f"/clusters/{cluster_id}/controlplanelog")
    assert (log["components"][0], log["log_ttl"]) == ("apiserver", "30")
    assert log["log_project"] == f"k8s-log-{cluster_id}"
    audit = provider.sdk("GetClusterAuditProject", "GET", f"/clusters/{cluster_id}/audit")
    assert audit == {"audit_enabled": True, "sls_project_name": f"k8s-log-{cluster_id}"}


def test_row_12_an_edge_cluster_has_its_workers_in_a_pool(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, "edge")
    pools = provider.sdk("DescribeClusterNodePools", "GET", f"/clusters/{cluster_id}/nodepools")["nodepools"]
    assert [one["status"]["total_nodes"] for one in pools] == [2]


def test_row_13_endpoints_are_where_they_were(provider: Provider, account: Account) -> None:
    answer = provider.older("GET", f"/clusters/{created(provider, account, 'dedicated')}/endpoints")
    assert all(answer[name].startswith("https://") for name in ("api_server_endpoint", "intranet_api_server_endpoint"))


@pytest.mark.parametrize("kind", ["dedicated", "edge"])
def test_row_14_parameters_hold_numbers_as_texts(provider: Provider, account: Account, kind: str) -> None:
    parameters = provider.older("GET", f"/clusters/{created(provider, account, kind)}")["parameters"]
    roles = ("Master", "Worker") if kind == "dedicated" else ("Worker",)
    assert [int(parameters[f"{role}SystemDiskSize"]) for role in roles] == [120] * len(roles)
    assert (parameters["ServiceCIDR"], parameters["ContainerCIDR"]) == ("172.21.0.0/20", "172.20.0.0/16")


def test_updates_were_refused(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, kubernetes_version="1.31.9-aliyun.1")
    path = f"/api/v2/clusters/{cluster_id}"
    renamed = provider.sdk("ModifyCluster", "PUT", path, {"cluster_name": "renamed"})
    assert done(provider, account, renamed)["name"] == "renamed"
    upgrade = {"next_version": "1.32.1-aliyun.1", "master_only": True}
    upgraded = provider.sdk("UpgradeCluster", "POST", f"{path}/upgrade", upgrade)
    assert done(provider, account, upgraded)["current_version"] == "1.32.1-aliyun.1"
    log = {"components": ["apiserver"], "log_project": "", "log_ttl": "60"}
    logged = provider.sdk("UpdateControlPlaneLog", "PUT", f"/clusters/{cluster_id}/controlplanelog", log)
    assert done(provider, account, logged)["state"] == "running"
    audited = provider.sdk("UpdateClusterAuditLogConfig", "PUT", f"/clusters/{cluster_id}/audit_log", {"disable": True})
    assert done(provider, account, audited)["state"] == "running"


# What it needs


def test_need_2_a_cluster_shows_what_is_read_of_it(provider: Provider, account: Account) -> None:
    shown = detail(provider, created(provider, account, enable_rrsa=True, endpoint_public_access=True))
    assert {
        *("cluster_spec", "profile", "cluster_domain", "timezone", "ip_stack", "worker_ram_role_name"),
        *("resource_group_id", "maintenance_window", "operation_policy", "auto_mode", "deletion_protection", "tags"),
    } <= set(shown)
    rrsa = json.loads(shown["meta_data"])["RRSAConfig"]
    assert rrsa["enabled"]
    assert all(rrsa[name] for name in ("issuer", "oidc_name", "oidc_arn"))
    url = json.loads(shown["master_url"])
    assert url["api_server_endpoint"].startswith("https://")
    assert url["intranet_api_server_endpoint"].startswith("https://192.168.")
    assert json.loads(shown["meta_data"])["ExtraCertSAN"] == ["a.example", "b.example"]
    assert shown["maintenance_window"]["enable"] is True
    assert {"ServiceCIDR", "ContainerCIDR", "ProxyMode"} <= set(shown["parameters"])


def test_need_3_a_node_pool_from_creation_to_deletion(provider: Provider, account: Account) -> None:
    pools = f"/clusters/{created(provider, account)}/nodepools"
    answer = provider.sdk("CreateClusterNodePool", "POST", pools, pool())
    path = f"{pools}/{answer['nodepool_id']}"
    assert answer["task_id"]
    account.later()
    shown = provider.sdk("DescribeClusterNodePoolDetail", "GET", path)
    assert (shown["nodepool_info"]["name"], shown["nodepool_info"]["type"]) == ("web", "ess")
    assert (shown["scaling_group"]["desired_size"], shown["status"]["state"]) == (2, "active")
    assert {"kubernetes_config", "auto_scaling", "management", "tee_config"} <= set(shown)
    scaled = {"scaling_group": {"desired_size": 4}, "nodepool_info": {}, "kubernetes_config": {}, "auto_scaling": {}}
    answer = provider.sdk("ModifyClusterNodePool", "PUT", path, {**scaled, "management": {}})
    assert (bool(answer["task_id"]), answer["nodepool_id"]) == (True, shown["nodepool_info"]["nodepool_id"])
    account.later()
    nodes = provider.sdk(
        "DescribeClusterNodes", "GET", f"{pools.removesuffix('pools')}s", nodepool_id=answer["nodepool_id"]
    )
    assert nodes["page"]["total_count"] == 4
    listed = provider.sdk("DescribeClusterNodePools", "GET", pools)["nodepools"]
    assert [one["scaling_group"]["desired_size"] for one in listed] == [4]
    assert provider.sdk("DeleteClusterNodepool", "DELETE", path, force="true")["task_id"]
    account.later()
    assert provider.status("DescribeClusterNodePoolDetail", "GET", path) == (404, "ErrorNodePoolNotFound")


def test_need_3_a_node_pool_takes_instances_and_settings(provider: Provider, account: Account) -> None:
    pools = f"/clusters/{created(provider, account, kubernetes_version='1.31.9-aliyun.1')}/nodepools"
    pool_id = provider.sdk("CreateClusterNodePool", "POST", pools, pool())["nodepool_id"]
    account.later()
    joined = {"instances": ["i-2zee3oiwcyoz7kwdo8bt"], "format_disk": False, "keep_instance_name": True}
    joined["password"] = "Node-1234"
    assert provider.sdk("AttachInstancesToNodePool", "POST", f"{pools}/{pool_id}/attach", joined)["task_id"]
    account.later()
    settings = {"kubelet_config": {"maxPods": 100}, "rolling_policy": {"max_parallelism": 1}}
    answer = provider.sdk("ModifyNodePoolNodeConfig", "PUT", f"{pools}/{pool_id}/node_config", settings)
    assert answer["task_id"]


def test_need_4_a_cluster_is_changed_in_place(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account)
    body = {
        "deletion_protection": True,
        "resource_group_id": "rg-new",
        "maintenance_window": {"enable": False, "maintenance_time": "", "duration": "", "weekly_period": ""},
        "operation_policy": {"cluster_auto_upgrade": {"enabled": True, "channel": "patch"}},
        "vswitch_ids": ["vsw-new"],
        "security_group_id": "sg-new",
        "timezone": "UTC",
        "enable_rrsa": True,
        "api_server_custom_cert_sans": {"action": "overwrite", "subject_alternative_names": ["c.example"]},
    }
    shown = done(provider, account, provider.sdk("ModifyCluster", "PUT", f"/api/v2/clusters/{cluster_id}", body))
    assert (shown["state"], shown["deletion_protection"], shown["timezone"]) == ("running", True, "UTC")
    assert (shown["vswitch_ids"], shown["security_group_id"]) == (["vsw-new"], "sg-new")
    meta = json.loads(shown["meta_data"])
    assert (meta["RRSAConfig"]["enabled"], meta["ExtraCertSAN"]) == (True, ["c.example"])


def test_need_4_the_older_client_protects_a_cluster(provider: Provider, account: Account) -> None:
    path = f"/api/v2/clusters/{created(provider, account, 'edge')}"
    sent = {"resource_group_id": "", "maintenance_window": {"enable": False, "maintenance_time": "", "duration": ""}}
    assert provider.older("PUT", path, {"deletion_protection": True, **sent})["task_id"]
    shown = provider.older("GET", path.replace("/api/v2", ""))
    assert (shown["deletion_protection"], shown["state"], shown["resource_group_id"][:3]) == (True, "running", "rg-")


def test_need_5_an_upgrade_can_be_cancelled(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, kubernetes_version="1.31.9-aliyun.1")
    upgrade = {"next_version": "1.32.1-aliyun.1", "master_only": True}
    answer = provider.sdk("UpgradeCluster", "POST", f"/api/v2/clusters/{cluster_id}/upgrade", upgrade)
    provider.sdk("CancelTask", "POST", f"/tasks/{answer['task_id']}/cancel")
    account.later()
    assert detail(provider, cluster_id)["current_version"] == "1.31.9-aliyun.1"


def test_need_6_tags_are_set_while_the_cluster_is_updating(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account)
    provider.sdk("ModifyClusterTags", "POST", f"/clusters/{cluster_id}/tags", [{"key": "team", "value": "new"}])
    assert detail(provider, cluster_id)["state"] == "updating"
    account.later()
    shown = detail(provider, cluster_id)
    assert (shown["state"], shown["tags"]) == ("running", [{"key": "team", "value": "new"}])


def test_more_versions_migration_encryption_and_deletion(provider: Provider, account: Account) -> None:
    query = {"Region": "cn-beijing", "ClusterType": "ManagedKubernetes", "Profile": "Default"}
    versions = provider.sdk("DescribeKubernetesVersionMetadata", "GET", "/api/v1/metadata/versions", **query)
    assert versions[0]["version"]
    cluster_id = created(provider, account, cluster_spec="ack.standard")
    bucket = {"oss_bucket_name": "", "oss_bucket_endpoint": ""}
    migrated = provider.sdk("MigrateCluster", "POST", f"/clusters/{cluster_id}/migrate", bucket)
    assert done(provider, account, migrated)["cluster_spec"] == "ack.pro.small"
    key = {"disable_encryption": False, "kms_key_id": "key-1"}
    provider.sdk("UpdateKMSEncryption", "PUT", f"/clusters/{cluster_id}/kms", key)
    account.later()
    capabilities = json.loads(detail(provider, cluster_id)["meta_data"])["Capabilities"]
    assert (capabilities["DisableEncryption"], capabilities["EncryptionKMSKeyId"]) == (False, "key-1")
    options = json.dumps([{"resource_type": "SLS_Data", "delete_mode": "delete"}])
    query = {"delete_options": options, "retain_resources": "[]"}
    assert provider.sdk("DeleteCluster", "DELETE", f"/clusters/{cluster_id}", **query)["task_id"]
    account.later()
    missing = provider.status("DescribeClusterDetail", "GET", f"/clusters/{cluster_id}")
    assert missing == (404, "ErrorClusterNotFound")


def test_more_add_ons(provider: Provider, account: Account) -> None:
    cluster_id = created(provider, account, kubernetes_version="1.31.9-aliyun.1")
    components = f"/clusters/{cluster_id}/components"
    known = provider.sdk("ListAddons", "GET", "/addons", cluster_id=cluster_id)["addons"]
    addon = next(one for one in known if one["name"] == "ack-node-problem-detector")
    item = {"name": addon["name"], "version": addon["version"], "config": ""}
    assert provider.sdk("InstallClusterAddons", "POST", f"{components}/install", [item])["task_id"]
    account.later()
    path = f"/clusters/{cluster_id}/addon_instances"
    assert provider.sdk("GetClusterAddonInstance", "GET", f"{path}/{addon['name']}")["version"] == addon["version"]
    names = [one["name"] for one in provider.sdk("ListClusterAddonInstances", "GET", path)["addons"]]
    assert addon["name"] in names
    provider.sdk("ModifyClusterAddon", "POST", f"{components}/{addon['name']}/config", {"config": "{}"})
    account.later()
    removed = provider.sdk("UnInstallClusterAddons", "POST", f"{components}/uninstall", [{"name": addon["name"]}])
    assert removed["task_id"]
