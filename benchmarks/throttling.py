"""The pace that adapts, at an API that throttles: `python -m benchmarks.throttling COUNT ALLOWED`.

An apply of creates that take no time, at a simulator behind a gateway that takes so many calls within a second and
throttles the others. Beside it the same apply at 1,000 calls a second, which leaves all to the gateway. Seconds of the
clock, medians of rounds in turns.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import aiohttp
from aiohttp import web

from benchmarks.applying import applied, simulator

_AT_ONCE = "1000000000"
_PACE = 1000.0
_ROUNDS = 3
_BUSY = {"code": "Throttling.User", "message": "Request was denied due to user flow control."}


class _Gateway:
    """Hands on at most `allowed` calls within any second."""

    def __init__(self, url: str, allowed: int) -> None:
        self._url = url
        self._taken: collections.deque[float] = collections.deque(maxlen=allowed)

    async def session(self, app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._session:
            yield
        del app

    async def answer(self, request: web.Request) -> web.Response:
        now = time.monotonic()
        if len(self._taken) == self._taken.maxlen and now - self._taken[0] < 1:
            return web.json_response(_BUSY, status=429)
        self._taken.append(now)
        url, body = f"{self._url}{request.raw_path}", await request.read()
        async with self._session.request(request.method, url, data=body, headers=request.headers) as answer:
            kept = {
                name: answer.headers[name] for name in ("Content-Type", "x-acs-request-id") if name in answer.headers
            }
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


async def _serve(url: str, allowed: int) -> None:
    gateway, app = _Gateway(url, allowed), web.Application()
    app.cleanup_ctx.append(gateway.session)
    app.router.add_route("*", "/{path:.*}", gateway.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def _gateway(url: str, allowed: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.throttling", "serve", url, str(allowed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def measure(count: int, allowed: int) -> dict[str, float]:
    """The seconds of each, and those of the pace that adapts as times of the other."""
    paces: dict[str, float | None] = {"adapts": None, "fixed": _PACE}
    seconds: dict[str, list[float]] = {name: [] for name in paces}
    for _ in range(_ROUNDS):
        for name, pace in paces.items():
            with simulator(_AT_ONCE) as url, _gateway(url, allowed) as throttled:
                seconds[name].append(asyncio.run(applied(throttled, count, count, pace=pace))[0])
    found = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {**found, "times": found["adapts"] / found["fixed"]}


def main() -> None:
    if sys.argv[1] == "serve":
        asyncio.run(_serve(sys.argv[2], int(sys.argv[3])))
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
