"""The simulator on the network: aiohttp around `service`. Listens on loopback and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ipaddress
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from ackplan.simulator import bodies
from ackplan.simulator.account import Ledger
from ackplan.simulator.answers import Answer
from ackplan.simulator.call_log import Call
from ackplan.simulator.clock import Clock
from ackplan.simulator.config import SimulatorConfig
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection import file, wire
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.injection.rules import Faults
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming, incoming
from ackplan.simulator.service import Exchange, Service
from ackplan.simulator.signature import Gate
from ackplan.simulator.store import Store
from ackplan.simulator.world import World

_CALLS_KEPT = 10_000
_DRIP_PAUSE = 0.05


@dataclass(slots=True)
class Simulator:
    """A simulator at work: its world, and the calls that it got."""

    service: Service
    clock: Clock
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=_CALLS_KEPT))
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def world(self) -> World:
        return self.service.world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serves one request."""
        exchange = await self._receive(request)
        if not exchange.code:
            self.service.serve(exchange)
        fault = exchange.plan.before if exchange.admitted else None
        if fault and not (fault["kind"] == "hang" and "seconds" in fault):
            return await self._go_wrong(request, exchange, fault)
        if fault:
            await self.clock.sleep(fault["seconds"])
            self.service.resume(exchange)
        if exchange.admitted and exchange.plan.after:
            return await self._go_wrong(request, exchange, exchange.plan.after)
        return self._respond(exchange, exchange.answer)

    def answer(self, request: Incoming) -> tuple[int, dict[str, str], bytes]:
        """Serves one request without a network: status, headers and body. No faults happen then."""
        exchange = self.service.begin(request)
        self.service.serve(exchange)
        self._log(exchange, exchange.answer.status)
        return exchange.answer.status, self._headers(exchange, exchange.answer), exchange.answer.body

    async def _receive(self, request: web.Request) -> Exchange:
        body, refusal = b"", None
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            refusal = Refusal(413, "RequestBodyTooLarge", f"The body has more than {bodies.MAX_BYTES} bytes.")
        except (ClientError, HttpProcessingError, web.RequestPayloadError):
            refusal = Refusal(400, "InvalidRequestBody", "The body could not be read.")
        headers = request.headers.items()
        exchange = self.service.begin(incoming(request.method, request.raw_path, headers, body))
        if refusal:
            exchange.refuse(refusal)
        return exchange

    async def _go_wrong(self, request: web.Request, exchange: Exchange, fault: Rule) -> web.StreamResponse:
        if fault["kind"] in wire.SILENT and "seconds" not in fault:
            return await self._say_nothing(request, exchange, fault)
        if fault["kind"] == "hang":
            await self.clock.sleep(fault["seconds"])
        if refusal := wire.refusal(fault):
            exchange.refuse(refusal, xml=bool(fault.get("xml")))
        answer = wire.spoil(exchange.answer, fault)
        if fault["kind"] == "drip":
            return await self._drip(request, exchange, answer, fault.get("seconds", _DRIP_PAUSE))
        return self._respond(exchange, answer)

    async def _say_nothing(self, request: web.Request, exchange: Exchange, fault: Rule) -> web.StreamResponse:
        self._log(exchange, 0)
        if fault["kind"] == "hang":
            await self.closing.wait()
        wire.reset(request)
        return web.Response()

    async def _drip(self, request: web.Request, exchange: Exchange, answer: Answer, pause: float) -> web.StreamResponse:
        self._log(exchange, answer.status)
        response = web.StreamResponse(status=answer.status, headers=self._headers(exchange, answer))
        response.content_length = len(answer.body)
        await response.prepare(request)
        for byte in answer.body:
            await response.write(bytes([byte]))
            await self.clock.sleep(pause)
        await response.write_eof()
        return response

    def _respond(self, exchange: Exchange, answer: Answer) -> web.Response:
        self._log(exchange, answer.status)
        return web.Response(status=answer.status, body=answer.body, headers=self._headers(exchange, answer))

    def _headers(self, exchange: Exchange, answer: Answer) -> dict[str, str]:
        now = self.service.request_clock.now() + exchange.plan.skew
        return {
            "Content-Type": answer.content_type,
            "Date": formatdate(now, usegmt=True),
            "Server": "ackplan-simulator",
            "x-acs-request-id": exchange.request_id,
            **answer.headers,
        }

    def _log(self, exchange: Exchange, status: int) -> None:
        request = exchange.request
        self.calls.append(
            Call(
                method=request.method,
                path=request.path,
                operation=exchange.operation,
                body=exchange.body,
                status=status,
                request_id=exchange.request_id,
                code=exchange.code,
            )
        )


