"""Refusals and failures as the official clients see them: status, code, and the request to ask about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException
from aliyunsdkcore.acs_exception import exceptions as classic_exceptions
from aliyunsdkcore.auth.credentials import StsTokenCredential
from darabonba.exceptions import UnretryableException

from tests.conformance.conftest import Account
from tests.conformance.official import Classic, Current
from tests.unit.simulator.callers import example

CLIENTS: dict[str, Callable[..., Any]] = {
    "classic": Classic,
    "current": lambda port, key, secret: Current(port, access_key_id=key, access_key_secret=secret),
    "current-hmac-sha1": lambda port, key, secret: Current(port, "v2", access_key_id=key, access_key_secret=secret),
}
LIVE = {
    "clusters": [
        {"name": "idle", "cluster_id": "c-idle", "size": 2},
        {"name": "busy", "cluster_id": "c-busy", "state": "scaling", "size": 2},
        {"name": "masters", "cluster_id": "c-masters", "cluster_type": "Kubernetes", "nodes": [
            {"instance_id": "i-master", "instance_role": "Master"}
        ]},
        {"name": "serverless", "cluster_id": "c-serverless", "cluster_type": "Ask"},
        {"name": "swarm", "cluster_id": "c-swarm", "cluster_type": "aliyun", "size": 2},
    ]
}  # fmt: skip


@pytest.fixture(params=list(CLIENTS))
def connect(request: pytest.FixtureRequest, account: Account) -> Any:
    """Makes a client, of the kind in turn, with a key."""

    def make(key: str = "sandbox", secret: str = "sandbox") -> Any:
        return CLIENTS[request.param](account.port, key, secret)

    return make


def seen(client: Any, *call: Any) -> tuple[int, str, str]:
    """Status, code and message of the error that a call ends in."""
    with pytest.raises((classic_exceptions.ServerException, ClientException, ServerException)) as caught:
        client.generic(*call)
    error = caught.value
    if isinstance(error, classic_exceptions.ServerException):
        assert error.get_request_id()
        return error.get_http_status(), error.get_error_code(), error.get_error_msg()
    assert error.request_id not in {None, "", "None"}
    return error.status_code, error.code, error.message


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (("GET", "/clusters/c-nowhere"), 404, "ErrorClusterNotFound"),
        (("DELETE", "/clusters/c-nowhere"), 404, "ErrorClusterNotFound"),
        (("GET", "/clusters/c-nowhere/nodes"), 404, "ErrorClusterNotFound"),
        (("GET", "/k8s/c-nowhere/user_config"), 404, "ErrorClusterNotFound"),
        (("GET", "/clusters/c-nowhere/certs"), 404, "ErrorClusterNotFound"),
        (("POST", "/api/v2/clusters/c-nowhere", example("scale-out")), 404, "ErrorClusterNotFound"),
        (("PUT", "/clusters/c-nowhere", example("scale")), 404, "ErrorClusterNotFound"),
        (("POST", "/clusters/c-nowhere/attach", example("attach")), 404, "ErrorClusterNotFound"),
        (("POST", "/clusters/c-nowhere/attachscript", example("attach-script")), 404, "ErrorClusterNotFound"),
        (("POST", "/clusters/c-nowhere/nodes", example("remove-nodes")), 404, "ErrorClusterNotFound"),
        (("GET", "/tasks/T-nowhere"), 404, "ErrorTaskNotFound"),
        (("GET", "/nowhere"), 404, "InvalidAction.NotFound"),
        (("POST", "/clusters", example("managed", name="idle")), 400, "ClusterNameAlreadyExist"),
        (("POST", "/clusters", example("managed", cluster_type="Swarm")), 400, "InvalidParameter"),
        (("POST", "/clusters", example("managed", region_id=None)), 400, "MissingParameter"),
        (("POST", "/api/v2/clusters/c-idle", example("scale-out", count=0)), 400, "InvalidParameter"),
        (("POST", "/api/v2/clusters/c-idle", example("scale-out", count=299)), 400, "QuotaExceeded.Node"),
        (("PUT", "/clusters/c-idle", example("scale", num_of_nodes=1)), 400, "InvalidParameter"),
        (("POST", "/api/v2/clusters/c-busy", example("scale-out")), 409, "ErrorClusterState"),
        (("POST", "/clusters/c-busy/attach", example("attach")), 409, "ErrorClusterState"),
        (("DELETE", "/clusters/c-busy"), 409, "ErrorClusterState"),
        (("POST", "/clusters/c-masters/nodes", {"nodes": ["i-master"]}), 400, "ErrorMasterNode"),
        (("POST", "/clusters/c-idle/nodes", {"nodes": ["i-nowhere"]}), 400, "ErrorNodeNotFound"),
        (("POST", "/clusters/c-idle/attachscript", example("attach-script")), 400, "ErrorClusterType"),
        (("POST", "/api/v2/clusters/c-serverless", example("scale-out")), 400, "ErrorClusterType"),
        (("DELETE", "/clusters/c-swarm"), 400, "ErrorClusterType"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else None,
)
def test_refused_calls(connect: Any, account: Account, call: Any, status: int, code: str) -> None:
    account.world.load(LIVE)
    before = account.world.clusters()
    assert seen(connect(), *call)[:2] == (status, code)
    assert account.world.clusters() == before


def test_refused_keys(connect: Any) -> None:
    assert seen(connect("stranger"), "GET", "/clusters")[:2] == (404, "InvalidAccessKeyId.NotFound")
    assert seen(connect("sandbox", "wrong"), "GET", "/clusters")[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("account", [{"security_tokens": {"sandbox": "token"}}], indirect=True)
def test_tokens_of_temporary_keys(account: Account) -> None:
    for client in (
        Classic(account.port, credential=StsTokenCredential("sandbox", "sandbox", "token")),
        Current(account.port, security_token="token"),
        Current(account.port, "v2", security_token="token"),
    ):
        assert client.generic("GET", "/clusters") == []
    for client in (Classic(account.port), Current(account.port)):
        assert seen(client, "GET", "/clusters")[:2] == (400, "MissingSecurityToken")
    wrong = Current(account.port, security_token="other")
    assert seen(wrong, "GET", "/clusters")[:2] == (400, "InvalidSecurityToken.MismatchWithAccessKey")


@pytest.mark.parametrize("account", [{"max_clusters": 0}], indirect=True)
def test_a_quota_of_clusters(connect: Any) -> None:
    assert seen(connect(), "POST", "/clusters", example("managed"))[:2] == (400, "QuotaExceeded.Cluster")


def faults(**rule: Any) -> dict[str, Any]:
    return {"faults": {"faults": [rule]}}


@pytest.mark.parametrize("account", [faults(kind="clock_skew", seconds=-1000)], indirect=True)
def test_a_clock_that_is_off(connect: Any) -> None:
    assert seen(connect(), "GET", "/clusters")[:2] == (400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize("account", [faults(kind="error", status=503, code="ServiceUnavailable")], indirect=True)
def test_an_injected_error(connect: Any) -> None:
    assert seen(connect(), "GET", "/clusters")[:2] == (503, "ServiceUnavailable")


@pytest.mark.parametrize("account", [faults(kind="throttle", retry_after=2)], indirect=True)
def test_throttling(connect: Any) -> None:
    assert seen(connect(), "GET", "/clusters")[:2] == (429, "Throttling.User")


@pytest.mark.parametrize("account", [faults(kind="reset")], indirect=True)
def test_a_reset_connection(connect: Any) -> None:
    with pytest.raises((classic_exceptions.ClientException, UnretryableException, OSError)) as caught:
        connect().generic("GET", "/clusters")
    assert not isinstance(caught.value, ClientException | classic_exceptions.ServerException)


@pytest.mark.parametrize("account", [faults(kind="html")], indirect=True)
def test_a_gateways_page(account: Account) -> None:
    with pytest.raises(classic_exceptions.ServerException) as caught:
        Classic(account.port).generic("GET", "/clusters")
    assert caught.value.get_http_status() == 502
