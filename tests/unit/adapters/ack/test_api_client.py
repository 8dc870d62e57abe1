"""Each operation as it goes over the wire, and what its answer becomes."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from ack_double import KEY, FakeClock, Reply, Seen, Stage, outcome, played, serving, talking_to
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import roa_signature_composer as composer

from ackplan.adapters.ack import AnswerTooLarge, AnswerUnreadable, NotFound, NotSent, api_errors
from ackplan.adapters.ack.pace import RateLimit
from ackplan.adapters.ack.sender import Pace
from ackplan.core.answers import Accepted, Attached, AttachedInstance, Cluster, Kubeconfig, Node, Task

ACCEPTED = {"cluster_id": "c1", "request_id": "R-1", "task_id": "T-1"}
CLUSTER = {"cluster_id": "c1", "name": "shop-生产", "state": "running", "region_id": "cn-beijing", "size": 5}
BODY = {"name": "shop-生产", "login_password": "Pass-word-1"}
ATTACHED = {
    "list": [
        {"code": "200", "instanceId": "i-1", "message": "successful"},
        {"code": 404, "instanceId": "i-2", "message": None},
    ],
    "task_id": "T-1",
}

# what is called, method and path, the body sent, the reply, what comes of it
OPERATIONS: list[tuple[Any, str, Any, Any, Any]] = [
    (lambda c: c.list_clusters(), "GET /clusters", None, [CLUSTER], 1),
    (lambda c: c.get_cluster("c1"), "GET /clusters/c1", None, CLUSTER, "shop-生产"),
    (lambda c: c.get_task("T-1"), "GET /tasks/T-1", None, {"state": "running"}, Task("T-1", "", "", "running", *[""] * 4)),
    (lambda c: c.create_cluster("r-1", BODY), "POST /clusters", BODY, ACCEPTED, Accepted("R-1", "c1", "T-1")),
    (lambda c: c.scale_out("r-1", "c1", {"count": 2}), "POST /api/v2/clusters/c1", {"count": 2}, ACCEPTED, Accepted("R-1", "c1", "T-1")),
    (lambda c: c.scale("r-1", "c1", {"size": 2}), "PUT /clusters/c1", {"size": 2}, ACCEPTED, Accepted("R-1", "c1", "T-1")),
    (lambda c: c.remove_nodes("r-1", "c1", {"nodes": []}), "POST /clusters/c1/nodes", {"nodes": []}, b"", Accepted("R-9")),
    (lambda c: c.delete_cluster("r-1", "c1"), "DELETE /clusters/c1", None, b"", Accepted("R-9")),
    (lambda c: c.delete_cluster("r-1", "c1"), "DELETE /clusters/c1", None, ACCEPTED, Accepted("R-1", "c1", "T-1")),
    (lambda c: c.attach_script("r-1", "c1", {"options": "{}"}), "POST /clusters/c1/attachscript", {"options": "{}"}, '"wget x"', "wget x"),
    (lambda c: c.kubeconfig("c1"), "GET /k8s/c1/user_config", None, {"config": "apiVersion: v1\n"},
     Kubeconfig("apiVersion: v1\n")),
    (lambda c: c.certs("c1"), "GET /clusters/c1/certs", None, {"ca": "A", "key": "B"}, {"ca": "A", "key": "B"}),
    (
        lambda c: c.attach("r-1", "c1", {"instances": ["i-1", "i-2"]}),
        "POST /clusters/c1/attach",
        {"instances": ["i-1", "i-2"]},
        ATTACHED,
        Attached("R-9", (AttachedInstance("i-1", "200", "successful"), AttachedInstance("i-2", "404", "")), "T-1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("act", "line", "body", "reply", "expected"), OPERATIONS)
def test_each_operation(act: Any, line: str, body: Any, reply: Any, expected: Any) -> None:
    answer = Reply(202, reply, {"x-acs-request-id": "R-9"})
    result, stage = played(lambda stage: act(stage.client), answer, region="cn-beijing")
    (seen,) = stage.seen
    assert f"{seen.method} {seen.target}" == line
    assert (seen.json if seen.body else None) == body
    if isinstance(result, tuple) and isinstance(expected, int):
        result = len(result)
    assert (result.name if isinstance(result, Cluster) else result) == expected
    assert seen.headers["x-acs-region-id"] == ("r-1" if "r-1" in act.__code__.co_consts else "cn-beijing")


def sha1_of(seen: Seen) -> str:
    query = dict(parse_qsl(urlsplit(seen.target).query, keep_blank_values=True))
    said = composer.compose_string_to_sign(seen.method, query, urlsplit(seen.target).path, dict(seen.headers))
    return f"acs {KEY[0]}:{sha_hmac1.get_sign_string(said, KEY[1])}"


@pytest.mark.parametrize("token", ["", "a-token"])
def test_what_arrives_is_signed_with_every_header(token: str) -> None:
    _, stage = played(lambda s: s.client.create_cluster("cn-beijing", BODY), Reply(202, ACCEPTED), token=token)
    (seen,) = stage.seen
    assert seen.headers["Authorization"] == sha1_of(seen)
    assert seen.headers.get("x-acs-security-token", "") == token
    for name in ("Accept", "Content-MD5", "Content-Type", "Date", "Host", "x-acs-version", "x-acs-signature-nonce"):
        assert seen.headers[name]
    assert {"Cookie", "Expect"}.isdisjoint(seen.headers)


def test_a_query_is_signed_as_it_arrives() -> None:
    query = {"z": "集群 1", "a": "b&c=d/~", "empty": ""}
    _, stage = played(lambda s: s.client.call("GET", "/clusters", query=query), Reply(200, []))
    (seen,) = stage.seen
    assert seen.target == "/clusters?a=b%26c%3Dd%2F~&empty=&z=%E9%9B%86%E7%BE%A4%201"
    assert seen.headers["Authorization"] == sha1_of(seen)


def test_acs3_as_it_arrives() -> None:
    _, stage = played(lambda s: s.client.list_nodes("c1"), Reply(200, {"nodes": []}), signature="acs3", token="a-token")
    (seen,) = stage.seen
    said = seen.headers["Authorization"]
    signed = said.split("SignedHeaders=")[1].split(",")[0].split(";")
    lower = {name.lower(): value for name, value in seen.headers.items()}

    theirs = SimpleNamespace(
        method=seen.method,
        pathname=urlsplit(seen.target).path,
        query=dict(parse_qsl(urlsplit(seen.target).query)),
        headers={name: lower[name] for name in signed},
    )
    payload = lower["x-acs-content-sha256"]
    assert said == Utils.get_authorization(theirs, "ACS3-HMAC-SHA256", payload, *KEY)
    assert {"host", "x-acs-date", "x-acs-action", "x-acs-security-token", "x-acs-signature-nonce"} <= set(signed)


def node(n: int) -> dict[str, Any]:
    return {"instance_id": f"i-{n}", "node_name": f"n{n}", "instance_role": "Worker", "state": "running"}


def page(first: int, last: int, total: Any) -> Reply:
    return Reply(200, {"nodes": [node(n) for n in range(first, last)], "page": {"total_count": total}})


def test_all_pages_of_nodes() -> None:
    result, stage = played(
        lambda s: s.client.list_nodes("c1"), page(0, 100, 230), page(100, 200, "230"), page(200, 230, 230)
    )
    assert [one.instance_id for one in result] == [f"i-{n}" for n in range(230)]
    assert result[0] == Node("i-0", "n0", "Worker", "running", "")
    assert [seen.target.split("?")[1] for seen in stage.seen] == [f"pageNumber={n}&pageSize=100" for n in (1, 2, 3)]


def clusters(first: int, last: int, total: object) -> Reply:
    some = [{"cluster_id": f"c{n}", "name": f"n{n}", "state": "running"} for n in range(first, last)]
    return Reply(200, {"clusters": some, "page_info": {"total_count": total, "page_size": 50, "page_number": 1}})


def test_an_endpoint_that_lists_clusters_by_the_page() -> None:
    replies = (clusters(0, 50, 130), clusters(0, 100, "130"), clusters(100, 130, 130))
    result, stage = played(lambda s: s.client.list_clusters(), *replies)
    assert [cluster.cluster_id for cluster in result] == [f"c{n}" for n in range(130)]
    assert [seen.target.partition("?")[2] for seen in stage.seen] == [
        "", "page_number=1&page_size=100", "page_number=2&page_size=100",
    ]  # fmt: skip


def test_a_list_of_clusters_that_is_not_whole_is_refused() -> None:
    result, stage = played(lambda s: s.client.list_clusters(), clusters(0, 50, 80))
    assert isinstance(result, api_errors.AnswerUnreadable)
    assert "not whole: 50 of 80 clusters" in str(result)
    assert len(stage.seen) == 3
    result, _ = played(
        lambda s: s.client.list_clusters(), Reply(200, {"clusters": None, "page_info": {"total_count": 5}})
    )
    assert "not whole: 0 of 5 clusters" in str(result)


def test_the_log_of_a_cluster() -> None:
    line = {"ID": 1, "cluster_log": "out of stock", "log_level": "0002", "created": "2020-09-11T10:11:51+08:00"}
    result, stage = played(lambda s: s.client.list_logs("c1", "us-west-1"), Reply(200, [line]))
    assert [said.text for said in result] == ["out of stock"]
    assert (stage.seen[0].target, stage.seen[0].headers["x-acs-region-id"]) == ("/clusters/c1/logs", "us-west-1")
    result, stage = played(lambda s: s.client.list_logs("../c1"), Reply())
    assert (result.code, stage.seen) == ("IdRefused", [])


def test_nodes_that_move_between_pages() -> None:
    result, _ = played(lambda s: s.client.list_nodes("c1"), page(0, 100, 150), page(99, 130, 131))
    assert len(result) == 130
    result, _ = played(lambda s: s.client.list_nodes("c1"), page(0, 100, 150), page(0, 0, 90))
    assert len(result) == 100


def test_pages_without_an_end_or_with_a_gap() -> None:
    endless = [page(number, number + 1, 10**6) for number in range(201)]
    result, stage = played(lambda s: s.client.list_nodes("c1"), *endless)
    assert isinstance(result, AnswerTooLarge)
    assert len(stage.seen) == 200
    result, stage = played(lambda s: s.client.list_nodes("c1"), page(0, 1, 5))
    assert isinstance(result, AnswerUnreadable)
    assert len(stage.seen) == 2
    result, _ = played(lambda s: s.client.list_nodes("c1"), page(0, 100, 150), page(0, 0, 150))
    assert isinstance(result, AnswerUnreadable)


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "a?b", "a#b", "a%2Fb", "a b", "ä", "x" * 129, "c1\n"])
def test_an_id_that_could_name_another_path_is_not_sent(bad: str) -> None:
    async def try_all(stage: Stage) -> list[Any]:
        c = stage.client
        acts = [
            c.get_cluster(bad),
            c.list_nodes(bad),
            c.get_task(bad),
            c.delete_cluster("r", bad),
            c.attach("r", bad, {}),
        ]
        return [await outcome(act) for act in [*acts, c.kubeconfig(bad), c.certs(bad), c.scale("r", bad, {})]]

    results, stage = played(try_all, Reply(200, CLUSTER))
    assert [type(result) for result in results] == [NotSent] * 8
    assert stage.seen == []


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "clusters", {}),
        ("GET", "/clusters?x=1", {}),
        ("GET", "/clusters/../tasks", {}),
        ("GET", "//evil.example", {}),
        ("GET", "/a b", {}),
        ("PATCH", "/clusters", {}),
        ("GET", "/clusters", {"region": "cn\r\nx: y"}),
        ("POST", "/clusters", {"body": {"x": float("nan")}}),
        ("POST", "/clusters", {"body": {"x": "\ud800"}}),
        ("POST", "/clusters", {"body": {"x": {1, 2}}}),
    ],
)
def test_any_call_that_is_not_plain_is_not_sent(method: str, path: str, more: Any) -> None:
    result, stage = played(lambda s: s.client.call(method, path, **more), Reply(200, {}))
    assert isinstance(result, NotSent)
    assert stage.seen == []


def test_any_call() -> None:
    result, stage = played(lambda s: s.client.call("PUT", "/a/b.c", body=[1], region="eu-1"), Reply(200, {"x": "ü"}))
    assert result == (200, {"x": "ü"})
    assert (stage.seen[0].json, stage.seen[0].headers["x-acs-region-id"]) == ([1], "eu-1")
    refusal = {"code": "ErrorX", "message": "no", "requestId": "R-1"}
    assert played(lambda s: s.client.call("DELETE", "/a"), Reply(202))[0] == (202, None)
    assert played(lambda s: s.client.call("DELETE", "/a"), Reply(409, refusal))[0] == (409, refusal)
    xml = "<Error><Code>ErrorX</Code><Message>no</Message></Error>"
    assert isinstance(played(lambda s: s.client.call("GET", "/a"), Reply(409, xml))[0], api_errors.Rejected)


def test_a_cluster_that_is_not_there() -> None:
    body = {"code": "ErrorClusterNotFound", "message": "no such cluster", "requestId": "R-4"}
    result, stage = played(lambda s: s.client.get_cluster("c1"), Reply(404, body))
    assert isinstance(result, NotFound)
    assert (result.http_status, result.request_id, result.operation) == (404, "R-4", "get_cluster")
    assert len(stage.seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "<Cluster><cluster_id>c1</cluster_id></Cluster>",
        "<html>Log in</html>",
        "",
        "{}",
        "null",
        '{"cluster_id": "c1"',
        "7",
    ],
)
def test_a_success_that_is_not_the_apis_leaves_a_create_uncertain(reply: str) -> None:
    result, stage = played(lambda s: s.client.create_cluster("r-1", BODY), Reply(202, reply))
    assert isinstance(result, AnswerUnreadable)
    assert (result.uncertain, result.http_status, result.operation) == (True, 202, "create_cluster")
    assert len(stage.seen) == 1
    result, _ = played(lambda s: s.client.get_cluster("c1"), Reply(200, reply))
    assert (type(result), result.uncertain) == (AnswerUnreadable, False)


def test_the_log_tells_what_was_called_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies = Reply(503, "", {"x-acs-request-id": "R-5"}), Reply(200, '"join --token=T0KEN"')
    act = lambda s: s.client.attach_script("r-1", "c1", {"options": "p@ssw0rd"})  # noqa: E731
    result, _ = played(act, *replies, token="t0ken")
    assert result == "join --token=T0KEN"
    lines = [record.getMessage() for record in caplog.records if record.name == "ackplan.adapters.ack"]
    assert lines[0].startswith("POST /clusters/c1/attachscript: 503, request 'R-5', 0.000 s")
    assert lines[1].startswith("POST /clusters/c1/attachscript: again in ")
    for secret in (KEY[1], "p@ssw0rd", "T0KEN", "t0ken", "options"):
        assert secret not in caplog.text


def test_many_calls_at_once_share_the_pace() -> None:
    async def play() -> list[float]:
        async with serving(Reply(200, [])) as (url, seen), talking_to(url, seen, rate=4) as stage:
            await asyncio.gather(*(stage.client.list_clusters() for _ in range(9)))
            assert len(seen) == 9
            return stage.clock.naps

    assert sum(asyncio.run(play())) == pytest.approx(2.0)


def test_only_the_first_of_those_who_wait_watches_the_clock() -> None:
    class Stopped(FakeClock):
        async def sleep(self, seconds: float) -> None:
            self.naps.append(seconds)
            await asyncio.get_running_loop().create_future()

    async def play() -> list[float]:
        clock = Stopped()
        pace = Pace(RateLimit(1), clock, asyncio.Lock())
        turns = [asyncio.create_task(pace.turn()) for _ in range(4)]
        done, waiting = await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(5):
            await asyncio.sleep(0)
        for turn in waiting:
            turn.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert len(done) == 1
        return clock.naps

    assert asyncio.run(play()) == [1.0]


def test_no_error_repeats_a_secret_that_was_sent() -> None:
    def act(stage: Stage) -> Any:
        return stage.client.create_cluster("r-1", BODY)

    said = {"code": "SignatureDoesNotMatch", "message": f"to sign: t0ken {KEY[1]} of {BODY}"}
    result, _ = played(act, Reply(403, said), token="t0ken")
    assert isinstance(result, api_errors.Denied)
    assert result.message == "to sign: [hidden] [hidden] of {'name': 'shop-生产', 'login_password': '[hidden]'}"


def test_a_region_that_is_not_given_is_the_clients_own() -> None:
    for settings, region in (({"region": "eu-1"}, "eu-1"), ({}, "cn-hangzhou")):
        _, stage = played(lambda s: s.client.create_cluster("", BODY), Reply(202, ACCEPTED), **settings)
        assert stage.seen[0].headers["x-acs-region-id"] == region


def test_an_endpoint_without_tasks() -> None:
    result, _ = played(lambda s: s.client.get_task("T-1"), Reply(404, "404 page not found"))
    assert (type(result), result.http_status) == (NotFound, 404)
    result, _ = played(lambda s: s.client.get_cluster("c1"), Reply(404, "404 page not found"))
    assert (type(result), result.http_status) == (AnswerUnreadable, 0)


def test_the_date_is_the_one_given() -> None:
    _, stage = played(lambda s: s.client.list_clusters(), Reply(200, []))
    assert stage.seen[0].headers["Date"] == "Mon, 16 Sep 2019 08:30:00 GMT"
