"""A strict ACK API of its own, apart from the product's simulator: it lags, lies, and is edited by hand.

Built from recorded answers of the real API and its reference. A `StrictApi` is served in a thread; tests turn its knobs
while a command runs or between two.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BEIJING = "cn-beijing"
# An answer without a body.
EMPTY = object()


class Raw(str):
    """An answer that is no JSON: a gateway's page, plain text."""

    __slots__ = ()


KNOWN = ("POST", "PUT", "DELETE")
Body = Any
Reply = tuple[int, Body]


def not_found(status: int = 404, code: str = "ErrorClusterNotFound") -> Reply:
    return status, {"code": code, "message": "cluster not found", "requestId": "R-404", "status": status}


@dataclass
class Served:
    """One cluster of the world. `hidden_until` and `unlisted_until` are moments of reads that lag, in monotonic s."""

    fields: dict[str, Any]
    nodes: list[dict[str, Any]] = field(default_factory=list)
    hidden_until: float = 0.0
    unlisted_until: float = 0.0
    leaves_at: float | None = None

    @property
    def id(self) -> str:
        return str(self.fields["cluster_id"])

    @property
    def name(self) -> str:
        return str(self.fields["name"])


@dataclass
class StrictApi:
    """The world and how it answers."""

    clusters: dict[str, Served] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    regions: list[tuple[str, str]] = field(default_factory=list)
    tasks: bool = True
    task_state: str = "success"
    task_fields: dict[str, Any] = field(default_factory=dict)
    regional: bool = False
    reads_lag: float = 0.0
    lists_lag: float = 0.0
    deleting_for: float = 0.0
    delete_ends: str = "gone"
    created_state: str = "running"
    late_create: float | None = None
    gateway: int = 504
    names: str = "both"
    scaling_for: float = 0.0
    size_lag: float = 0.0
    attach_lag: float = 0.0
    missing: Reply = field(default_factory=not_found)
    listing: Callable[[list[dict[str, Any]]], Any] = lambda found: found
    detail: dict[str, Reply] = field(default_factory=dict)
    shape: Callable[[dict[str, Any]], dict[str, Any]] = lambda fields: fields
    on_call: Callable[[str, str], Reply | None] = lambda _method, _path: None
    url: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    # The world, edited by hand

    def put(self, name: str, **fields: Any) -> str:
        """A cluster that is there; its id."""
        made = self._made({"name": name, "region_id": BEIJING, **fields})
        made.fields.update(fields)
        return made.id

    def named(self, name: str) -> list[Served]:
        return [cluster for cluster in self.clusters.values() if cluster.name == name]

    def sent(self, *methods: str) -> list[tuple[str, str]]:
        """The calls that change something."""
        return [(method, path) for method, path, _ in self.calls if method in (methods or KNOWN)]

    def body(self, method: str, path: str) -> Any:
        return next(body for m, p, body in reversed(self.calls) if m == method and p.endswith(path))

    def node(self, cluster: Served, **fields: Any) -> dict[str, Any]:
        number = next(self.numbers)
        made = {
            "instance_id": f"i-2zestrict{number:010d}",
            "node_name": f"{cluster.fields['region_id']}.192.168.{number // 250}.{number % 250}",
            "instance_role": "Worker",
            "state": "running",
            "creation_time": "2026-01-02T00:00:00+08:00",
            "instance_charge_type": "PostPaid",
            "source": "ess",
            "node_status": "Ready",
            "error_message": "",
            **fields,
        }
        cluster.nodes.append(made)
        return made

    def _made(self, body: dict[str, Any]) -> Served:
        number, now = next(self.numbers), time.monotonic()
        fields = {
            "cluster_id": f"c{number:032x}",
            "name": body.get("name", ""),
            "region_id": body.get("region_id", BEIJING),
            "state": self.created_state,
            "cluster_type": body.get("cluster_type", "Ask"),
            "profile": body.get("profile", "Default"),
            "size": 0,
            "created": "2026-01-01T00:00:00+08:00",
            "updated": "2026-01-01T00:10:00+08:00",
            "vpc_id": body.get("vpcid", body.get("vpc_id", "vpc-strict00000000000000")),
            "vswitch_id": ",".join(body.get("vswitch_ids") or ["vsw-strict00000000000000"]),
            "deletion_protection": False,
            "tags": None,
            "meta_data": "{}",
        }
        cluster = Served(fields, [], now + self.reads_lag, now + self.lists_lag)
        self.clusters[cluster.id] = cluster
        for _ in range(int(body.get("num_of_nodes") or 0)):
            self.node(cluster)
        fields["size"] = len(cluster.nodes)
        return cluster

    # Answers

    async def answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        path, region = request.path, request.headers.get("x-acs-region-id", "")
        self.calls.append((request.method, path, body))
        self.regions.append((path, region))
        self._move()
        told = self.on_call(request.method, path) or self._told(request.method, path, region, body)
        status, said = told
        if said is EMPTY:
            return web.Response(status=status)
        if isinstance(said, Raw):
            return web.Response(status=status, text=said, content_type="text/html")
        return web.json_response(said, status=status)

    def _move(self) -> None:
        now = time.monotonic()
        for cluster in list(self.clusters.values()):
            if cluster.leaves_at is not None and now >= cluster.leaves_at:
                cluster.leaves_at = None
                if self.delete_ends == "gone":
                    del self.clusters[cluster.id]
                else:
                    cluster.fields["state"] = self.delete_ends

    def _told(self, method: str, path: str, region: str, body: Any) -> Reply:
        parts = path.strip("/").split("/")
        if (method, path) == ("GET", "/clusters"):
            return 200, self._listed(region)
        if (method, path) == ("POST", "/clusters"):
            return self._create(body)
        if parts[0] == "tasks":
            return self._task(parts[1]) if self.tasks else not_found(404, "InvalidAction.NotFound")
        if parts[:3] == ["api", "v2", "clusters"] and method == "POST":
            return self._with(parts[3], region, lambda cluster: self._scale(cluster, body))
        if parts[0] == "k8s":
            return self._with(parts[1], region, lambda _: (200, {"config": "apiVersion: v1\nkind: Config\n"}))
        if parts[0] == "clusters":
            return self._cluster(method, parts[1], parts[2] if len(parts) > 2 else "", region, body)
        return not_found(404, "InvalidAction.NotFound")

    def _listed(self, region: str) -> Any:
        now = time.monotonic()
        there = [c for c in self.clusters.values() if now >= c.unlisted_until]
        if self.regional:
            there = [c for c in there if c.fields["region_id"] == region]
        return self.listing([self.shape(dict(c.fields)) for c in there])

    def _with(self, cluster_id: str, region: str, act: Callable[[Served], Reply]) -> Reply:
        cluster = self.clusters.get(cluster_id)
        if cluster is None or (self.regional and cluster.fields["region_id"] != region):
            return self.missing
        return act(cluster)

    def _cluster(self, method: str, cluster_id: str, what: str, region: str, body: Any) -> Reply:
        if method == "GET" and not what:
            if cluster_id in self.detail:
                return self.detail[cluster_id]
            return self._with(cluster_id, region, self._detail)
        if method == "DELETE":
            return self._with(cluster_id, region, self._delete)
        if (method, what) == ("GET", "nodes"):
            return self._with(cluster_id, region, self._nodes)
        if (method, what) == ("POST", "nodes"):
            return self._with(cluster_id, region, lambda cluster: self._remove(cluster, body))
        if (method, what) == ("POST", "attach"):
            return self._with(cluster_id, region, lambda cluster: self._attach(cluster, body))
        if what == "certs":
            return self._with(cluster_id, region, lambda _: (200, {"ca": "c", "cert": "c", "key": "k"}))
        if what == "attachscript":
            return self._with(cluster_id, region, lambda _: (202, "script"))
        return self._with(cluster_id, region, lambda _: (200, []))

    def _detail(self, cluster: Served) -> Reply:
        return self.missing if time.monotonic() < cluster.hidden_until else (200, self.shape(dict(cluster.fields)))

    def _nodes(self, cluster: Served) -> Reply:
        now = time.monotonic()
        shown = [{k: v for k, v in n.items() if k != "from"} for n in cluster.nodes if n.get("from", 0.0) <= now]
        return 200, {"nodes": shown, "page": {"page_number": 1, "page_size": 100, "total_count": len(shown)}}

    def _accepted(self, cluster_id: str) -> dict[str, Any]:
        return {"cluster_id": cluster_id, "request_id": "R-1", "task_id": f"T-{next(self.numbers)}"}

    def _create(self, body: Any) -> Reply:
        if self.named(body["name"]):
            return 400, {"code": "ClusterNameAlreadyExist", "message": "exists", "requestId": "R", "status": 400}
        if self.late_create is not None:
            seconds, self.late_create = self.late_create, None
            asyncio.get_running_loop().call_later(seconds, self._made, body)
            return self.gateway, Raw("<html><body>Gateway</body></html>")
        return 202, self._accepted(self._made(body).id)

    def _delete(self, cluster: Served) -> Reply:
        if cluster.fields.get("deletion_protection") in (True, "true"):
            return 400, {"code": "ErrorClusterDeletionProtection", "message": "protected", "requestId": "R"}
        cluster.fields["state"] = "deleting"
        cluster.leaves_at = time.monotonic() + self.deleting_for
        return 202, EMPTY

    def _task(self, task_id: str) -> Reply:
        return 200, {"task_id": task_id, "state": self.task_state, "task_type": "x", **self.task_fields}

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, act)
        else:
            act()

    def _scale(self, cluster: Served, body: Any) -> Reply:
        def begins() -> None:
            cluster.fields["state"] = "scaling"

        def ends() -> None:
            cluster.fields["state"] = "running"
            for _ in range(int(body["count"])):
                self.node(cluster)
            self._later(self.size_lag, lambda: cluster.fields.update(size=len(cluster.nodes)))

        if self.scaling_for:
            begins()
        self._later(self.scaling_for, ends)
        return 202, self._accepted(cluster.id)

    def _remove(self, cluster: Served, body: Any) -> Reply:
        known: dict[str, dict[str, Any]] = {}
        for node in cluster.nodes:
            if self.names in {"both", "id"} and node["instance_id"]:
                known[node["instance_id"]] = node
            if self.names in {"both", "name"} and node["node_name"]:
                known[node["node_name"]] = node
        if unknown := [name for name in body["nodes"] if name not in known]:
            return 400, {"code": "ErrorNodeNotFound", "message": f"no such nodes: {unknown}", "requestId": "R"}
        for name in body["nodes"]:
            cluster.nodes.remove(known[name])
        self._later(self.size_lag, lambda: cluster.fields.update(size=len(cluster.nodes)))
        return 202, EMPTY

    def _attach(self, cluster: Served, body: Any) -> Reply:
        def joins() -> None:
            for instance in body["instances"]:
                self.node(cluster, instance_id=instance, source="manual")
            cluster.fields["size"] = len(cluster.nodes)

        self._later(self.attach_lag, joins)
        told = [{"code": "200", "instanceId": i, "message": "successful"} for i in body["instances"]]
        return 202, {"list": told, "task_id": f"T-{next(self.numbers)}"}


@contextlib.contextmanager
def served(api: StrictApi | None = None) -> Iterator[StrictApi]:
    """The API on a free port of 127.0.0.1."""
    api = api or StrictApi()
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", api.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def main() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield api
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
