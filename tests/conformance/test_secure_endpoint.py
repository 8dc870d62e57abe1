"""A whole apply over HTTPS, through the proxy that the environment names, with a private CA and a temporary key."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from ackplan.simulator import SIMULATOR, SimulatorConfig, make_app
from tests.certificates import certificate
from tests.running import Command, command_line

HOST = "cs.ackplan.test"
TOKEN = "token-canary"
SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: 2
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: NODE_PASSWORD}
"""


@dataclass
class Cloud:
    """The simulator behind TLS under a name that only the proxy knows, and what the proxy was asked for."""

    folder: Path
    pem: Path
    proxy: str = ""
    asked: list[str] = field(default_factory=list)
    passed: bytearray = field(default_factory=bytearray)
    calls: list[object] = field(default_factory=list)
    stop: Callable[[], object] = print

    def run(self, *arguments: str, **environment: str) -> Command:
        given = {
            "HTTPS_PROXY": self.proxy,
            "ACKPLAN_ENDPOINT": f"https://{HOST}",
            "ACKPLAN_CA_FILE": str(self.pem),
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.temporary",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret-canary",
            "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
            "NODE_PASSWORD": "Node-canary-1",
            "ACKPLAN_RATE": "0",
            "ACKPLAN_STS_ENDPOINT": "http://127.0.0.1:1",
            **environment,
        }
        return command_line(self.folder, *arguments, environment={k: v for k, v in given.items() if v})


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    cloud, ready = Cloud(tmp_path, certificate(tmp_path, HOST)), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(cloud, ready)), daemon=True)
    thread.start()
    ready.wait()
    yield cloud
    cloud.stop()
    thread.join()


async def _serve(cloud: Cloud, ready: threading.Event) -> None:
    config = SimulatorConfig(
        time_scale=60_000, access_keys={"STS.temporary": "secret-canary"}, security_tokens={"STS.temporary": TOKEN}
    )
    app = make_app(config)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cloud.pem)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]

    relays: set[asyncio.Task[None] | None] = set()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relays.add(asyncio.current_task())
        await _relay(cloud, port, reader, writer)

    proxy = await asyncio.start_server(relay, "127.0.0.1", 0)
    cloud.proxy = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    cloud.calls = app[SIMULATOR].calls  # type: ignore[assignment]
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    cloud.stop = lambda: loop.call_soon_threadsafe(ended.set)
    ready.set()
    await ended.wait()
    proxy.close()
    await asyncio.gather(*filter(None, relays), return_exceptions=True)
    await runner.cleanup()


async def _relay(cloud: Cloud, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """CONNECT to the one host that there is; what passes is kept."""
    head = await reader.readuntil(b"\r\n\r\n")
    cloud.asked.append(head.split(b"\r\n", 1)[0].decode())
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await asyncio.gather(_pump(reader, far_writer, cloud.passed), _pump(far_reader, writer, cloud.passed))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            kept += data
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@pytest.mark.parametrize("signature", ["hmac-sha1", "acs3"])
def test_apply_through_a_proxy_to_a_private_ca(cloud: Cloud, signature: str) -> None:
    done = cloud.run("apply", "--auto-approve", ACKPLAN_SIGNATURE=signature)
    assert (done.code, done.err) == (0, "")
    again = cloud.run("plan", "--detailed-exitcode", "--signature", signature)
    assert (again.code, "No changes" in again.out) == (0, True)
    assert set(cloud.asked) == {f"CONNECT {HOST}:443 HTTP/1.1"}
    assert len(cloud.calls) > 3
    for secret in (b"secret-canary", TOKEN.encode(), b"Node-canary-1", b"/clusters"):
        assert secret not in cloud.passed


def test_a_strangers_certificate_ends_before_anything_is_sent(cloud: Cloud) -> None:
    refused = cloud.run("plan", ACKPLAN_CA_FILE="")
    assert refused.code == 1
    assert "--ca-file" in refused.err
    assert not cloud.calls


def test_a_wrong_token_is_refused(cloud: Cloud) -> None:
    refused = cloud.run("plan", ALIBABA_CLOUD_SECURITY_TOKEN="other-canary")
    assert refused.code == 1
    assert "InvalidSecurityToken.MismatchWithAccessKey" in refused.err
    assert "canary" not in refused.err
