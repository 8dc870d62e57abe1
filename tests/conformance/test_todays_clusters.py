"""Today's official client makes its typed calls on clusters, unchanged but for the endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_cs20151215 import models
from darabonba.exceptions import DaraException

from tests.conformance.conftest import Account
from tests.conformance.official import Classic, Current

REGION, VPC, VSWITCH = "cn-beijing", "vpc-2zegvl5etah5requ09nec", "vsw-2ze48rkq464rsdts1abcd"
TAGS = [models.Tag(key="team", value="shop")]


@pytest.fixture(params=[None, "v2"], ids=["acs3", "hmac-sha1"])
def client(request: pytest.FixtureRequest, account: Account) -> Current:
    return Current(account.port, request.param)


@pytest.fixture
def current(account: Account) -> Current:
    return Current(account.port)


def ordered(**changes: Any) -> models.CreateClusterRequest:
    """A managed cluster without workers; a parameter that is None is left out."""
    usual = {
        "name": "shop",
        "region_id": REGION,
        "cluster_type": "ManagedKubernetes",
        "vpcid": VPC,
        "vswitch_ids": [VSWITCH],
        "container_cidr": "172.20.0.0/16",
        "service_cidr": "172.21.0.0/20",
    }
    return models.CreateClusterRequest(**{**usual, **changes})


def made(client: Current, account: Account, **changes: Any) -> str:
    """The id of a cluster that runs."""
    cluster_id: str = client.create_cluster(ordered(**changes)).body.cluster_id
    account.later()
    return cluster_id


def detail(client: Current, cluster_id: str) -> Any:
    return client.describe_cluster_detail(cluster_id).body


KINDS: dict[str, dict[str, Any]] = {
    "managed": {"cluster_spec": "ack.pro.small"},
    "lingjun": {"profile": "Lingjun"},
    "edge": {"profile": "Edge"},
    "serverless": {"profile": "Serverless", "container_cidr": None},
    "dedicated": {
        "cluster_type": "Kubernetes",
        "control_plane_config": models.CreateClusterRequestControlPlaneConfig(
            size=3, instance_types=["ecs.c7.xlarge"], login_password="Master-1234", image_type="AliyunLinux3"
        ),
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_made_without_workers(client: Current, account: Account, kind: str) -> None:
    answer = client.create_cluster(ordered(**KINDS[kind])).body
    assert answer.cluster_id
    assert answer.request_id
    assert client.describe_task_info(answer.task_id).body.state == "running"
    account.later()
    shown = detail(client, answer.cluster_id)
    wanted = ordered(**KINDS[kind])
    assert (shown.state, shown.cluster_type) == ("running", wanted.cluster_type)
    assert shown.profile == (wanted.profile or "Default")
    assert shown.size == (3 if kind == "dedicated" else 0)
    nodes = client.describe_cluster_nodes(answer.cluster_id, models.DescribeClusterNodesRequest()).body.nodes
    assert [node.instance_role for node in nodes] == ["Master"] * shown.size
    assert "Master-1234" not in json.dumps(shown.to_map())


def test_all_that_a_create_call_says_is_shown(client: Current, account: Account) -> None:
    window = models.MaintenanceWindow(enable=True, maintenance_time="03:00:00Z", duration="3h", weekly_period="Monday")
    upgrade = models.CreateClusterRequestOperationPolicyClusterAutoUpgrade(enabled=True, channel="patch")
    cluster_id = made(
        client,
        account,
        cluster_spec="ack.pro.small",
        kubernetes_version="1.33.3-aliyun.1",
        deletion_protection=True,
        maintenance_window=window,
        operation_policy=models.CreateClusterRequestOperationPolicy(cluster_auto_upgrade=upgrade),
        rrsa_config=models.CreateClusterRequestRrsaConfig(enabled=True),
        auto_mode=models.CreateClusterRequestAutoMode(enable=True),
        extra_sans=["api.example.com"],
        endpoint_public_access=True,
        snat_entry=True,
        tags=TAGS,
        timezone="UTC",
        cluster_domain="shop.local",
        ip_stack="dual",
        proxy_mode="iptables",
        node_cidr_mask="25",
        resource_group_id="rg-acfmyvw3wjmb",
        security_group_id="sg-2zegvl5etah5requ09nec",
        addons=[models.Addon(name="flannel", config="", disabled=False)],
        client_token="once",
        cloud_monitor_flags=False,
        disable_rollback=True,
    )
    shown = detail(client, cluster_id)
    assert (shown.current_version, shown.cluster_spec) == ("1.33.3-aliyun.1", "ack.pro.small")
    assert shown.maintenance_window.to_map() == window.to_map()
    assert (shown.operation_policy.cluster_auto_upgrade.channel, shown.deletion_protection) == ("patch", True)
    assert (shown.rrsa_config.enabled, shown.auto_mode.enable) == (True, True)
    assert cluster_id in shown.rrsa_config.oidc_arn
    assert (shown.extra_sans, shown.vswitch_ids, shown.vpc_id) == (["api.example.com"], [VSWITCH], VPC)
    assert (shown.timezone, shown.cluster_domain, shown.ip_stack) == ("UTC", "shop.local", "dual")
    assert (shown.proxy_mode, shown.node_cidr_mask) == ("iptables", "25")
    assert (shown.container_cidr, shown.service_cidr) == ("172.20.0.0/16", "172.21.0.0/20")
    assert (shown.resource_group_id, shown.security_group_id) == ("rg-acfmyvw3wjmb", "sg-2zegvl5etah5requ09nec")
    assert [tag.to_map() for tag in shown.tags] == [tag.to_map() for tag in TAGS]
    assert (shown.parameters["ServiceCIDR"], shown.parameters["SNatEntry"]) == ("172.21.0.0/20", "True")
    url, meta = json.loads(shown.master_url), json.loads(shown.meta_data)
    assert all(url[name].startswith("https://") for name in ("api_server_endpoint", "intranet_api_server_endpoint"))
    assert meta["Capabilities"]["PublicSLB"] is True


def test_masters_of_older_words_are_those_of_todays(current: Current, account: Account) -> None:
    older = {
        "cluster_type": "Kubernetes",
        "key_pair": "ops",
        "master_count": 5,
        "master_instance_types": ["ecs.c7.xlarge"] * 5,
        "master_vswitch_ids": [VSWITCH] * 5,
        "master_system_disk_category": "cloud_essd",
        "master_system_disk_size": 120,
        "vswitch_ids": None,
    }
    shown = detail(current, made(current, account, **older))
    masters = shown.control_plane_config
    assert (masters.size, masters.key_pair, masters.system_disk_category) == (5, "ops", "cloud_essd")
    assert (shown.size, shown.vswitch_ids) == (5, [VSWITCH])


def test_clusters_come_in_pages_that_can_be_narrowed(client: Current, account: Account) -> None:
    managed = [made(client, account, name=f"shop-{number}") for number in range(3)]
    edge = made(client, account, name="edge", profile="Edge", resource_group_id="rg-edge")

    def page(**query: Any) -> tuple[list[str], int]:
        body = client.describe_clusters_v1(models.DescribeClustersV1Request(**query)).body
        return [cluster.cluster_id for cluster in body.clusters], body.page_info.total_count

    assert page(page_number=2, page_size=2) == ([managed[2], edge], 4)
    assert page(name="shop") == (managed, 3)
    assert page(profile="Edge") == page(cluster_id=edge) == ([edge], 1)
    assert page(cluster_spec="ack.standard", region_id=REGION, cluster_type="ManagedKubernetes")[1] == 4
    assert page(region_id="cn-hangzhou") == ([], 0)
    listed = client.describe_clusters(models.DescribeClustersRequest(resource_group_id="rg-edge")).body
    assert [cluster.cluster_id for cluster in listed] == [edge]
    assert "vswitch_ids" not in listed[0].to_map()


def test_nodes_show_what_today_reads(client: Current, account: Account) -> None:
    cluster_id = made(client, account, **KINDS["dedicated"])
    answer = client.describe_cluster_nodes(cluster_id, models.DescribeClusterNodesRequest(page_size="2")).body
    assert (len(answer.nodes), answer.page.total_count) == (2, 3)
    node = answer.nodes[0]
    assert node.ip_address[0].startswith("192.168.")
    assert (node.instance_type, node.instance_type_family) == ("ecs.c7.xlarge", "ecs.c7")
    assert all((node.host_name, node.image_id, node.instance_name, node.instance_charge_type))
    for query in (
        {"instance_ids": node.instance_id},
        {"node_names": f"other,{node.node_name}"},
        {"node_ips": node.ip_address[0]},
    ):
        narrowed = client.describe_cluster_nodes(cluster_id, models.DescribeClusterNodesRequest(**query)).body.nodes
        assert [one.instance_id for one in narrowed] == [node.instance_id]


def test_pools_come_with_their_cluster(client: Current, account: Account) -> None:
    pool = models.Nodepool(
        nodepool_info=models.NodepoolNodepoolInfo(name="web"),
        scaling_group=models.NodepoolScalingGroup(
            vswitch_ids=[VSWITCH], instance_types=["ecs.c7.xlarge"], desired_size=2, login_password="Worker-1234"
        ),
    )
    answer = client.create_cluster(ordered(nodepools=[pool])).body
    pools = client.describe_cluster_node_pools(answer.cluster_id, models.DescribeClusterNodePoolsRequest())
    assert [one.status.state for one in pools.body.nodepools] == ["initial"]
    account.later()
    nodes = client.describe_cluster_nodes(answer.cluster_id, models.DescribeClusterNodesRequest()).body.nodes
    assert [(node.instance_type, node.source) for node in nodes] == [("ecs.c7.xlarge", "ess_attach")] * 2
    assert detail(client, answer.cluster_id).size == 2
    assert "Worker-1234" not in json.dumps(account.world.ordered(answer.cluster_id))


def test_resources_tell_what_was_made(client: Current, account: Account) -> None:
    cluster_id = made(client, account, snat_entry=True, endpoint_public_access=True)
    found = client.describe_cluster_resources(cluster_id, models.DescribeClusterResourcesRequest()).body
    by_type = {resource.resource_type: resource for resource in found}
    assert by_type["VSWITCH"].instance_id == VSWITCH
    assert by_type["SLB"].instance_id == detail(client, cluster_id).external_loadbalancer_id
    assert {"VPC", "EIP", "ALIYUN::VPC::NatGateway"} <= set(by_type)
    assert (by_type["VPC"].auto_create, by_type["SLB"].auto_create) == (0, 1)


def test_a_delete_call_says_what_stays(client: Current, account: Account) -> None:
    options = [models.DeleteClusterRequestDeleteOptions(resource_type="SLB", delete_mode="retain")]
    request = models.DeleteClusterRequest(delete_options=options, retain_resources=["lb-1"], keep_slb=True)
    cluster_id = made(client, account)
    answer = client.delete_cluster(cluster_id, request).body
    assert (answer.cluster_id, bool(answer.task_id), bool(answer.request_id)) == (cluster_id, True, True)
    account.later()
    assert refusal(lambda: detail(client, cluster_id)) == "ErrorClusterNotFound"


def test_a_protected_cluster_is_not_deleted(client: Current, account: Account) -> None:
    cluster_id = made(client, account, deletion_protection=True)
    request = models.DeleteClusterRequest()
    assert refusal(lambda: client.delete_cluster(cluster_id, request)) == "ErrorClusterDeletionProtection"
    client.modify_cluster(cluster_id, models.ModifyClusterRequest(deletion_protection=False))
    assert detail(client, cluster_id).state == "running"
    assert client.delete_cluster(cluster_id, request).body.task_id


def refusal(call: Any) -> str:
    with pytest.raises(DaraException) as caught:
        call()
    return str(caught.value.code)


def test_a_cluster_is_changed_in_place(client: Current, account: Account) -> None:
    cluster_id = made(client, account)
    sans = models.ModifyClusterRequestApiServerCustomCertSans(
        action="overwrite", subject_alternative_names=["a.example"]
    )
    policy = models.ModifyClusterRequestOperationPolicyClusterAutoUpgrade(enabled=True, channel="stable")
    request = models.ModifyClusterRequest(
        cluster_name="store",
        deletion_protection=True,
        resource_group_id="rg-new",
        maintenance_window=models.MaintenanceWindow(enable=True, duration="5h"),
        operation_policy=models.ModifyClusterRequestOperationPolicy(cluster_auto_upgrade=policy),
        vswitch_ids=["vsw-new1", "vsw-new2"],
        security_group_id="sg-new",
        timezone="UTC",
        enable_rrsa=True,
        api_server_eip=True,
        api_server_custom_cert_sans=sans,
        cluster_spec="ack.pro.xlarge",
        instance_deletion_protection=True,
        system_events_logging=models.ModifyClusterRequestSystemEventsLogging(enabled=True),
    )
    answer = client.modify_cluster(cluster_id, request).body
    assert (answer.cluster_id, bool(answer.request_id)) == (cluster_id, True)
    assert detail(client, cluster_id).state == "updating"
    assert refusal(lambda: client.modify_cluster(cluster_id, request)) == "ErrorClusterState"
    account.later()
    assert client.describe_task_info(answer.task_id).body.state == "success"
    shown = detail(client, cluster_id)
    assert (shown.state, shown.name, shown.deletion_protection) == ("running", "store", True)
    assert (shown.resource_group_id, shown.security_group_id, shown.timezone) == ("rg-new", "sg-new", "UTC")
    assert (shown.maintenance_window.duration, shown.maintenance_window.enable) == ("5h", True)
    assert shown.operation_policy.cluster_auto_upgrade.channel == "stable"
    assert (shown.vswitch_ids, shown.vswitch_id) == (["vsw-new1", "vsw-new2"], "vsw-new1,vsw-new2")
    assert (shown.rrsa_config.enabled, shown.extra_sans) == (True, ["a.example"])
    assert shown.cluster_spec == "ack.pro.xlarge"
    assert json.loads(shown.master_url)["api_server_endpoint"].startswith("https://")


def test_masters_are_changed_in_place(client: Current, account: Account) -> None:
    cluster_id = made(client, account, **KINDS["dedicated"])
    masters = models.ModifyClusterRequestControlPlaneConfig(system_disk_size=200, login_password="Other-1234")
    client.modify_cluster(cluster_id, models.ModifyClusterRequest(control_plane_config=masters))
    account.later()
    shown = detail(client, cluster_id).control_plane_config
    assert (shown.system_disk_size, shown.instance_types) == (200, ["ecs.c7.xlarge"])
    assert "Other-1234" not in json.dumps(account.world.cluster(cluster_id))
    managed_only = models.ModifyClusterRequest(enable_rrsa=True)
    assert refusal(lambda: client.modify_cluster(cluster_id, managed_only)) == "InvalidParameter"


def test_tags_of_a_cluster_are_set_all_at_once(client: Current, account: Account) -> None:
    cluster_id = made(client, account, tags=[models.Tag(key="old", value="1")])
    client.modify_cluster_tags(cluster_id, models.ModifyClusterTagsRequest(body=TAGS))
    assert detail(client, cluster_id).state == "updating"
    account.later()
    shown = detail(client, cluster_id)
    assert (shown.state, [tag.to_map() for tag in shown.tags]) == ("running", [tag.to_map() for tag in TAGS])


def test_tags_of_several_clusters(client: Current, account: Account) -> None:
    ids = [made(client, account, name=name) for name in ("one", "two")]
    subject = {"region_id": REGION, "resource_ids": ids, "resource_type": "CLUSTER"}

    def tags(**query: Any) -> list[tuple[str, str, str]]:
        body = client.list_tag_resources(models.ListTagResourcesRequest(**subject, **query)).body
        return [(tag.resource_id, tag.tag_key, tag.tag_value) for tag in body.tag_resources.tag_resource]

    both = [models.Tag(key="team", value="shop"), models.Tag(key="cost", value="7")]
    assert client.tag_resources(models.TagResourcesRequest(**subject, tags=both)).body.request_id
    assert tags() == [(one, tag.key, tag.value) for one in ids for tag in both]
    more = models.TagResourcesRequest(**{**subject, "resource_ids": ids[:1]}, tags=[models.Tag(key="cost", value="8")])
    client.tag_resources(more)
    assert tags(tags=[models.Tag(key="cost", value="8")]) == [(ids[0], "team", "shop"), (ids[0], "cost", "8")]
    assert client.untag_resources(models.UntagResourcesRequest(**subject, tag_keys=["cost"])).body.request_id
    assert [key for _, key, _ in tags()] == ["team", "team"]
    client.untag_resources(models.UntagResourcesRequest(**subject, all=True))
    assert tags() == []
    elsewhere = models.TagResourcesRequest(**{**subject, "region_id": "cn-hangzhou"}, tags=both)
    assert refusal(lambda: client.tag_resources(elsewhere)) == "ErrorClusterNotFound"


def test_logs_of_the_control_plane(client: Current, account: Account) -> None:
    cluster_id = made(client, account)
    assert client.check_control_plane_log_enable(cluster_id).body.components == []
    request = models.UpdateControlPlaneLogRequest(components=["apiserver"], log_ttl="60")
    answer = client.update_control_plane_log(cluster_id, request).body
    account.later()
    assert client.describe_task_info(answer.task_id).body.state == "success"
    kept = client.check_control_plane_log_enable(cluster_id).body
    assert (kept.components, kept.log_ttl, kept.log_project) == (["apiserver"], "60", f"k8s-log-{cluster_id}")
    assert json.loads(detail(client, cluster_id).meta_data)["ControlPlaneLogConfig"]["log_ttl"] == "60"


def test_the_audit_log(client: Current, account: Account) -> None:
    cluster_id = made(client, account)
    assert client.get_cluster_audit_project(cluster_id).body.audit_enabled is False
    request = models.UpdateClusterAuditLogConfigRequest(disable=False, sls_project_name="logs")
    assert client.update_cluster_audit_log_config(cluster_id, request).body.task_id
    account.later()
    audit = client.get_cluster_audit_project(cluster_id).body
    assert (audit.audit_enabled, audit.sls_project_name) == (True, "logs")
    client.update_cluster_audit_log_config(cluster_id, models.UpdateClusterAuditLogConfigRequest(disable=True))
    account.later()
    assert client.get_cluster_audit_project(cluster_id).body.audit_enabled is False


def test_encryption_of_secrets(client: Current, account: Account) -> None:
    cluster_id = made(client, account, cluster_spec="ack.pro.small")
    request = models.UpdateKMSEncryptionRequest(disable_encryption=False, kms_key_id="key-1")
    client.update_kmsencryption(cluster_id, request)
    assert detail(client, cluster_id).state == "updating"
    account.later()
    capabilities = json.loads(detail(client, cluster_id).meta_data)["Capabilities"]
    assert (capabilities["DisableEncryption"], capabilities["EncryptionKMSKeyId"]) == (False, "key-1")


def test_a_dedicated_cluster_becomes_a_managed_one(client: Current, account: Account) -> None:
    cluster_id = made(client, account, **KINDS["dedicated"])
    bucket = models.MigrateClusterRequest(oss_bucket_name="backup", oss_bucket_endpoint="oss-cn-beijing.aliyuncs.com")
    answer = client.migrate_cluster(cluster_id, bucket).body
    account.later()
    assert client.describe_task_info(answer.task_id).body.state == "success"
    shown = detail(client, cluster_id)
    assert (shown.cluster_type, shown.cluster_spec, shown.size) == ("ManagedKubernetes", "ack.pro.small", 0)
    assert refusal(lambda: client.migrate_cluster(cluster_id, bucket)) == "ErrorClusterType"


def test_clusters_of_the_guide_are_shown_as_the_guide_has_them_until_today_changes_them(
    current: Current, account: Account
) -> None:
    account.world.load({"clusters": [{"name": "old", "cluster_id": "c-old", "size": 2}]})
    assert "meta_data" not in account.world.cluster("c-old")
    current.modify_cluster("c-old", models.ModifyClusterRequest(timezone="UTC"))
    account.later()
    assert (detail(current, "c-old").timezone, detail(current, "c-old").size) == ("UTC", 2)
    assert json.loads(detail(current, "c-old").meta_data)["Capabilities"]


def test_the_older_generic_client_reads_the_same(account: Account, current: Current) -> None:
    cluster_id = made(current, account)
    classic = Classic(account.port)
    endpoints = classic.generic("GET", f"/clusters/{cluster_id}/endpoints")
    assert endpoints == json.loads(classic.generic("GET", f"/clusters/{cluster_id}")["master_url"])