SIMULATOR = web.AppKey("simulator", Simulator)


def make_app(config: SimulatorConfig) -> web.Application:
    """The simulator as an application for a server of one's own; `app[SIMULATOR]` is the simulator.

    Raises ValueError for settings, a file of faults or a database that it can't work with.
    """
    rules = file.document_of(config.faults)
    config = dataclasses.replace(config, traits=file.traits_of(config.faults, config.traits))
    with contextlib.ExitStack() as stores:
        simulator = _simulator(config, Faults(rules, config.seed), stores)
        stores.pop_all()
    app = web.Application(client_max_size=bodies.MAX_BYTES)
    app[SIMULATOR] = simulator
    app.router.add_route("*", r"/{any:[\s\S]*}", simulator.handle)
    app.on_shutdown.append(_on_shutdown)
    app.on_cleanup.append(_on_cleanup)
    return app


def _simulator(config: SimulatorConfig, faults: Faults, stores: contextlib.ExitStack) -> Simulator:
    ids = Identifiers(config.seed)
    world = _world(config, "", ids, stores)
    if config.live is not None and world.empty():
        world.load(config.live)
    gate = Gate(config.access_keys, config.security_tokens)
    named = sorted(set(config.traits.accounts.values()))
    others = {name: _world(config, name, Identifiers(config.seed + n), stores) for n, name in enumerate(named, 1)}
    accounts = {key: others[name] for key, name in config.traits.accounts.items()}
    service = Service(world, gate, faults, ids, config.request_clock, run=world.count("run"), accounts=accounts)
    return Simulator(service, config.clock)


def _world(config: SimulatorConfig, account: str, ids: Identifiers, stores: contextlib.ExitStack) -> World:
    """The first account's world, or that of another, which has a file of its own."""
    path = config.db.with_name(f"{config.db.name}.{account}") if config.db and account else config.db
    store = Store(path)
    stores.callback(store.close)
    limits = (config.time_scale, config.max_clusters, config.max_workers)
    return World(Ledger(store, config.clock, ids, *limits, config.traits))


async def _on_shutdown(app: web.Application) -> None:
    app[SIMULATOR].closing.set()


async def _on_cleanup(app: web.Application) -> None:
    service = app[SIMULATOR].service
    for world in {id(world): world for world in (service.world, *service.accounts.values())}.values():
        world.close()


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that serves at `url`. `calls` are the calls so far, oldest first."""

    url: str
    port: int
    simulator: Simulator = field(repr=False)

    @property
    def world(self) -> World:
        return self.simulator.world

    @property
    def calls(self) -> deque[Call]:
        return self.simulator.calls


@contextlib.asynccontextmanager
async def serve(config: SimulatorConfig, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Running]:
    """Serves until the block ends. Port 0 is any free one. Raises ValueError for a host that is not loopback."""
    _check_loopback(host)
    app = make_app(config)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        name = f"[{host}]" if ":" in host else host
        yield Running(f"http://{name}:{bound}", bound, app[SIMULATOR])
    finally:
        app[SIMULATOR].closing.set()
        await runner.cleanup()


def _check_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"the simulator listens on loopback only, not on {host}")
