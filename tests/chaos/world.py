"""The simulated account as a process of its own, which watches itself: what it holds is the truth.

`python -m tests.chaos.world` prints its URL, and answers each line of its input with what it holds and what was done to
it that must not be. Names may be there twice: nothing but ackplan prevents that.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ackplan.simulator import SIMULATOR, SimulatorConfig, World, make_app
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import READS
from ackplan.simulator.traits import Traits

# No scale-out between two of these leads to a third when it is done twice.
SIZES = (1, 2, 4, 8)
# Clusters whose workers are in no pool are called so.
PLAIN = "plain"
KEYS = {"one": "secret-one", "two": "secret-two"}
_TIME_SCALE = 400.0


@dataclass
class Watch:
    """Looks after each changing call that was carried out. `broken` is what must not be; `calls` is how many there were."""

    world: World
    calls: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)
        if request.method != "GET" and response.status < 300:
            body = (await request.read()).decode("utf-8", "replace")
            about = self.world.name_of(next(iter(request.path.removeprefix("/api/v2").split("/")[2:3]), ""))
            sender = next((key for key in KEYS if f" {key}:" in request.headers.get("authorization", "")), "?")
            said = f"{sender}: {request.method} {request.path} {about} {body[:300]}"
            self.calls[f"{request.method} {request.path.rpartition('/')[2][:12]}"] += 1
            for why in self.wrong():
                if not any(why in known for known in self.broken):
                    self.broken.append(f"{why}, after {said}")
        return response

    def wrong(self) -> Iterator[str]:
        live = [cluster for cluster in self.world.clusters() if cluster["state"] != "deleting"]
        for name, count in Counter(cluster["name"] for cluster in live).items():
            if count > 1:
                yield f"doubled: {count} clusters are called {name}"
        for cluster in live:
            pools = self._pools(cluster)
            for pool, count in Counter(name for name, _ in pools).items():
                if count > 1:
                    yield f"doubled: {count} pools of {cluster['name']} are called {pool}"
            sizes = [(f"{cluster['name']}/{name}", size) for name, size in pools]
            if cluster["name"].startswith(PLAIN) and cluster["state"] == "running":
                sizes.append((cluster["name"], int(cluster["size"])))
            yield from (f"doubled: {name} has {size} nodes" for name, size in sizes if size not in SIZES)

    def _pools(self, cluster: dict[str, Any]) -> list[tuple[str, int]]:
        """Name and size of each that is at rest."""
        listed = Invocation("list_node_pools", {"id": str(cluster["cluster_id"])})
        answer: Any = self.world.read(READS[listed.operation], listed)
        found = [(pool["nodepool_info"]["name"], pool["status"]) for pool in answer["nodepools"]]
        return [(name, int(status["total_nodes"])) for name, status in found if status["state"] == "active"]

    def told(self) -> dict[str, Any]:
        clusters = [
            {
                "name": cluster["name"], "id": cluster["cluster_id"], "state": cluster["state"],
                "size": int(cluster["size"]), "pools": dict(self._pools(cluster)),
            }
            for cluster in self.world.clusters()
        ]  # fmt: skip
        return {"clusters": clusters, "broken": self.broken, "calls": self.calls}


async def _serve() -> None:
    app = make_app(SimulatorConfig(time_scale=_TIME_SCALE, access_keys=KEYS, traits=Traits(unique_names=False)))
    watch = Watch(app[SIMULATOR].world)

    @web.middleware
    async def watched(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        return await watch.serve(request, handler)

    app.middlewares.append(watched)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(watch.told()), flush=True)


class Account:
    """That process, as the rest has it."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tests.chaos.world"]
        self._running = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._lock = threading.Lock()
        self.url = self._line()

    def _line(self) -> str:
        assert self._running.stdout
        return self._running.stdout.readline().strip()

    def look(self) -> dict[str, Any]:
        """What it holds now, and what must not be."""
        assert self._running.stdin
        with self._lock:
            self._running.stdin.write("\n")
            self._running.stdin.flush()
            told: dict[str, Any] = json.loads(self._line())
        return told

    def close(self) -> None:
        self._running.kill()
        self._running.communicate()


if __name__ == "__main__":
    asyncio.run(_serve())
