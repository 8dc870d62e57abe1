"""A stand-in for the API on 127.0.0.1 that answers as it is told and keeps what it was sent; and a clock to go with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from ackplan.adapters.ack import AckClient, ClientSettings, FixedCredentials, Surroundings, open_client

NOW = datetime(2019, 9, 16, 8, 30, tzinfo=UTC)
KEY = ("LTAItestkeyid", "TheSecretOfTheKey30")


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. `target` is the path and the query as they stood on the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer to give. `body` is text, bytes or a JSON value."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        body = self.body
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        return web.Response(status=self.status, body=body, headers=dict(self.headers))


class FakeClock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


@dataclass
class Stage:
    """A client and the double that it talks to."""

    client: AckClient
    seen: list[Seen]
    clock: FakeClock


@contextlib.asynccontextmanager
async def serving(*replies: Reply) -> AsyncIterator[tuple[str, list[Seen]]]:
    """A server that gives these replies in turn, the last one for ever. Yields its URL and what it has seen."""
    seen: list[Seen] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.append(Seen(request.method, request.raw_path, dict(request.headers), await request.read()))
        return replies[min(len(seen), len(replies)) - 1].response()

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def serving_bytes(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads a request's head and leaves the rest to `handle`. Yields its URL and the heads."""
    heads: list[bytes] = []
    running: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextlib.asynccontextmanager
async def talking_to(url: str, seen: list[Any], **settings: Any) -> AsyncIterator[Stage]:
    clock = FakeClock()
    token = settings.pop("token", "")
    numbers = iter(range(1, 10**6))
    async with open_client(
        ClientSettings(endpoint=url, **settings),
        FixedCredentials(*KEY, token),
        Surroundings(clock, lambda: NOW, lambda: f"nonce-{next(numbers)}", random.Random(7)),
    ) as client:
        yield Stage(client, seen, clock)


def played(act: Callable[[Stage], Awaitable[Any]], *replies: Reply, **settings: Any) -> tuple[Any, Stage]:
    """Runs `act` against a server with these replies: what it returned or raised, and the stage as it was left."""

    async def play() -> tuple[Any, Stage]:
        async with serving(*replies) as (url, seen), talking_to(url, seen, **settings) as stage:
            return await outcome(act(stage)), stage

    return asyncio.run(play())


async def outcome(act: Awaitable[Any]) -> Any:
    """What it returns, or the exception that it raises."""
    try:
        return await act
    except Exception as fault:  # noqa: BLE001 - the test looks at it
        return fault
