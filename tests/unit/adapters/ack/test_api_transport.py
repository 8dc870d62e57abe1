"""Where requests go and how much comes back: endpoints, certificates, proxies, compression, connections."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ack_double import Reply, Stage, outcome, played, serving, serving_bytes, talking_to
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.ack import ClientSettings, FixedCredentials, NotSent, RetryPolicy, api_errors, open_client
from ackplan.adapters.ack.bounded import BoundedBody, Broken, TooLarge
from ackplan.adapters.ack.endpoint import parse_endpoint
from tests.certificates import certificate

ONE_TRY = RetryPolicy(attempts=1)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://cs.aliyuncs.com", "cs.aliyuncs.com"),
        ("https://cs.aliyuncs.com:443/", "cs.aliyuncs.com"),
        ("HTTPS://CS.aliyuncs.com:8443", "cs.aliyuncs.com:8443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.1.2.3", "127.1.2.3"),
        ("http://localhost:80", "localhost"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_endpoints_that_may_be_used(url: str, authority: str) -> None:
    found = parse_endpoint(url)
    assert found.authority == authority
    assert found.url("/clusters", "a=b") == f"{found.scheme}://{authority}/clusters?a=b"


@pytest.mark.parametrize(
    "url",
    [
        "cs.aliyuncs.com",
        "ftp://cs.aliyuncs.com",
        "https://",
        "https://user:hunter2@cs.aliyuncs.com",
        "https://cs.aliyuncs.com/api",
        "https://cs.aliyuncs.com?x=hunter2",
        "https://cs.aliyuncs.com:99999",
        "https://cs aliyuncs.com",
        "https://集群.example",
        "https://[fe80::1%25eth0]",
        "http://cs.aliyuncs.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
    ],
)
def test_endpoints_that_may_not(url: str) -> None:
    with pytest.raises(NotSent) as caught:
        parse_endpoint(url)
    assert caught.value.code == "EndpointRefused"
    assert "hunter2" not in str(caught.value)


def test_clear_text_to_another_host_has_to_be_allowed() -> None:
    with pytest.raises(NotSent, match="clear text; use https:"):
        parse_endpoint("http://cs.example")
    assert parse_endpoint("http://cs.example", allow_clear_text=True).authority == "cs.example"


@pytest.mark.parametrize("settings", [{"endpoint": "http://cs.example"}, {"signature": "md5"}, {"ca_file": "/nowhere"}])
def test_a_client_with_wrong_settings_does_not_open(settings: dict[str, str]) -> None:
    async def play() -> Any:
        async with open_client(ClientSettings(**settings), FixedCredentials("a", "b")) as client:
            return client

    assert isinstance(asyncio.run(outcome(play())), NotSent)


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from(["", "identity", "gzip", "deflate"]))
def test_a_body_arrives_whole_or_is_too_large(plain: bytes, limit: int, encoding: str) -> None:
    sent = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(plain)
    body = BoundedBody(encoding, limit)
    try:
        for at in range(0, len(sent), 7):
            body.feed(sent[at : at + 7])
        assert body.finish() == plain
        assert max(len(plain), len(sent)) <= limit
    except TooLarge:
        assert max(len(plain), len(sent)) > limit


def test_a_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 2**17
    tracemalloc.start()
    with pytest.raises(TooLarge):
        BoundedBody("gzip", 2**17).feed(bomb)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    result, _ = played(
        lambda s: s.client.get_cluster("c1"), Reply(200, bomb, {"Content-Encoding": "gzip"}), retries=ONE_TRY
    )
    assert isinstance(result, api_errors.AnswerTooLarge)


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b + b"x", lambda b: b"xx" + b, lambda b: b + b])
def test_damaged_compression_is_refused(damage: Any) -> None:
    body = BoundedBody("gzip", 1000)
    with pytest.raises(Broken):  # noqa: PT012 - either step may notice it
        body.feed(damage(gzip.compress(b"text")))
        body.finish()


def test_compressed_answers_and_large_lists() -> None:
    clusters = [{"cluster_id": f"c{n}", "name": f"n{n}", "state": "running", "tags": "x" * 900} for n in range(2000)]
    result, _ = played(lambda s: s.client.list_clusters(), Reply(200, clusters))
    assert len(result) == 2000
    packed = Reply(200, gzip.compress(b'{"config": "text"}'), {"Content-Encoding": "gzip"})
    assert played(lambda s: s.client.kubeconfig("c1"), packed)[0].text == "text"
    large = Reply(200, {"config": "x" * 2**20})
    result, _ = played(lambda s: s.client.kubeconfig("c1"), large, retries=ONE_TRY)
    assert isinstance(result, api_errors.AnswerTooLarge)


def test_a_change_has_its_own_connection_and_reads_share_one() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
            await reader.readuntil(b"\r\n\r\n")

    async def play() -> list[bytes]:
        async with serving_bytes(handle) as (url, heads), talking_to(url, []) as stage:
            for _ in range(3):
                await stage.client.list_clusters()
            for _ in range(2):
                await outcome(stage.client.delete_cluster("r", "c1"))
            return heads

    methods = [head.split()[0] for head in asyncio.run(play())]
    assert methods == [b"GET", b"DELETE", b"DELETE"]


def test_whoever_closes_a_client_may_be_cancelled_again_and_again() -> None:
    async def play() -> Any:
        async with serving(Reply(200, [])) as (url, _):
            task: asyncio.Task[Any]

            async def use() -> Any:
                async with talking_to(url, []) as stage:
                    await stage.client.list_clusters()
                    await outcome(stage.client.delete_cluster("r", "c1"))
                    clients.append(stage.client)
                    for _ in range(20):
                        loop.call_soon(task.cancel)

            loop, clients = asyncio.get_running_loop(), list[Any]()
            task = asyncio.create_task(use())
            await asyncio.wait({task})
            return await outcome(clients[0].list_clusters())

    result = asyncio.run(play())
    gc.collect()  # A session that was left open says so when it is collected, which is an error in these tests.
    assert (type(result), result.code, result.uncertain) == (NotSent, "ClientClosed", False)


@contextlib.asynccontextmanager
async def serving_tls(pem: Path) -> AsyncIterator[str]:
    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.json_response([])

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def over_tls(pem: Path, **settings: Any) -> tuple[Any, Stage]:
    async def play() -> tuple[Any, Stage]:
        async with serving_tls(pem) as url, talking_to(url, [], **settings) as stage:
            return await outcome(stage.client.delete_cluster("r", "c1")), stage

    return asyncio.run(play())


def test_a_strangers_certificate_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    result, stage = over_tls(certificate(tmp_path))
    assert (type(result), result.code, result.uncertain) == (api_errors.Untrusted, "ConnectionFailed", False)
    assert "--ca-file" in str(result)
    assert stage.clock.naps == []


def test_a_certificate_that_is_named_is_trusted(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    result, _ = over_tls(pem, ca_file=pem)
    assert isinstance(result, api_errors.AnswerUnreadable)
    assert result.http_status == 200


def test_tls_with_a_server_that_has_none_is_unreachable() -> None:
    async def play() -> Any:
        async with serving(Reply(200, [])) as (url, seen):
            secure = url.replace("http://", "https://")
            async with talking_to(secure, seen, retries=ONE_TRY) as stage:
                return await outcome(stage.client.create_cluster("r", {})), seen

    result, seen = asyncio.run(play())
    assert (type(result), result.uncertain, seen) == (api_errors.NoTls, False, [])


def test_loopback_is_never_asked_for_by_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    result, stage = played(lambda s: s.client.list_clusters(), Reply(200, []))
    assert (result, len(stage.seen)) == ((), 1)


def by_proxy(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> tuple[Any, list[bytes]]:
    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async def play() -> tuple[Any, list[bytes]]:
        async with serving_bytes(handle) as (url, heads):
            monkeypatch.setenv("https_proxy", url.replace("http://", "http://me:hunter2@"))
            async with talking_to("https://cs.example", [], retries=ONE_TRY) as stage:
                return await outcome(stage.client.create_cluster("r", {})), heads

    return asyncio.run(play())


def test_the_environments_proxy_is_used_and_told_nothing_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    result, (head,) = by_proxy(monkeypatch, b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    assert head.startswith(b"CONNECT cs.example:443 HTTP/1.1\r\n")
    assert b"x-acs" not in head.lower()
    assert (type(result), result.uncertain) == (api_errors.Unreachable, False)
    assert str(result).endswith("no connection to cs.example: the proxy answered 407")


def test_a_proxy_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with talking_to("https://cs.example", []):
            pass

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", "socks5://me:hunter2@127.0.0.1:1")
    result = asyncio.run(outcome(play()))
    assert (type(result), result.code) == (NotSent, "ProxyRefused")
    assert "hunter2" not in str(result)
