"""The world that a run acts in: a simulator whose time moves with each look at it, and which can kill who calls.

Nothing depends on how fast this machine is: an operation takes so many looks, not so many seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from ackplan.simulator import SIMULATOR, SimulatorConfig, VirtualClock, World, make_app
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import READS

# Seconds that pass with each look: creating takes two or three looks, everything else one or two.
_STEP = 250.0
_START = 1_600_000_000.0
# What a cluster shows of what is changed in place.
_SETTINGS = ("current_version", "deletion_protection", "maintenance_window", "tags")
# Other calls than PUT that change a cluster of today's in place.
_IN_PLACE = re.compile(r"/(tags|upgrade|checks)$|/components/")


@dataclass(frozen=True)
class Effect:
    """A changing call that was carried out."""

    operation: str
    cluster: str
    what: str


@dataclass
class Stage:
    """The world of one trial. `hold` is called, in a thread, before any call is served: `changing` says what kind it is."""

    world: World
    url: str = ""
    requests: int = 0
    effects: list[Effect] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(_START))
    victim: int = 0
    fatal: int = 0
    when: str = ""
    changing: bool = False
    hold: Callable[[], None] | None = None

    def aim(self, when: str, number: int) -> None:
        """The next victim dies `before` the call of this number is carried out, or `after`, without its answer."""
        self.requests, self.when, self.fatal = 0, when, number

    def born(self, pid: int) -> None:
        self.victim = pid

    def kill(self) -> None:
        os.kill(self.victim, signal.SIGKILL)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
            "ACKPLAN_RATE": "0",
            "ACKPLAN_PATIENCE": "0",
            "ACKPLAN_ENDPOINT": self.url,
        }

    async def serve(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        self.requests += 1
        here = self.requests == self.fatal
        self.changing = request.method != "GET"
        if self.hold:
            await asyncio.to_thread(self.hold)
        if request.method == "GET":
            self.clock.advance(_STEP)
        if here and self.when == "before":
            self.kill()
            return web.Response(status=503)
        about = self.world.name_of(_subject(request.path))
        response: web.StreamResponse = await handler(request)
        if request.method != "GET" and response.status < 300:
            what = f"{request.path}?{request.query_string}" if request.query_string else request.path
            self._count(_effect(request.method, what, about, await request.read()))
        if here:
            self.kill()
        return response

    def _count(self, effect: Effect) -> None:
        """A check changes nothing; nor does an upgrade of a pool to the version that its nodes have or are getting."""
        again = effect.operation == "POST pool" and "/upgrade" in effect.what and effect in self.effects
        if not again and not effect.operation.endswith("checks"):
            self.effects.append(effect)

    def clusters(self) -> dict[str, Any]:
        """Every cluster by name, without what differs from one run to the other."""
        return {cluster["name"]: self._seen(cluster) for cluster in self.world.clusters()}

    def _seen(self, cluster: dict[str, Any]) -> dict[str, Any]:
        nodes = self.world.nodes(cluster["cluster_id"], 1, 100)["nodes"]
        own = sorted(node["instance_id"] for node in nodes if node["source"] == "manual")
        settings = {name: cluster.get(name) for name in _SETTINGS}
        addons = {
            addon["name"]: addon.get("config") for addon in self._inside(cluster, "list_addon_instances", "addons")
        }
        counts = {"state": cluster["state"], "size": cluster["size"], "nodes": len(nodes), "attached": own}
        return {**counts, **settings, "addons": addons}

    def _inside(self, cluster: dict[str, Any], operation: str, key: str) -> list[dict[str, Any]]:
        answer: Any = self.world.read(READS[operation], Invocation(operation, {"id": str(cluster["cluster_id"])}))
        return list(answer[key])

    def inner_ids(self) -> dict[str, str]:
        """The id of every node pool and add-on, by its address."""
        found: dict[str, str] = {}
        for cluster in self.world.clusters():
            infos = [pool["nodepool_info"] for pool in self._inside(cluster, "list_node_pools", "nodepools")]
            found |= {f"cluster/{cluster['name']}/node_pool/{info['name']}": info["nodepool_id"] for info in infos}
            addons = [addon["name"] for addon in self._inside(cluster, "list_addon_instances", "addons")]
            found |= {f"cluster/{cluster['name']}/addon/{addon}": addon for addon in addons}
        return found

    def ids(self) -> dict[str, str]:
        return {cluster["name"]: cluster["cluster_id"] for cluster in self.world.clusters()}


def _subject(path: str) -> str:
    parts = path.removeprefix("/api/v2").split("/")
    return parts[2] if len(parts) > 2 else ""


def _effect(method: str, path: str, about: str, data: bytes) -> Effect:
    body = json.loads(data or b"{}")
    if "/nodepools" in path:
        inside = re.sub(r"/np[0-9a-f]{32}", "/ID", path.partition("/nodepools")[2])
        return Effect(f"{method} pool", about, f"{inside} {json.dumps(body, sort_keys=True)}")
    if method == "PUT" or _IN_PLACE.search(path):
        return Effect(f"{method} {path.partition('?')[0].rpartition('/')[2]}", about, json.dumps(body, sort_keys=True))
    if path == "/clusters":
        return Effect("create", body["name"], f"{body.get('num_of_nodes', 0)} nodes")
    if method == "DELETE":
        return Effect("delete", about, "")
    chosen = body.get("instances", body.get("nodes", [body.get("count")]))
    return Effect(
        path.rpartition("/")[2] if "/api/" not in path else "scale-out", about, ", ".join(map(str, sorted(chosen)))
    )


def _middleware(world: Stage) -> Any:
    @web.middleware
    async def watched(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        return await world.serve(request, handler)

    return watched


@contextlib.contextmanager
def stage(db: Path, **settings: Any) -> Iterator[Stage]:
    """A world kept in `db`, on a free port of 127.0.0.1, served from a thread of its own; `settings`: SimulatorConfig's."""
    clock = VirtualClock(_START)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> tuple[web.AppRunner, Stage]:
        app = make_app(SimulatorConfig(db=db, clock=clock, **settings))
        found = Stage(app[SIMULATOR].world, clock=clock)
        app.middlewares.append(_middleware(found))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner, found

    runner, found = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
