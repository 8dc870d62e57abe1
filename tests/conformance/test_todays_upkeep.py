"""The current official client keeps a cluster up: tasks, upgrades, add-ons, checks, kubeconfigs, by its typed calls.

Nothing of it is changed but the endpoint; what it reads is held against what the simulator has done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import yaml
from alibabacloud_cs20151215 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from tests.conformance.conftest import Account
from tests.conformance.official import Current

OLD, NEW = "1.31.9-aliyun.1", "1.32.7-aliyun.1"
OLDER_METRICS, METRICS = "v0.3.9.4-ff225cd-aliyun", "v0.3.9.7-d5bd4a9-aliyun"


@pytest.fixture(params=["acs3", "hmac-sha1"])
def current(request: pytest.FixtureRequest, account: Account) -> Any:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 2, "current_version": OLD}]})
    return Current(account.port, None if request.param == "acs3" else "v2")


def refusal(call: Callable[..., Any], *arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientException) as caught:
        call(*arguments)
    return caught.value.status_code, caught.value.code


def upgrade(current: Any, version: str = NEW, **more: Any) -> Any:
    request = models.UpgradeClusterRequest(next_version=version, **more)
    return current.upgrade_cluster("c1", request).body


def state(current: Any) -> tuple[str, str]:
    cluster = current.describe_cluster_detail("c1").body
    return cluster.state, cluster.current_version


# Tasks


def test_tasks_are_listed_and_described(current: Any, account: Account) -> None:
    made = upgrade(current)
    account.clock.advance(300)
    task = current.describe_task_info(made.task_id).body
    assert (task.state, task.task_type, task.target.id, task.current_stage) == (
        "running",
        "cluster_upgrade",
        "c1",
        "upgrade_master",
    )
    assert [stage.state for stage in task.stages] == ["success", "running", "initial"]
    assert int(task.events[0].timestamp) / 1000 == account.clock.now() - 300
    assert task.parameters == {"next_version": NEW}
    account.later()
    request = models.DescribeClusterTasksRequest(page_number=1, page_size=5)
    listed = current.describe_cluster_tasks("c1", request).body
    assert [(one.task_id, one.state) for one in listed.tasks] == [(made.task_id, "success")]
    assert listed.page_info.total_count == 1
    tokens = current.describe_cluster_tasks("c1", models.DescribeClusterTasksRequest(max_results=1)).body
    assert (len(tokens.tasks), tokens.next_token) == (1, "")


def test_tasks_are_paused_resumed_and_canceled(current: Any, account: Account) -> None:
    task = upgrade(current).task_id
    for change, seen in (
        (current.pause_task, "paused"),
        (current.resume_task, "running"),
        (current.cancel_task, "canceled"),
    ):
        assert change(task).status_code == 200
        account.clock.advance(1)
        assert current.describe_task_info(task).body.state == seen
    assert refusal(current.pause_task, task) == (409, "ErrorTaskState")
    assert refusal(current.cancel_task, "T-none") == (404, "ErrorTaskNotFound")
    assert state(current) == ("running", OLD)


# Upgrades


def test_versions_and_what_they_may_be_upgraded_to(current: Any) -> None:
    request = models.DescribeKubernetesVersionMetadataRequest(
        region="cn-beijing",
        cluster_type="ManagedKubernetes",
        profile="Default",
        kubernetes_version=OLD,
        query_upgradable_version=True,
        runtime="containerd",
    )
    (version,) = current.describe_kubernetes_version_metadata(request).body
    assert (version.version, version.creatable, version.upgradable_versions[-1]) == (OLD, True, NEW)
    assert {image.image_type for image in version.images} >= {"AliyunLinux3"}
    assert version.runtimes[0].name == "containerd"
    request = models.DescribeKubernetesVersionMetadataRequest(
        region="cn-beijing", cluster_type="Kubernetes", mode="supported"
    )
    assert len(current.describe_kubernetes_version_metadata(request).body) > 5


def test_a_cluster_is_upgraded(current: Any, account: Account) -> None:
    policy = models.UpgradeClusterRequestRollingPolicy(max_parallelism=2)
    made = upgrade(current, master_only=False, rolling_policy=policy)
    assert (made.cluster_id, bool(made.request_id)) == ("c1", True)
    assert state(current) == ("updating", OLD)
    status = current.get_upgrade_status("c1").body
    assert (status.status, status.upgrade_step, status.upgrade_task.status) == ("running", "prechecking", "running")
    account.later()
    assert state(current) == ("running", NEW)
    status = current.get_upgrade_status("c1").body
    assert (status.status, status.upgrade_step) == ("success", "success")
    assert refusal(upgrade, current, OLD) == (400, "ErrorClusterVersion")


def test_an_upgrade_is_paused_resumed_and_canceled(current: Any, account: Account) -> None:
    upgrade(current)
    for change, step in ((current.pause_cluster_upgrade, "pause"), (current.resume_upgrade_cluster, "prechecking")):
        assert change("c1").status_code == 200
        assert current.get_upgrade_status("c1").body.upgrade_step == step
    assert current.cancel_cluster_upgrade("c1").status_code == 200
    account.clock.advance(1)
    assert state(current) == ("running", OLD)
    assert refusal(current.cancel_cluster_upgrade, "c1") == (409, "ErrorClusterState")


def test_the_nodes_of_a_pool_are_upgraded(current: Any, account: Account) -> None:
    upgrade(current, master_only=True)
    account.later()
    (pool,) = current.describe_cluster_node_pools("c1", models.DescribeClusterNodePoolsRequest()).body.nodepools
    request = models.UpgradeClusterNodepoolRequest(
        kubernetes_version=NEW,
        runtime_type="containerd",
        runtime_version="1.6.39",
        use_replace=False,
        ignore_warning_check=True,
        rolling_policy=models.UpgradeClusterNodepoolRequestRollingPolicy(
            max_parallelism=1, pause_policy="FirstBatch", max_failed_nodes=0
        ),
    )
    task = current.upgrade_cluster_nodepool("c1", pool.nodepool_info.nodepool_id, request).body.task_id
    assert current.describe_task_info(task).body.target.type == "nodepool"
    account.later()
    assert current.describe_task_info(task).body.state == "paused"
    current.resume_task(task)
    account.later()
    assert current.describe_task_info(task).body.state == "success"
    below = models.UpgradeClusterNodepoolRequest(kubernetes_version=OLD)
    args = ("c1", pool.nodepool_info.nodepool_id, below)
    assert refusal(current.upgrade_cluster_nodepool, *args) == (400, "ErrorClusterVersion")


# Add-ons


def instances(current: Any) -> dict[str, tuple[str, str]]:
    listed = current.list_cluster_addon_instances("c1").body.addons
    return {one.name: (one.version, one.state) for one in listed}


def test_the_catalogue(current: Any) -> None:
    listed = current.list_addons(models.ListAddonsRequest(cluster_id="c1")).body.addons
    metrics = next(one for one in listed if one.name == "metrics-server")
    assert (metrics.version, metrics.category, metrics.managed) == (METRICS, "monitor", False)
    assert "Upgrade" in metrics.supported_actions
    described = models.ListAddonsRequest(
        region_id="cn-beijing",
        cluster_type="ManagedKubernetes",
        profile="Default",
        cluster_spec="ack.pro.small",
        cluster_version=OLD,
    )
    assert len(current.list_addons(described).body.addons) == len(listed)
    request = models.DescribeAddonRequest(cluster_id="c1", version=OLDER_METRICS)
    (newer,) = current.describe_addon("metrics-server", request).body.newer_versions
    assert (newer.version, newer.minimum_cluster_version, newer.upgradable) == (METRICS, "1.24", True)


def test_add_ons_are_removed_installed_upgraded_and_configured(current: Any, account: Account) -> None:
    gone = models.UnInstallClusterAddonsRequest(
        addons=[models.UnInstallClusterAddonsRequestAddons(name="metrics-server", cleanup_cloud_resources=True)]
    )
    assert current.un_install_cluster_addons("c1", gone).body.task_id
    account.later()
    assert "metrics-server" not in instances(current)
    items = [
        models.InstallClusterAddonsRequestBody(name="metrics-server", version=OLDER_METRICS, config="{}"),
        models.InstallClusterAddonsRequestBody(name="nginx-ingress-controller", version="v1.9.3-aliyun.1"),
    ]
    made = current.install_cluster_addons("c1", models.InstallClusterAddonsRequest(body=items)).body
    assert (made.cluster_id, bool(made.task_id), bool(made.request_id)) == ("c1", True, True)
    account.later()
    assert instances(current)["metrics-server"] == (OLDER_METRICS, "active")
    item = models.UpgradeClusterAddonsRequestBody(
        component_name="metrics-server", next_version=METRICS, version=OLDER_METRICS, policy="overwrite"
    )
    made = current.upgrade_cluster_addons("c1", models.UpgradeClusterAddonsRequest(body=[item])).body
    assert current.describe_task_info(made.task_id).body.task_result[0].data == "metrics-server"
    assert instances(current)["metrics-server"][1] == "upgrading"
    account.later()
    config = json.dumps({"IngressSlbNetworkType": "intranet"})
    request = models.ModifyClusterAddonRequest(config=config)
    assert current.modify_cluster_addon("c1", "nginx-ingress-controller", request).status_code == 200
    account.later()
    one = current.get_cluster_addon_instance("c1", "nginx-ingress-controller").body
    assert (one.config, one.state, one.logging.enabled) == (config, "active", False)
    assert instances(current)["metrics-server"] == (METRICS, "active")
    made = current.list_cluster_addon_instance_resources("c1", "metrics-server").body
    assert (made.helm_release.chart_version, made.kubernetes_objects[0].kind) == (METRICS, "Deployment")


def test_how_the_change_of_an_add_on_goes(current: Any, account: Account) -> None:
    """As the Terraform provider waits for a new configuration."""

    def progress() -> Any:
        request = models.DescribeClusterAddonsUpgradeStatusRequest(component_ids=["coredns", "gatekeeper"])
        return current.describe_cluster_addons_upgrade_status("c1", request).body

    assert set(progress()) == {"coredns"}
    assert (progress()["coredns"]["tasks"]["status"], progress()["coredns"]["can_upgrade"]) == ("NoUpgrade", False)
    request = models.ModifyClusterAddonRequest(config=json.dumps({"replicas": 3}))
    assert current.modify_cluster_addon("c1", "coredns", request).status_code == 200
    assert progress()["coredns"]["tasks"]["status"] == "running"
    account.later()
    said = progress()["coredns"]
    assert (said["tasks"]["status"], said["tasks"]["message"]) == ("Success", "")
    assert said["addon_info"]["version"] == instances(current)["coredns"][0]


def test_what_add_ons_are_refused(current: Any) -> None:
    def install(name: str, version: str) -> Any:
        item = models.InstallClusterAddonsRequestBody(name=name, version=version)
        return current.install_cluster_addons("c1", models.InstallClusterAddonsRequest(body=[item]))

    def uninstall(name: str) -> Any:
        item = models.UnInstallClusterAddonsRequestAddons(name=name)
        return current.un_install_cluster_addons("c1", models.UnInstallClusterAddonsRequest(addons=[item]))

    assert refusal(install, "nothing", "v1") == (404, "AddonNotFound")
    assert refusal(install, "gatekeeper", "v9") == (400, "ErrorAddonVersion")
    assert refusal(install, "coredns", "v1") == (400, "ErrorAddonExists")
    assert refusal(uninstall, "coredns") == (400, "ErrorAddonRequired")


# Checks


def test_a_check_before_a_change(current: Any, account: Account) -> None:
    request = models.RunClusterCheckRequest(type="ClusterUpgrade", options={"next_version": NEW})
    made = current.run_cluster_check("c1", request).body
    assert made.request_id
    account.later()
    check = current.get_cluster_check("c1", made.check_id).body
    assert (check.status, check.type) == ("Succeeded", "ClusterUpgrade")
    assert check.check_items["ClusterResource"][0]["Level"]["normal"]["Targets"] == [{"Target": "c1"}]
    listed = current.list_cluster_checks("c1", models.ListClusterChecksRequest(type="ClusterUpgrade")).body.checks
    assert [one.check_id for one in listed] == [made.check_id]
    assert refusal(current.get_cluster_check, "c1", "none") == (404, "ErrorCheckNotFound")


# Kubeconfigs


def test_a_kubeconfig_that_ends(current: Any, account: Account) -> None:
    request = models.DescribeClusterUserKubeconfigRequest(private_ip_address=True, temporary_duration_minutes=15)
    handed = current.describe_cluster_user_kubeconfig("c1", request).body
    server = yaml.safe_load(handed.config)["clusters"][0]["cluster"]["server"]
    assert server.startswith("https://192.168.")
    assert datetime.fromisoformat(handed.expiration).timestamp() == account.clock.now() + 900
    states = current.list_cluster_kubeconfig_states("c1", models.ListClusterKubeconfigStatesRequest(page_size=5)).body
    (held,) = states.states
    assert (held.cert_state, held.account_type, states.page.total_count) == ("Unexpired", "RootAccount", 1)
    limit = models.UpdateK8sClusterUserConfigExpireRequest(user=held.account_id, expire_hour=1)
    assert current.update_k8s_cluster_user_config_expire("c1", limit).status_code == 200
    account.clock.advance(2 * 3600)
    request = models.ListClusterKubeconfigStatesRequest(page_number=1)
    assert current.list_cluster_kubeconfig_states("c1", request).body.states[0].cert_state == "Expired"


def test_a_kubeconfig_that_is_revoked(current: Any) -> None:
    request = models.DescribeClusterUserKubeconfigRequest()
    before = current.describe_cluster_user_kubeconfig("c1", request).body.config
    assert current.revoke_k8s_cluster_kube_config("c1").status_code == 200
    assert current.describe_cluster_user_kubeconfig("c1", request).body.config != before
