"""Client, simulator and contract say the same: calls, and every answer, its errors too, as JSON and as XML."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yarl

from ackplan.adapters.ack import AckClient, ClientSettings, FixedCredentials, Surroundings, open_client
from ackplan.adapters.ack.calls import call as client_call
from ackplan.core import catalog
from ackplan.simulator import Running, VirtualClock, serve
from ackplan.simulator.identifiers import Identifiers
from tests.conformance import contract
from tests.conformance.account import HOUR, LIVE, POOL, TOUR, WEB, Step, creation
from tests.conformance.contract import Reply
from tests.unit.simulator.callers import NOW, call, example, settings

SIMULATOR = Path(__file__).parents[2] / "ackplan/simulator"
MEDIA = {"application/json": "application/json", "application/xml": "text/xml", "*/*": "text/xml"}


async def replied(running: Running, step: Step, headers: Mapping[str, str | None], **parts: Any) -> Reply:
    """The answer to a call, signed as the official client signs it."""
    operation = contract.operations()[step.operation]
    path = operation.path_of(step.subject, step.also, **step.places)
    given = {"query": step.query, "headers": headers, **parts}
    answer = await call(running.url, operation.method, path, step.body, **given)
    return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.body, answer.headers)


# The client


# What the client can call: a part of the contract.
CLIENT = [operation for operation in contract.operations().values() if hasattr(AckClient, operation.id)]


@pytest.mark.parametrize("operation", CLIENT, ids=lambda operation: operation.id)
def test_the_client_calls_as_the_contract_says(operation):
    ids = dict.fromkeys(catalog.DEFAULT.operation(operation.id).places, "c-1")
    made = client_call(operation.id, "cn-beijing", ids)
    assert (made.method, made.path) == (operation.method, operation.path_of("c-1", **ids))
    assert made.changes == operation.said["x-ack-changes"]
    assert made.action


CLIENT_CALLS = {
    "list_clusters": lambda client: client.list_clusters(),
    "get_cluster": lambda client: client.get_cluster("c-managed"),
    "list_nodes": lambda client: client.list_nodes("c-managed"),
    "get_task": lambda client: client.get_task("T-failed"),
    "list_tasks": lambda client: client.list_tasks("c-managed"),
    "create_cluster": lambda client: client.create_cluster("cn-beijing", creation("managed")),
    "scale_out": lambda client: client.scale_out("cn-beijing", "c-managed", example("scale-out")),
    "scale": lambda client: client.scale("cn-beijing", "c-dedicated", {"num_of_nodes": 6}),
    "attach": lambda client: client.attach("cn-beijing", "c-managed", example("attach", instances=["i-new"])),
    "attach_script": lambda client: client.attach_script("cn-beijing", "c-edge", example("attach-script")),
    "remove_nodes": lambda client: client.remove_nodes("cn-beijing", "c-managed", {"nodes": ["i-managed1"]}),
    "delete_cluster": lambda client: client.delete_cluster("cn-beijing", "c-edge"),
    "kubeconfig": lambda client: client.kubeconfig("c-managed"),
    "certs": lambda client: client.certs("c-managed"),
}


@pytest.mark.parametrize("signature", ["hmac-sha1", "acs3"])
def test_the_simulator_takes_each_call_of_the_client_for_what_it_is(signature):
    clock = VirtualClock(NOW)

    async def main() -> list[Any]:
        async with (
            serve(settings(live=LIVE, clock=clock)) as running,
            open_client(
                ClientSettings(running.url, signature=signature),
                FixedCredentials("sandbox", "sandbox"),
                Surroundings(now=lambda: datetime.fromtimestamp(NOW, UTC)),
            ) as client,
        ):
            for act in CLIENT_CALLS.values():
                await act(client)
                clock.advance(HOUR)
            return list(running.calls)

    calls = asyncio.run(main())
    assert [made.operation for made in calls] == list(CLIENT_CALLS)
    assert set(CLIENT_CALLS) == {operation.id for operation in CLIENT}
    for made in calls:
        assert str(made.status) in contract.operations()[made.operation].said["responses"]
        assert made.status < 300


# The simulator's answers


@pytest.mark.parametrize("accept", MEDIA)
def test_every_answer_of_the_simulator_is_valid(accept):
    clock = VirtualClock(NOW)

    async def main() -> list[Reply]:
        async with serve(settings(live=LIVE, clock=clock)) as running:
            replies = []
            for step in TOUR:
                replies.append(await replied(running, step, {"Accept": accept}))
                clock.advance(HOUR)
            return replies

    for step, reply in zip(TOUR, asyncio.run(main()), strict=True):
        operation = contract.operations()[step.operation]
        schema = operation.said["x-ack-also"][step.also] if step.also else ""
        assert (reply.status, contract.faults(operation, reply, schema)) == (success(operation), []), step
        assert reply.content_type.partition(";")[0] == MEDIA[accept]


def success(operation: contract.Operation) -> int:
    return next(int(status) for status in operation.said["responses"] if status.startswith("2"))


def test_the_tour_sees_every_operation_and_every_path():
    assert {step.operation for step in TOUR} == set(contract.operations())
    also = {path for operation in contract.operations().values() for path in operation.said.get("x-ack-also", ())}
    assert {step.also for step in TOUR if step.also} == also


LIST = Step("list_clusters")


@dataclass(frozen=True)
class Refused:
    """A call that is refused, and how."""

    status: int
    code: str
    step: Step = LIST
    headers: Mapping[str, str | None] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
    setup: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


TOKENS = {"access_keys": {"temp": "secret"}, "security_tokens": {"temp": "a-token"}}
TEMPORARY = {"key": "temp", "secret": "secret"}
DEFAULT = "np" + Identifiers(0).digest("default pool", "c-edge").hex()[:32]


def on_web(operation: str, **parts: Any) -> Step:
    """A call about a node pool."""
    return Step(operation, "c-pooled", places=WEB, **parts)


REFUSALS = [
    Refused(400, "MissingVersion", headers={"x-acs-version": None}),
    Refused(400, "InvalidVersion", headers={"x-acs-version": "2014-05-26"}),
    Refused(400, "InvalidSignatureMethod", headers={"x-acs-signature-method": "HMAC-MD5"}),
    Refused(400, "InvalidSignatureVersion", headers={"x-acs-signature-version": "9"}),
    Refused(400, "InvalidTimeStamp.Format", headers={"Date": "now"}),
    Refused(400, "InvalidTimeStamp.Expired", parts={"now": NOW - 901}),
    Refused(400, "SignatureNonceUsed", headers={"x-acs-signature-nonce": "n"}, times=2),
    Refused(400, "ContentMD5NotMatched", headers={"Content-MD5": "x"}),
    Refused(400, "ContentSHA256NotMatched", headers={"x-acs-content-sha256": "x"}),
    Refused(400, "MissingSecurityToken", parts=TEMPORARY, setup=TOKENS),
    Refused(
        400,
        "InvalidSecurityToken.MismatchWithAccessKey",
        headers={"x-acs-security-token": "b"},
        parts=TEMPORARY,
        setup=TOKENS,
    ),
    Refused(403, "MissingAuthorization", headers={"Authorization": "Basic c2FuZGJveA=="}),
    Refused(403, "SignatureDoesNotMatch", parts={"secret": "another"}),
    Refused(404, "InvalidAccessKeyId.NotFound", parts={"key": "nobody"}),
    Refused(404, "InvalidAction.NotFound", Step("list_clusters", also="/no/such/call")),
    Refused(429, "Throttling.User", setup={"faults": {"faults": [{"kind": "throttle", "retry_after": 3}]}}),
    Refused(500, "InternalError", setup={"faults": {"faults": [{"kind": "error"}]}}),
    Refused(400, "MissingParameter", Step("create_cluster", body={"cluster_type": "Ask"})),
    Refused(400, "InvalidParameter", Step("list_nodes", "c-managed", query={"pageSize": "101"})),
    Refused(400, "InvalidRequestBody", Step("scale_out", "c-managed", body=b"not JSON")),
    Refused(400, "ClusterNameAlreadyExist", Step("create_cluster", body=creation("managed", name="live-edge"))),
    Refused(400, "QuotaExceeded.Cluster", Step("create_cluster", body=creation("edge")), setup={"max_clusters": 5}),
    Refused(400, "QuotaExceeded.Node", Step("scale", "c-managed", body={"num_of_nodes": 9}), setup={"max_workers": 8}),
    Refused(
        400,
        "ErrorClusterDeletionProtection",
        Step("delete_cluster", "c"),
        setup={"live": {"clusters": [{"name": "c", "cluster_id": "c", "deletion_protection": True}]}},
    ),
    Refused(400, "ErrorClusterType", Step("kubeconfig", "c-swarm")),
    Refused(400, "ErrorNodeNotFound", Step("remove_nodes", "c-managed", body={"nodes": ["i-edge1"]})),
    Refused(400, "ErrorMasterNode", Step("remove_nodes", "c-dedicated", body={"nodes": ["i-master1"]})),
    Refused(400, "NodePoolNameAlreadyExist", Step("create_node_pool", "c-pooled", POOL)),
    Refused(400, "ErrorNodePoolNotEmpty", on_web("delete_node_pool")),
    Refused(400, "ErrorNodePoolDefault", Step("delete_node_pool", "c-edge", places={"node_pool_id": DEFAULT})),
    Refused(400, "ErrorNodeNotFound", on_web("remove_node_pool_nodes", query={"instance_ids": '["i-no"]'})),
    Refused(400, "InvalidInstanceId.NotFound", on_web("attach_to_node_pool", body={"instances": ["i-gone"]})),
    Refused(400, "InstanceAlreadyInCluster", on_web("attach_to_node_pool", body={"instances": ["i-edge1"]})),
    Refused(404, "ErrorNodePoolNotFound", Step("get_node_pool", "c-pooled", places={"node_pool_id": "np-none"})),
    Refused(409, "ErrorNodePoolState", on_web("scale_node_pool", body={"count": 1}), times=2),
    Refused(404, "ErrorClusterNotFound", Step("get_cluster", "c-none")),
    Refused(404, "ErrorTaskNotFound", Step("get_task", "T-none")),
    Refused(400, "ErrorClusterVersion", Step("upgrade_cluster", "c-managed", {"next_version": "1.33.3-aliyun.1"})),
    Refused(400, "ErrorAddonExists", Step("install_addons", "c-managed", [{"name": "coredns", "version": ""}])),
    Refused(400, "ErrorAddonVersion", Step("install_addons", "c-managed", [{"name": "gatekeeper", "version": "v9"}])),
    Refused(400, "ErrorAddonRequired", Step("uninstall_addons", "c-managed", [{"name": "coredns"}])),
    Refused(404, "AddonNotFound", Step("get_addon_instance", "c-managed", places={"addon": "nothing"})),
    Refused(404, "ErrorCheckNotFound", Step("get_check", "c-managed", places={"check_id": "none"})),
    Refused(
        404, "ErrorNodePoolNotFound", Step("run_check", "c-managed", {"type": "NodePoolUpgrade", "target": "np-none"})
    ),
    Refused(409, "ErrorTaskState", Step("cancel_task", "T-done")),
    Refused(409, "ErrorClusterState", Step("delete_cluster", "c-managed"), times=2),
    Refused(413, "RequestBodyTooLarge", Step("attach", "c-managed", body=b" " * (1 << 20) + b"{}")),
]


async def refused(case: Refused, accept: str) -> Reply:
    async with serve(settings(**{"live": LIVE, **case.setup})) as running:
        for _ in range(case.times):
            reply = await replied(running, case.step, {"Accept": accept, **case.headers}, **case.parts)
        return reply


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.code)
def test_every_error_of_the_simulator_is_valid(case, accept):
    reply = asyncio.run(refused(case, accept))
    operation = contract.operations()[case.step.operation]
    assert (reply.status, contract.faults(operation, reply)) == (case.status, [])
    fields = contract.read({"$ref": "#/components/schemas/error"}, reply.content_type.partition(";")[0], reply.body)
    assert fields["Code"] == case.code
    assert fields["RequestId"] == reply.headers["x-acs-request-id"]
    if accept == "application/json":
        assert (fields["code"], fields["requestId"], fields["status"]) == (case.code, fields["RequestId"], case.status)
        assert fields["message"] == fields["Message"]


def test_a_throttled_answer_says_how_long_to_wait_as_the_contract_names_it():
    fault = {"kind": "throttle", "retry_after": 3, "acs_retry_after": 3000}
    reply = asyncio.run(refused(Refused(429, "", setup={"faults": {"faults": [fault]}}), "application/json"))
    named = contract.followed({"$ref": "#/components/responses/throttled"})["headers"]
    assert {"Retry-After", "x-acs-retry-after"} <= set(named)
    assert (reply.headers["Retry-After"], reply.headers["x-acs-retry-after"]) == ("3", "3000")


def test_a_page_of_a_gateway_is_in_the_contract_too():
    reply = asyncio.run(refused(Refused(502, "", setup={"faults": {"faults": [{"kind": "html"}]}}), "application/json"))
    assert (reply.status, reply.content_type) == (502, "text/html")
    assert contract.faults(contract.operations()["list_clusters"], reply) == []


def test_what_today_s_clients_send_too_much_is_shown_nowhere():
    more = {"tags": {"a": 1}, "num_of_nodes": {}, "container_cidr": [], "profile": ["x"]}
    made = Step("create_cluster", body=creation("serverless", **more))

    async def main() -> tuple[Reply, Reply]:
        async with serve(settings(live=LIVE)) as running:
            headers = {"x-acs-action": "CreateCluster"}
            reply = await replied(running, made, headers)
            return reply, await replied(running, Step("get_cluster", json.loads(reply.body)["cluster_id"]), headers)

    accepted, shown = asyncio.run(main())
    assert accepted.status == 202
    assert contract.faults(contract.operations()["get_cluster"], shown) == []
    cluster = json.loads(shown.body)
    assert (cluster["tags"], cluster["size"], cluster["profile"]) == ([], 0, "Default")


@pytest.mark.parametrize("path", ["/clusters/a%0Ab", "/clusters/%0A", "/%0D%0A", "/clusters/a%2Fb"])
def test_an_odd_path_is_answered_as_the_api_does(path):
    async def main() -> Reply:
        async with serve(settings(live=LIVE)) as running, aiohttp.ClientSession() as session:
            url = yarl.URL(running.url + path, encoded=True)
            async with session.get(url, headers={"Accept": "application/json"}) as answer:
                return Reply(answer.status, answer.headers["Content-Type"], await answer.read(), answer.headers)

    reply = asyncio.run(main())
    assert (reply.status, contract.faults(contract.operations()["get_cluster"], reply)) == (400, [])


def coded(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Status and code of every refusal that a module can make."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) == "Refusal":
            match node.args:
                case [ast.Constant(value=int(status)), ast.Constant(value=str(code)), *_]:
                    yield status, code


def test_every_code_of_the_simulator_is_tried_here():
    found = {pair for path in SIMULATOR.rglob("*.py") for pair in coded(ast.parse(path.read_text("utf-8")))}
    assert len(found) > 25
    assert found <= {(case.status, case.code) for case in REFUSALS}


# The tests' own judgement

ACCEPTED = {"cluster_id": "c1", "request_id": "R", "task_id": "T-1"}
NAMED = {"x-acs-request-id": "R"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, "application/json", b"{}", NAMED), "status 200 is not in the contract"),
        (Reply(202, "text/plain", b"{}", NAMED), "content type text/plain is not in the contract"),
        (Reply(202, "application/json", b"{", NAMED), "the body is not application/json"),
        (Reply(202, "application/json", b"{}", NAMED), "cluster_id"),
        (Reply(202, "application/json", json.dumps({**ACCEPTED, "task_id": 1}).encode(), NAMED), "task_id"),
        (Reply(202, "application/json", json.dumps(ACCEPTED).encode(), {}), "does not name its request"),
        (Reply(202, "text/xml", b"<Answer/>", NAMED), "root is Answer"),
        (Reply(202, "text/xml", b"<Response><cluster_id>c/1</cluster_id></Response>", NAMED), "c/1"),
        (Reply(400, "application/json", b'{"code": "Odd", "message": ""}', NAMED), "Odd is not one of the operation's"),
        (Reply(400, "application/json", b'{"code": "Throttling", "message": ""}', NAMED), "Throttling comes with 400"),
        (Reply(400, "text/xml", b"<Error><Code>InvalidParameter</Code></Error>", NAMED), "Message"),
    ],
)
def test_a_wrong_answer_is_seen(reply, said):
    assert said in "; ".join(contract.faults(contract.operations()["scale_out"], reply))


def test_a_right_answer_is_right():
    reply = Reply(202, "application/json;charset=utf-8", json.dumps(ACCEPTED).encode(), NAMED)
    assert contract.faults(contract.operations()["scale_out"], reply) == []
