"""What is sent again and what never is, against a server that misbehaves. No time passes but the fake clock's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ack_double import Reply, Stage, outcome, played, serving_bytes, talking_to

from ackplan.adapters.ack import RetryPolicy, Timeouts, api_errors

ACCEPTED = {"cluster_id": "c1", "request_id": "R-1", "task_id": "T-1"}
THROTTLED = {"code": "Throttling.User", "message": "slow down", "requestId": "R-2"}
OK = Reply(200, [])

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def read(stage: Stage) -> Awaitable[Any]:
    return stage.client.list_clusters()


def change(stage: Stage) -> Awaitable[Any]:
    return stage.client.create_cluster("r-1", {"name": "a"})


def delete(stage: Stage) -> Awaitable[Any]:
    return stage.client.delete_cluster("r-1", "c1")


def nonces(stage: Stage) -> list[str]:
    return [seen.headers["x-acs-signature-nonce"] for seen in stage.seen]


def test_a_read_is_repeated_with_a_new_nonce_and_signature() -> None:
    result, stage = played(read, Reply(500, ""), Reply(502, "<html>x</html>"), Reply(503, ""), OK)
    assert result == ()
    assert nonces(stage) == ["nonce-1", "nonce-2", "nonce-3", "nonce-4"]
    assert len({seen.headers["Authorization"] for seen in stage.seen}) == 4
    assert len(stage.clock.naps) == 3


def test_a_throttled_change_is_repeated_when_the_server_says() -> None:
    slow = Reply(400, THROTTLED, {"x-acs-retry-after": "4000"})
    result, stage = played(change, slow, Reply(202, ACCEPTED))
    assert result.cluster_id == "c1"
    assert nonces(stage) == ["nonce-1", "nonce-2"]
    assert 4 <= sum(stage.clock.naps) <= 4.5


def test_throttled_for_good_the_call_fails_as_throttled() -> None:
    result, stage = played(change, Reply(400, THROTTLED), retries=RetryPolicy(attempts=3))
    assert (type(result), result.http_status, result.uncertain) == (api_errors.Throttled, 429, False)
    assert len(stage.seen) == 3


def test_a_wait_beyond_all_patience_is_not_begun() -> None:
    result, stage = played(read, Reply(429, THROTTLED, {"Retry-After": "3600"}))
    assert (type(result), result.retry_after) == (api_errors.Throttled, 3600)
    assert stage.clock.naps == []


def test_when_one_is_throttled_all_wait() -> None:
    async def both(stage: Stage) -> None:
        await outcome(stage.client.get_task("t"))
        before = stage.clock.time
        await stage.client.list_clusters()
        assert stage.clock.time - before == pytest.approx(9)

    slow = Reply(429, THROTTLED, {"Retry-After": "9"})
    result, _ = played(both, slow, OK, retries=RetryPolicy(attempts=1))
    assert result is None


@pytest.mark.parametrize("reply", [Reply(500, ""), Reply(502, "<html>x</html>"), Reply(504, THROTTLED | {"code": "X"})])
@pytest.mark.parametrize("act", [change, delete])
def test_a_change_that_may_have_happened_is_never_repeated(act: Any, reply: Reply) -> None:
    result, stage = played(act, reply)
    assert (type(result), result.uncertain) == (api_errors.ServerFault, True)
    assert len(stage.seen) == 1
    assert stage.clock.naps == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("act", [read, change])
def test_no_redirect_is_followed(act: Any, status: int) -> None:
    result, stage = played(act, Reply(status, "", {"Location": "http://127.0.0.1:1/clusters"}))
    assert isinstance(result, api_errors.AnswerUnreadable)
    assert "redirect to 127.0.0.1;" in str(result)
    assert result.uncertain == (act is change)
    assert len(stage.seen) == 1


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def drop(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def says(text: bytes) -> Handler:
    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return handle


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


BROKEN: list[tuple[Handler, type[api_errors.Fault], bool]] = [
    (hang, api_errors.Timeout, True),
    (drop, api_errors.ConnectionLost, True),
    (close, api_errors.ConnectionLost, True),
    (says(b"HTTP/1.1 202 OK\r\nContent-Length: 99\r\n\r\n{"), api_errors.ConnectionLost, True),
    (
        says(b"HTTP/1.1 202 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
        api_errors.AnswerUnreadable,
        False,
    ),
    (
        says(b"HTTP/1.1 202 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"),
        api_errors.AnswerUnreadable,
        False,
    ),
    (says(b"SSH-2.0-OpenSSH_9\r\n\r\n"), api_errors.AnswerUnreadable, False),
    (says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"), api_errors.AnswerUnreadable, False),
    (endless, api_errors.AnswerTooLarge, False),
]


def broken(act: Callable[[Stage], Awaitable[Any]], handle: Handler) -> tuple[Any, list[bytes], Stage]:
    async def play() -> tuple[Any, list[bytes], Stage]:
        quick = Timeouts(connect=5, read=0.05, total=5)
        async with (
            serving_bytes(handle) as (url, heads),
            talking_to(url, [], timeouts=quick, retries=RetryPolicy(attempts=3)) as stage,
        ):
            return await outcome(act(stage)), heads, stage

    return asyncio.run(play())


@pytest.mark.parametrize(("handle", "kind", "passing"), BROKEN)
def test_a_broken_answer_to_a_read(handle: Handler, kind: type[api_errors.Fault], passing: bool) -> None:
    result, heads, _ = broken(lambda stage: stage.client.get_cluster("c1"), handle)
    assert (type(result), result.uncertain) == (kind, False)
    sent = {line for head in heads for line in head.split(b"\r\n") if line.startswith(b"x-acs-signature-nonce")}
    assert len(sent) == (3 if passing else 1)


@pytest.mark.parametrize(("handle", "kind", "_passing"), BROKEN)
@pytest.mark.parametrize("act", [change, delete])
def test_a_broken_answer_to_a_change(act: Any, handle: Handler, kind: type[api_errors.Fault], _passing: bool) -> None:
    result, heads, stage = broken(act, handle)
    assert (type(result), result.uncertain, result.http_status) == (kind, True, 0)
    assert len(heads) == 1
    assert stage.clock.naps == []


def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("act", [read, change, delete])
def test_what_never_left_is_repeated_and_certain(act: Any) -> None:
    async def play() -> tuple[Any, Stage]:
        async with talking_to(f"http://127.0.0.1:{unused_port()}", [], retries=RetryPolicy(attempts=4)) as stage:
            return await outcome(act(stage)), stage

    result, stage = asyncio.run(play())
    assert (type(result), result.code, result.uncertain) == (api_errors.Unreachable, "ConnectionFailed", False)
    assert len(stage.clock.naps) == 3


def test_tries_before_the_answer_are_told_with_their_request_ids() -> None:
    slow = Reply(400, THROTTLED, {"x-acs-retry-after": "4000"})
    result, stage = played(change, slow, Reply(202, ACCEPTED))
    (retry,) = result.retries
    assert (retry.code, retry.request_id) == ("Throttling.User", "R-2")
    assert [retry.pause] == stage.clock.naps


def test_a_call_that_failed_for_good_tells_of_its_other_tries() -> None:
    result, _ = played(change, Reply(400, THROTTLED), retries=RetryPolicy(attempts=3))
    assert [(retry.code, retry.request_id) for retry in result.retries] == [("Throttling.User", "R-2")] * 2
