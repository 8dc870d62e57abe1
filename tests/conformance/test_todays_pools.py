"""The current official client makes its typed calls for node pools, with no change but the endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_cs20151215 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from tests.conformance.conftest import Account
from tests.conformance.official import Current


@pytest.fixture(params=[None, "v2"])
def current(request: pytest.FixtureRequest, account: Account) -> Any:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "node_pools": []}]})
    return Current(account.port, signature=request.param)


def ordered(name: str = "web", **changes: Any) -> models.CreateClusterNodePoolRequest:
    """What a client orders a pool with."""
    group = {
        "vswitch_ids": ["vsw-2ze48rkq464rsdts1abcd"],
        "instance_types": ["ecs.g7.large"],
        "desired_size": 2,
        "system_disk_category": "cloud_essd",
        "system_disk_size": 120,
        "login_password": "Hunter-2222",
        "data_disks": [models.DataDisk(category="cloud_essd", size=100, encrypted="true")],
        "tags": [models.CreateClusterNodePoolRequestScalingGroupTags(key="team", value="shop")],
        **changes,
    }
    return models.CreateClusterNodePoolRequest(
        nodepool_info=models.CreateClusterNodePoolRequestNodepoolInfo(name=name, type="ess"),
        scaling_group=models.CreateClusterNodePoolRequestScalingGroup(**group),
        kubernetes_config=models.CreateClusterNodePoolRequestKubernetesConfig(
            cms_enabled=True,
            labels=[models.Tag(key="tier", value="web")],
            taints=[models.Taint(key="dedicated", value="", effect="NoSchedule")],
            runtime="containerd",
        ),
        auto_scaling=models.CreateClusterNodePoolRequestAutoScaling(enable=False),
        management=models.CreateClusterNodePoolRequestManagement(
            enable=True,
            auto_repair=True,
            auto_repair_policy=models.CreateClusterNodePoolRequestManagementAutoRepairPolicy(restart_node=False),
        ),
        node_config=models.CreateClusterNodePoolRequestNodeConfig(
            kubelet_configuration=models.KubeletConfig(max_pods=64, kube_reserved={"cpu": "100m"})
        ),
        tee_config=models.CreateClusterNodePoolRequestTeeConfig(tee_enable=False),
    )


def made(current: Any, account: Account, **changes: Any) -> str:
    pool = current.create_cluster_node_pool("c1", ordered(**changes)).body.nodepool_id
    account.later()
    return str(pool)


def test_a_pool_is_made_seen_and_listed(current: Any, account: Account) -> None:
    begun = current.create_cluster_node_pool("c1", ordered()).body
    assert begun.request_id
    assert current.describe_cluster_node_pool_detail("c1", begun.nodepool_id).body.status.state == "initial"
    account.later()
    assert current.describe_task_info(begun.task_id).body.state == "success"
    pool = current.describe_cluster_node_pool_detail("c1", begun.nodepool_id).body
    assert (pool.nodepool_info.name, pool.nodepool_info.type, pool.nodepool_info.is_default) == ("web", "ess", False)
    assert (pool.status.state, pool.status.total_nodes, pool.status.healthy_nodes) == ("active", 2, 2)
    assert (pool.scaling_group.desired_size, pool.scaling_group.system_disk_size) == (2, 120)
    assert pool.scaling_group.login_password is None
    assert [(disk.category, disk.encrypted) for disk in pool.scaling_group.data_disks] == [("cloud_essd", "true")]
    assert [(tag.key, tag.value) for tag in pool.scaling_group.tags] == [("team", "shop")]
    assert [(taint.key, taint.effect) for taint in pool.kubernetes_config.taints] == [("dedicated", "NoSchedule")]
    assert pool.management.auto_repair_policy.restart_node is False
    assert pool.node_config.kubelet_configuration.max_pods == 64
    listed = current.describe_cluster_node_pools("c1", models.DescribeClusterNodePoolsRequest()).body.nodepools
    assert [one.nodepool_info.nodepool_id for one in listed] == [begun.nodepool_id]
    none = models.DescribeClusterNodePoolsRequest(nodepool_name="other")
    assert current.describe_cluster_node_pools("c1", none).body.nodepools == []


def test_the_nodes_of_a_pool_are_listed(current: Any, account: Account) -> None:
    pool, other = made(current, account), made(current, account, name="db", desired_size=1)
    for name, count in ((pool, 2), (other, 1)):
        nodes = current.describe_cluster_nodes("c1", models.DescribeClusterNodesRequest(nodepool_id=name)).body
        assert (len(nodes.nodes), nodes.page.total_count) == (count, count)
        assert {node.nodepool_id for node in nodes.nodes} == {name}
        assert all(node.ip_address and node.instance_type == "ecs.g7.large" for node in nodes.nodes)
    assert current.describe_cluster_detail("c1").body.size == 3


def test_a_pool_is_changed_in_place_and_scaled(current: Any, account: Account) -> None:
    pool = made(current, account)
    change = models.ModifyClusterNodePoolRequest(
        nodepool_info=models.ModifyClusterNodePoolRequestNodepoolInfo(name="front"),
        scaling_group=models.ModifyClusterNodePoolRequestScalingGroup(desired_size=4, system_disk_size=200),
        kubernetes_config=models.ModifyClusterNodePoolRequestKubernetesConfig(),
        management=models.ModifyClusterNodePoolRequestManagement(auto_upgrade=True),
        auto_scaling=models.ModifyClusterNodePoolRequestAutoScaling(),
        tee_config=models.ModifyClusterNodePoolRequestTeeConfig(),
        update_nodes=True,
    )
    begun = current.modify_cluster_node_pool("c1", pool, change).body
    assert (begun.nodepool_id, bool(begun.task_id), bool(begun.request_id)) == (pool, True, True)
    account.later()
    after = current.describe_cluster_node_pool_detail("c1", pool).body
    assert (after.nodepool_info.name, after.scaling_group.desired_size, after.status.total_nodes) == ("front", 4, 4)
    assert (after.scaling_group.system_disk_size, after.management.auto_upgrade) == (200, True)
    assert after.management.auto_repair is True
    assert current.scale_cluster_node_pool("c1", pool, models.ScaleClusterNodePoolRequest(count=2)).body.task_id
    account.later()
    assert current.describe_cluster_node_pool_detail("c1", pool).body.status.total_nodes == 6


def test_what_a_client_sends_for_unset_is_passed_over(account: Account) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "node_pools": []}]})
    current = Current(account.port)
    request = ordered(key_pair="", period=0, image_id="", security_group_ids=[], internet_max_bandwidth_out=0)
    pool = current.create_cluster_node_pool("c1", request).body.nodepool_id
    account.later()
    assert current.describe_cluster_node_pool_detail("c1", pool).body.status.state == "active"


def test_settings_of_nodes_are_changed(current: Any, account: Account) -> None:
    pool = made(current, account)
    change = models.ModifyNodePoolNodeConfigRequest(
        kubelet_config=models.KubeletConfig(max_pods=110, feature_gates={"A": True}),
        os_config=models.ModifyNodePoolNodeConfigRequestOsConfig(sysctl={"vm.max_map_count": 262144}),
        containerd_config=models.ContainerdConfig(limit_core=0),
        rolling_policy=models.ModifyNodePoolNodeConfigRequestRollingPolicy(max_parallelism=2),
    )
    assert current.modify_node_pool_node_config("c1", pool, change).body.task_id
    account.later()
    config = current.describe_cluster_node_pool_detail("c1", pool).body.node_config
    assert (config.kubelet_configuration.max_pods, config.kubelet_configuration.kube_reserved) == (110, {"cpu": "100m"})
    assert config.node_os_config.sysctl == {"vm.max_map_count": 262144}


def test_instances_are_attached_and_nodes_removed(current: Any, account: Account) -> None:
    pool = made(current, account)
    attach = models.AttachInstancesToNodePoolRequest(
        instances=["i-a", "i-b"], password="Hunter-3333", format_disk=False, keep_instance_name=True
    )
    assert current.attach_instances_to_node_pool("c1", pool, attach).body.task_id
    account.later()
    nodes = current.describe_cluster_nodes("c1", models.DescribeClusterNodesRequest(nodepool_id=pool)).body.nodes
    assert {"i-a", "i-b"} < {node.instance_id for node in nodes}
    by_id = models.RemoveNodePoolNodesRequest(instance_ids=["i-a"], release_node=False, drain_node=True)
    assert current.remove_node_pool_nodes("c1", pool, by_id).body.task_id
    account.later()
    by_name = models.RemoveNodePoolNodesRequest(nodes=[nodes[0].node_name], release_node=True, concurrency=True)
    assert current.remove_node_pool_nodes("c1", pool, by_name).body.request_id
    account.later()
    assert current.describe_cluster_node_pool_detail("c1", pool).body.status.total_nodes == 2


def test_the_nodes_of_a_pool_are_upgraded(current: Any, account: Account) -> None:
    pool = made(current, account)
    policy = models.UpgradeClusterNodepoolRequestRollingPolicy(max_parallelism=2, pause_policy="NotPause")
    task = current.upgrade_cluster_nodepool(
        "c1", pool, models.UpgradeClusterNodepoolRequest(rolling_policy=policy)
    ).body
    assert current.describe_cluster_node_pool_detail("c1", pool).body.status.state == "updating"
    account.later()
    shown = current.describe_task_info(task.task_id).body
    assert (shown.task_type, shown.state) == ("nodepool_upgrade", "success")


def test_a_pool_is_deleted(current: Any, account: Account) -> None:
    pool = made(current, account)
    with pytest.raises(ClientException) as refused:
        current.delete_cluster_nodepool("c1", pool, models.DeleteClusterNodepoolRequest(force=False))
    assert (refused.value.status_code, refused.value.code) == (400, "ErrorNodePoolNotEmpty")
    assert current.delete_cluster_nodepool("c1", pool, models.DeleteClusterNodepoolRequest(force=True)).body.task_id
    account.later()
    with pytest.raises(ClientException) as gone:
        current.describe_cluster_node_pool_detail("c1", pool)
    assert (gone.value.status_code, gone.value.code) == (404, "ErrorNodePoolNotFound")


def test_a_parameter_that_today_s_api_does_not_have_is_refused_at_any_depth(current: Any) -> None:
    body = {**ordered().to_map(), "auto_scaling": {"enabel": True}}
    with pytest.raises(ClientException) as refused:
        current.generic("POST", "/clusters/c1/nodepools", body)
    assert refused.value.code == "InvalidParameter"
    assert "auto_scaling.enabel" in refused.value.message
