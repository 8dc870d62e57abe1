"""Both official clients do every call of the API, typed and by path, with no change but the endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from alibabacloud_cs20151215 import models
from aliyunsdkcs.request.v20151215.AttachInstancesRequest import AttachInstancesRequest
from aliyunsdkcs.request.v20151215.CreateClusterRequest import CreateClusterRequest
from aliyunsdkcs.request.v20151215.DeleteClusterNodesRequest import DeleteClusterNodesRequest
from aliyunsdkcs.request.v20151215.DeleteClusterRequest import DeleteClusterRequest
from aliyunsdkcs.request.v20151215.DescribeClusterAttachScriptsRequest import DescribeClusterAttachScriptsRequest
from aliyunsdkcs.request.v20151215.DescribeClusterDetailRequest import DescribeClusterDetailRequest
from aliyunsdkcs.request.v20151215.DescribeClusterNodesRequest import DescribeClusterNodesRequest
from aliyunsdkcs.request.v20151215.DescribeClustersRequest import DescribeClustersRequest
from aliyunsdkcs.request.v20151215.DescribeClustersV1Request import DescribeClustersV1Request
from aliyunsdkcs.request.v20151215.DescribeClusterUserKubeconfigRequest import DescribeClusterUserKubeconfigRequest
from aliyunsdkcs.request.v20151215.ScaleClusterRequest import ScaleClusterRequest
from aliyunsdkcs.request.v20151215.ScaleOutClusterRequest import ScaleOutClusterRequest

from tests.conformance.conftest import Account
from tests.conformance.official import Classic, Current
from tests.unit.simulator.callers import example

KINDS = ["dedicated", "managed", "edge", "serverless"]
CLIENTS: dict[str, Callable[[int], Any]] = {
    "classic": Classic,
    "current": Current,
    "current-hmac-sha1": lambda port: Current(port, signature="v2"),
}


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest, account: Account) -> Any:
    return CLIENTS[request.param](account.port)


@pytest.fixture(params=["current", "current-hmac-sha1"])
def current(request: pytest.FixtureRequest, account: Account) -> Any:
    return CLIENTS[request.param](account.port)


@pytest.fixture
def classic(account: Account) -> Classic:
    return Classic(account.port)


# By path


@pytest.mark.parametrize("kind", KINDS)
def test_generic_calls_create_every_kind(client: Any, account: Account, kind: str) -> None:
    body = example(kind, name=f"商店-{kind}")
    made = client.generic("POST", "/clusters", body)
    assert set(made) == {"cluster_id", "request_id", "task_id"}
    path = f"/clusters/{made['cluster_id']}"
    assert client.generic("GET", path)["state"] == "initial"
    account.later()
    cluster = client.generic("GET", path)
    assert (cluster["state"], cluster["name"]) == ("running", body["name"])
    assert client.generic("GET", f"/tasks/{made['task_id']}")["state"] == "success"
    assert client.generic("GET", "/clusters", query={"name": kind}) == [cluster]
    assert client.generic("GET", "/clusters", query={"name": "商店"}) == [cluster]
    assert client.generic("GET", "/clusters", query={"name": "other"}) == []
    assert client.generic("GET", "/clusters", query={"name": ""}) == [cluster]


def test_generic_calls_change_a_cluster(client: Any, account: Account) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "cluster_type": "Kubernetes", "size": 5}]})
    assert client.generic("POST", "/api/v2/clusters/c1", example("scale-out", count=2))["cluster_id"] == "c1"
    assert client.generic("GET", "/clusters/c1")["state"] == "scaling"
    account.later()
    assert client.generic("PUT", "/clusters/c1", example("scale", num_of_nodes=5))["cluster_id"] == "c1"
    account.later()
    assert client.generic("GET", "/clusters/c1")["size"] == 8
    attached = client.generic("POST", "/clusters/c1/attach", example("attach"))
    assert [result["code"] for result in attached["list"]] == ["200", "200"]
    account.later()
    page = client.generic("GET", "/clusters/c1/nodes", query={"pageNumber": "2", "pageSize": "6"})
    assert (len(page["nodes"]), page["page"]["total_count"]) == (4, 10)
    removed = client.generic("POST", "/clusters/c1/nodes", example("remove-nodes"))
    assert client.generic("GET", f"/tasks/{removed['task_id']}")["task_type"] == "cluster_node_remove"
    account.later()
    assert client.generic("GET", "/clusters/c1")["size"] == 9
    assert client.generic("DELETE", "/clusters/c1")["cluster_id"] == "c1"
    account.later()
    assert client.generic("GET", "/clusters") == []


def test_generic_calls_for_what_a_cluster_hands_out(client: Any, account: Account) -> None:
    edge = {"cluster_type": "ManagedKubernetes", "profile": "Edge"}
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 1, **edge}]})
    config = client.generic("GET", "/k8s/c1/user_config")["config"]
    assert yaml.safe_load(config)["kind"] == "Config"
    assert client.generic("GET", "/clusters/c1/certs")["config"] == config
    assert "--openapi-token=" in client.generic("POST", "/clusters/c1/attachscript", example("attach-script"))


# Typed, the older client


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_older_client_creates_every_kind(classic: Classic, account: Account, kind: str, as_form: bool) -> None:
    made = classic.typed(CreateClusterRequest(), example(kind, tags=None, addons=None), as_form=as_form)
    account.later()
    detail = DescribeClusterDetailRequest()
    detail.set_ClusterId(made["cluster_id"])
    cluster = classic.typed(detail)
    assert (cluster["state"], cluster["name"]) == ("running", example(kind)["name"])
    assert account.running.calls[0].body["name"] == example(kind)["name"]


@pytest.mark.parametrize("as_form", [False, True])
def test_the_older_client_changes_a_cluster(classic: Classic, account: Account, as_form: bool) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 2}]})

    def typed(request: Any, body: Any = None) -> Any:
        request.set_ClusterId("c1")
        return classic.typed(request, body, as_form=as_form)

    scale_out = ScaleOutClusterRequest()
    scale_out.set_count(2)
    scale_out.set_key_pair("common")
    lists = {"vswitch_ids": ["vsw-a", "vsw-b"], "worker_instance_types": ["ecs.c5.xlarge"]}
    assert typed(scale_out, lists)["task_id"]
    account.later()
    scale = ScaleClusterRequest()
    scale.set_count(1)
    scale.set_login_password("Secret-123")
    typed(scale, {"vswitch_ids": ["vsw-a"]})
    account.later()
    attach = AttachInstancesRequest()
    attach.set_password("Secret-123")
    attach.set_format_disk("false")
    attached = typed(attach, {"instances": ["i-a", "i-b"]} | ({} if as_form else {"format_disk": False}))
    assert [result["instanceId"] for result in attached["list"]] == ["i-a", "i-b"]
    account.later()
    nodes = DescribeClusterNodesRequest()
    nodes.set_pageSize(50)
    listed = typed(nodes)["nodes"]
    assert len(listed) == 7
    remove = DeleteClusterNodesRequest()
    assert typed(remove, {"nodes": ["i-a", listed[0]["node_name"]], "release_node": True})["cluster_id"] == "c1"
    account.later()
    assert [cluster["size"] for cluster in classic.typed(DescribeClustersRequest())] == [5]
    assert typed(DeleteClusterRequest())["task_id"]
    account.later()
    assert classic.typed(DescribeClustersRequest()) == []
    assert "Secret-123" not in repr(account.running.calls)


def test_the_older_client_reads_what_a_cluster_hands_out(classic: Classic, account: Account) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "profile": "Edge"}]})
    kubeconfig = DescribeClusterUserKubeconfigRequest()
    kubeconfig.set_ClusterId("c1")
    kubeconfig.set_PrivateIpAddress("true")
    assert classic.typed(kubeconfig)["config"].startswith("apiVersion")
    script = DescribeClusterAttachScriptsRequest()
    script.set_ClusterId("c1")
    assert "edgeadm" in classic.typed(script, {"arch": "amd64"})
    assert [cluster["name"] for cluster in classic.typed(DescribeClustersV1Request())["clusters"]] == ["shop"]


# Typed, the current client


@pytest.mark.parametrize("kind", KINDS)
def test_the_current_client_creates_every_kind(current: Current, account: Account, kind: str) -> None:
    request = models.CreateClusterRequest().from_map(example(kind))
    made = current.create_cluster(request).body
    assert made.request_id
    account.later()
    assert current.describe_task_info(made.task_id).body.state == "success"
    cluster = current.describe_cluster_detail(made.cluster_id).body
    assert (cluster.state, cluster.name, cluster.cluster_type) == ("running", request.name, request.cluster_type)
    (listed,) = current.describe_clusters(models.DescribeClustersRequest(name=request.name)).body
    assert (listed.cluster_id, listed.size) == (made.cluster_id, cluster.size)


def test_the_current_client_changes_a_cluster(current: Current, account: Account) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "size": 2}]})
    scale_out = models.ScaleOutClusterRequest(
        count=2,
        key_pair="common",
        vswitch_ids=["vsw-a"],
        worker_instance_types=["ecs.c5.xlarge"],
        worker_system_disk_category="cloud_efficiency",
        worker_system_disk_size=120,
        tags=[models.Tag(key="team", value="shop")],
        cloud_monitor_flags=True,
    )
    assert current.scale_out_cluster("c1", scale_out).body.cluster_id == "c1"
    account.later()
    attach = models.AttachInstancesRequest(instances=["i-a", "i-b"], password="Secret-123", keep_instance_name=True)
    attached = current.attach_instances("c1", attach).body
    assert [result.code for result in attached.list] == ["200", "200"]
    account.later()
    nodes = current.describe_cluster_nodes("c1", models.DescribeClusterNodesRequest(page_size="50")).body
    assert (len(nodes.nodes), nodes.page.total_count) == (6, 6)
    named = models.DeleteClusterNodesRequest(nodes=[nodes.nodes[0].node_name], release_node=True, drain_node=True)
    removed = current.delete_cluster_nodes("c1", named).body
    account.later()
    assert current.describe_task_info(removed.task_id).body.state == "success"
    current.remove_cluster_nodes("c1", models.RemoveClusterNodesRequest(nodes=["i-a"]))
    account.later()
    assert current.describe_cluster_detail("c1").body.size == 4
    deleted = current.delete_cluster("c1", models.DeleteClusterRequest()).body
    assert (deleted.cluster_id, bool(deleted.task_id)) == ("c1", True)
    account.later()
    assert current.describe_clusters(models.DescribeClustersRequest()).body == []
    assert "Secret-123" not in repr(account.running.calls)


def test_the_current_client_reads_what_a_cluster_hands_out(current: Current, account: Account) -> None:
    account.world.load({"clusters": [{"name": "shop", "cluster_id": "c1", "profile": "Edge"}]})
    request = models.DescribeClusterUserKubeconfigRequest(private_ip_address=True)
    assert current.describe_cluster_user_kubeconfig("c1", request).body.config.startswith("apiVersion")
    script = models.DescribeClusterAttachScriptsRequest(arch="amd64", options='{"enableIptables": true}')
    assert "edgeadm" in current.describe_cluster_attach_scripts("c1", script).body
    listed = current.describe_clusters_v1(models.DescribeClustersV1Request(page_size=5, page_number=1)).body
    assert ([cluster.name for cluster in listed.clusters], listed.page_info.total_count) == (["shop"], 1)
