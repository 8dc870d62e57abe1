"""The simulated account behind a wire without sockets: calls arrive, take effect and are answered, each in its own time.

What is on its way when a client dies arrives all the same.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ackplan.adapters.ack.api_errors import ConnectionLost, Timeout
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.ack.settings import Timeouts
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import READS
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.injection import wire
from ackplan.simulator.injection.rules import Faults
from ackplan.simulator.records import Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming, incoming
from ackplan.simulator.routes import CHANGING
from ackplan.simulator.service import Exchange, Service
from ackplan.simulator.signature import Gate
from ackplan.simulator.store import Store
from ackplan.simulator.traits import Traits
from ackplan.simulator.world import World

from .loop import LoopClock

_TIMEOUTS = Timeouts()
# The access key of another account.
STRANGER = "stranger"
_DRIP_PAUSE = 0.05
_POOLS = "list_node_pools"


@dataclass(frozen=True)
class Seen:
    """A live cluster at one moment. `workers` and `masters` are instance ids, `attached` those that came by attach.

    `made` says that its creation came to its end.
    """

    cluster_id: str
    name: str
    state: str
    size: int
    workers: frozenset[str]
    masters: frozenset[str]
    attached: frozenset[str]
    made: bool


@dataclass(frozen=True)
class SeenPool:
    """A live node pool at one moment. `size` counts nodes that are on their way, `instances` are those that are there."""

    name: str
    state: str
    size: int
    instances: frozenset[str]


@dataclass(frozen=True)
class Inside:
    """What is inside of a live cluster at one moment. `pools` are by their ids."""

    version: str
    pools: Mapping[str, SeenPool]


@dataclass(frozen=True)
class Effect:
    """A changing call that arrived: what it found, and what it was answered (`code`: the error's, or empty).

    `inside` is looked at only where the account `looks_inside`. `places` are the ids in its path.
    """

    operation: str
    name: str
    body: Mapping[str, Any]
    before: Seen | None
    code: str
    answer: Any
    sender: Any
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    inside: Inside | None = None


class _Open(Gate):
    """Lets everyone in: signatures are tested elsewhere."""

    def admit(self, request: Incoming, now: float, spend_nonce: Callable[[str], bool]) -> None:
        pass


@dataclass
class Account:
    """The world and its service. `watchers` hear of every changing call when it has arrived.

    `renamed` are clusters that somebody renamed, by id: what they were called before, and since when they are not.
    `strange` is the account of somebody else, that calls with the key STRANGER see.
    """

    seed: int
    time_scale: float
    watchers: list[Callable[[Effect], None]] = field(default_factory=list)
    looks_inside: bool = False
    travelling: set[asyncio.Task[Answer]] = field(default_factory=set)
    served: int = 0
    renamed: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clock, ids = LoopClock(), Identifiers(self.seed)
        # Half of all accounts are routed by region, as the API may be: calls see one region each.
        traits = Traits(regional=self.seed % 2 == 1)
        self._store = Store(None)
        self.world = World(Ledger(self._store, clock, ids, self.time_scale, 10_000, 300, traits))
        self.strange = World(Ledger(Store(None), clock, Identifiers(-1), self.time_scale, 10_000, 300, traits))
        others = {STRANGER: self.strange}
        self.service = Service(self.world, _Open({}), Faults((), self.seed), ids, clock, accounts=others)
        self._rng = random.Random(f"wire {self.seed}")

    def weather(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """From now on these faults, and no others."""
        self.service.faults = Faults(rules, self.seed)

    def unstick(self) -> None:
        """Tasks that would never end come to their end."""
        with self.world.moment():
            for task in self._tasks():
                if task.state == "running" and task.due is None:
                    task.due = LoopClock().now()
                    self._store.keep_task(task)

    def _tasks(self) -> list[Task]:
        return [task for cluster in self._store.clusters() for task in self._store.tasks(cluster.cluster_id)]

    # Looking

    def twins(self) -> set[str]:
        """The names that several live clusters have."""
        names = Counter(answer["name"] for answer in self.world.clusters() if answer["state"] != "deleting")
        return {name for name, count in names.items() if count > 1}

    def clusters(self) -> dict[str, Seen]:
        """All live clusters, by name."""
        with self.world.moment():
            return {answer["name"]: self._seen(answer) for answer in self.world.clusters()}

    def cluster(self, cluster_id: str) -> Seen | None:
        with self.world.moment():
            try:
                return self._seen(self.world.cluster(cluster_id))
            except Refusal:
                return None

    def inside(self, cluster_id: str) -> Inside:
        """What is inside of a cluster. Raises Refusal where there is none of this id."""
        with self.world.moment():
            version = str(self.world.cluster(cluster_id).get("current_version", ""))
            instances: dict[str, set[str]] = {}
            for node in self.world.nodes(cluster_id, 1, 10_000)["nodes"]:
                instances.setdefault(node.get("nodepool_id", ""), set()).add(node["instance_id"])
            pools: Any = self.world.read(READS[_POOLS], Invocation(_POOLS, {"id": cluster_id}))
            return Inside(version, dict(_seen_pool(pool, instances) for pool in pools["nodepools"]))

    def name_of(self, path: str) -> str:
        """The name that the cluster had which a call on this path is about, before anybody renamed it."""
        subject = _subject(path)
        return self.renamed[subject][0] if subject in self.renamed else self.world.name_of(subject)

    def rename(self, cluster_id: str, name: str) -> None:
        """Somebody gives a cluster another name, or its own again."""
        before = self.world.name_of(cluster_id)
        first, since = self.renamed.pop(cluster_id, (before, asyncio.get_running_loop().time()))
        if name != first:
            self.renamed[cluster_id] = first, since
        self.world.change(cluster_id, name=name)

    def _seen(self, answer: Mapping[str, Any]) -> Seen:
        nodes = self.world.nodes(answer["cluster_id"], 1, 10_000)["nodes"]
        masters = frozenset(node["instance_id"] for node in nodes if node["instance_role"] == "Master")
        every = frozenset(node["instance_id"] for node in nodes)
        attached = frozenset(node["instance_id"] for node in nodes if node.get("source") == "manual")
        size, state = int(answer["size"]), str(answer["state"])
        made = bool(answer.get("master_url"))
        return Seen(answer["cluster_id"], answer["name"], state, size, every - masters, masters, attached, made)

    # Serving

    def post(
        self, call: ApiCall, headers: Mapping[str, str], body: bytes | None, sender: Any, late: float
    ) -> asyncio.Task[Answer]:
        """Puts a request on its way, so many seconds `late`; the task ends with the answer's arrival, if one comes."""
        there, back = late + self._rng.uniform(0.0, 0.3), self._rng.uniform(0.0, 0.3)
        task = asyncio.create_task(self._deliver(call, headers, body, (there, back, sender)))
        self.travelling.add(task)
        task.add_done_callback(self.travelling.discard)
        return task

    async def _deliver(
        self, call: ApiCall, headers: Mapping[str, str], body: bytes | None, way: tuple[float, float, Any]
    ) -> Answer:
        there, back, sender = way
        await asyncio.sleep(there)
        self.served += 1
        query = "&".join(f"{name}={value}" for name, value in call.query.items())
        target = f"{call.path}?{query}" if query else call.path
        exchange = self.service.begin(incoming(call.method, target, headers.items(), body or b""))
        answer = await self._handle(exchange, sender)
        await asyncio.sleep(back)
        return answer

    async def _handle(self, exchange: Exchange, sender: Any) -> Answer:
        """As the simulator's server treats a call and its faults."""
        self._carry_out(exchange, self.service.serve, sender)
        fault = exchange.plan.before if exchange.admitted else None
        if fault and fault["kind"] == "hang" and "seconds" in fault:
            await asyncio.sleep(fault["seconds"])
            self._carry_out(exchange, self.service.resume, sender)
            fault = None
        fault = fault or (exchange.plan.after if exchange.admitted else None)
        return await self._spoilt(exchange, fault) if fault else _as_client_sees(exchange)

    async def _spoilt(self, exchange: Exchange, fault: Mapping[str, Any]) -> Answer:
        if fault["kind"] == "reset":
            raise ConnectionResetError
        if fault["kind"] == "hang":
            await asyncio.sleep(fault.get("seconds", float("inf")))
        if refusal := wire.refusal(fault):
            exchange.refuse(refusal)
        exchange.answer = wire.spoil(exchange.answer, fault)
        if fault["kind"] == "drip":
            await asyncio.sleep(len(exchange.answer.body) * fault.get("seconds", _DRIP_PAUSE))
        return _as_client_sees(exchange)

    def _carry_out(self, exchange: Exchange, work: Callable[[Exchange], None], sender: Any) -> None:
        subject = _subject(exchange.request.path)
        before = self.cluster(subject) if subject and exchange.request.method != "GET" else None
        inside = self.inside(subject) if before and self.looks_inside else None
        work(exchange)
        performed = work == self.service.resume or exchange.plan.before is None
        if exchange.operation not in CHANGING or not performed:
            return
        body, answer = exchange.body or {}, json.loads(exchange.answer.body or b"null")
        name = before.name if before else str(body.get("name", ""))
        places, query = exchange.route.places if exchange.route else {}, exchange.request.parameters()
        effect = Effect(exchange.operation, name, body, before, exchange.code, answer, sender, places, query, inside)
        for watcher in self.watchers:
            watcher(effect)


def _seen_pool(pool: Mapping[str, Any], instances: Mapping[str, set[str]]) -> tuple[str, SeenPool]:
    info, status = pool["nodepool_info"], pool["status"]
    mine = frozenset(instances.get(info["nodepool_id"], ()))
    return info["nodepool_id"], SeenPool(info["name"], status["state"], status["total_nodes"], mine)


def _subject(path: str) -> str:
    return next(iter(path.removeprefix("/api/v2").split("/")[2:3]), "")


def _as_client_sees(exchange: Exchange) -> Answer:
    headers = {"content-type": exchange.answer.content_type, "x-acs-request-id": exchange.request_id}
    more = {name.lower(): value for name, value in exchange.answer.headers.items()}
    return Answer(exchange.answer.status, {**headers, **more}, exchange.answer.body)


async def answer_of(call: ApiCall, travelling: asyncio.Task[Answer]) -> Answer:
    """The answer, as the transport hands it on: in time, or a Fault that says what may have happened."""
    uncertain = {"uncertain": call.changes, "operation": call.operation}
    await asyncio.wait({travelling}, timeout=_TIMEOUTS.read)
    if not travelling.done():
        raise Timeout("Timeout", "no whole answer in time", **uncertain)
    try:
        return travelling.result()
    except ConnectionResetError:
        raise ConnectionLost("ConnectionLost", "the connection broke", **uncertain) from None
