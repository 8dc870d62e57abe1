"""Where there is no connection, that is said: at once where it is refused, soon where nothing comes, once for each try."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from ackplan.adapters.ack import ClientSettings, Fault, FixedCredentials, RetryPolicy, open_client
from ackplan.adapters.ack import connecting as module
from ackplan.adapters.ack.api_errors import NoTls, Unreachable
from ackplan.adapters.ack.connecting import Connecting
from tests.running import command_line, simulator

KEYS = FixedCredentials("sandbox", "sandbox")
QUICK = RetryPolicy(attempts=4, base=0.001)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listed(endpoint: str, retries: RetryPolicy = QUICK, calls: int = 1) -> tuple[list[str], list[object]]:
    """What was said, and how the calls ended."""
    said: list[str] = []

    async def main() -> list[object]:
        settings = ClientSettings(endpoint=endpoint, retries=retries, notice=said.append)
        async with open_client(settings, KEYS) as client:
            return list(await asyncio.gather(*(client.list_clusters() for _ in range(calls)), return_exceptions=True))

    return said, asyncio.run(main())


def test_each_try_is_said_once_though_many_calls_wait() -> None:
    host = f"127.0.0.1:{free_port()}"
    said, ends = listed(f"http://{host}", calls=10)
    assert all(isinstance(end, Fault) for end in ends)
    assert said == [f"no connection to {host}, trying again ({number} of 4)" for number in (2, 3, 4)]


def test_nothing_is_said_where_all_is_well() -> None:
    with simulator() as api:
        said, ends = listed(api.url, calls=10)
    assert (said, ends) == ([], [()] * 10)


def test_https_to_plain_http_says_so_and_is_not_tried_again() -> None:
    with simulator() as api:
        said, ends = listed(api.url.replace("http://", "https://"))
    host = api.url.removeprefix("http://")
    assert isinstance(ends[0], NoTls)
    assert ends[0].message == f"{host} speaks plain http, where the endpoint says https://"
    assert said == []


def test_a_connection_that_does_not_come_about_is_said_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and again that it came."""
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    said: list[str] = []
    connecting = Connecting("cs.example", said.append)

    async def main() -> None:
        for _ in range(2):
            with connecting.under_way():
                await asyncio.sleep(0.01)
        with connecting.under_way() as connected:
            connected()
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert said == ["no connection to cs.example yet"]
    connecting.came()
    connecting.came()
    assert said[1:] == ["cs.example answers"]
    connecting.again(Unreachable("ConnectionFailed", "no connection to cs.example: refused"), 2, 6)
    assert said[2:] == ["no connection to cs.example, trying again (2 of 6)"]


def test_it_is_soon() -> None:
    assert module._SECONDS < 2


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "import web", "doctor", "clusters"])
def test_commands_say_it(command: str, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text("ackplan: 1\nregion: cn-beijing\nclusters: {}\n", "utf-8")
    host = f"127.0.0.1:{free_port()}"
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox"}
    done = command_line(tmp_path, *command.split(), "--endpoint", f"http://{host}", environment=keys)
    assert done.code == 1
    expected = f"no connection to {host}" + ("" if command == "doctor" else ", trying again (2 of 6)")
    assert expected in (done.out if command == "doctor" else done.err)
