"""Stories of today's clusters: node pools, settings, versions and add-ons, in bad weather, with runs that end too soon.

People scale pools, set labels, upgrade clusters, and make pools and install add-ons of their own, between the runs.
What must hold whatever happens is in `pool_rules`. In the end, in fair weather, everything is exactly as wanted, and
recorded so; what people made is as they left it.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ackplan import spec
from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import Order
from ackplan.core.diagnostics import Failure
from ackplan.execute.ports import ApiError
from ackplan.record import Record
from ackplan.record.codec import decode
from ackplan.resources.types import BUILT_IN
from ackplan.simulator.group import Invocation
from ackplan.simulator.groups import READS

from .account import Account, Effect
from .command import SECRETS, Computer
from .computer import Fate, Life
from .loop import run
from .pool_hands import GUEST, GUEST_ADDON, PoolHand
from .pool_rules import PoolRules, numbers
from .pool_weather import pool_fault
from .rules import Broken
from .story import Told
from .weather import fate

VERSIONS = ("1.31.9-aliyun.1", "1.32.7-aliyun.1", "1.33.3-aliyun.1")
_NAMES, _POOLS = ("shop", "web"), ("front", "batch", "cache")
_ADDONS = ("metrics-server", "ack-node-problem-detector", "logtail-ds")
_ENOUGH = 4
_ALL = PlanOptions(allow_vanished=True)
Body = dict[str, Any]


def tell(seed: int) -> Told:
    """The story of this seed, always the same."""
    told = Told(seed)
    with tempfile.TemporaryDirectory(prefix="simulation") as folder:
        try:
            run(PoolStory(seed, Path(folder), told).play())
        except Broken as broken:
            told.broken = str(broken)
        except Exception as fault:  # noqa: BLE001 - a finding like any other
            told.broken = f"{type(fault).__name__}: {fault}"
    return told


class PoolStory:
    """Plays it."""

    def __init__(self, seed: int, folder: Path, told: Told) -> None:
        self._rng, self._told = random.Random(f"pools {seed}"), told
        self._account = Account(seed, self._rng.choice((600.0, 6000.0)))
        self._computer = Computer(folder, self._account, seed)
        self._account.looks_inside = True
        self._account.watchers.append(self._arrived)
        self._rules = PoolRules(self._account)
        self._hands = random.Random(f"hands {seed}")
        self._hand = PoolHand(self._hands, self._account, self._rules, VERSIONS)
        self._broken: list[str] = []
        self._stuck = False
        self._fleet: dict[str, Body] = {}
        for name in _NAMES[: self._rng.choice((1, 1, 2))]:
            self._fleet[name] = _cluster(self._rng)

    async def play(self) -> None:
        try:
            await self._run(Life(Fate(), self._save()))
            for _ in range(self._rng.choice((1, 2, 3))):
                await self._chapter()
            await self._good_end()
        finally:
            self._told.calls = self._account.served
            self._told.virtual_seconds = asyncio.get_running_loop().time()
        self._check()

    def _check(self) -> None:
        if self._broken:
            raise Broken("; ".join(self._broken))

    def _say(self, text: str) -> None:
        self._told.lines.append(f"{asyncio.get_running_loop().time():10.1f}  {text}")

    def _save(self) -> Mapping[str, Any]:
        document = {"ackplan": 1, "region": "cn-beijing", "clusters": self._fleet}
        (self._computer.folder / "ackplan.yaml").write_text(json.dumps(document), "utf-8")
        read = spec.read(spec.Inputs(self._computer.folder, sections=BUILT_IN.sections))
        assert not read.diagnostics, [str(diagnostic) for diagnostic in read.diagnostics]
        self._computer.spec = read
        wanted = {**read.clusters, **read.nested}
        self._rules.want(wanted)
        return wanted

    async def _chapter(self) -> None:
        rng = self._rng
        await asyncio.sleep(60.0)
        faults = [pool_fault(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
        self._stuck = self._stuck or any(fault["kind"] == "task_stuck" for fault in faults)
        self._account.weather(faults)
        self._say(f"weather: {self._account.service.faults.rules}")
        for _ in range(rng.choice((1, 1, 2, 3))):
            self._say(_edit(rng, self._fleet))
        for number in range(rng.choice((1, 1, 2))):
            for _ in range(self._hands.choice((0, 0, 1, 2))):
                self._say(self._hand.touch(calm=number == 0))
            await self._run(Life(fate(rng), self._save()))
            await asyncio.sleep(rng.choice((0.0, 1.0, 60.0)))

    async def _run(self, life: Life, options: PlanOptions | None = None) -> int | None:
        order = Order(options or PlanOptions(skip_blocked=True), auto_approve=True)
        self._computer.parallelism = self._rng.choice((1, 2, 32))
        end = await self._computer.apply(order, life)
        self._told.runs += 1
        self._told.kills += life.dead
        self._say(f"apply: {end.code if end.fault is None else end.fault} ({life.fate})")
        self._told.lines += [f"            | {line}" for line in end.output.splitlines()]
        if end.fault is not None and not isinstance(end.fault, Failure | ApiError):
            self._broken.append(f"the run raised {end.fault!r}")
        self._broken += self._rules.now()
        if end.code == 0:
            record = decode(self._computer.disk.record, "record", BUILT_IN)
            self._broken += self._rules.done(life.wanted, record, stuck=self._stuck)
        self._broken += [f"sent {call} before it was written down" for call in end.unwritten]
        texts = [end.output, *self._computer.disk.written]
        self._broken += [f"{name} is told" for name, secret in SECRETS.items() if any(secret in text for text in texts)]
        self._check()
        return end.code

    def _arrived(self, effect: Effect) -> None:
        if not effect.code:
            self._broken += (f"{effect.operation} {effect.name}: {why}" for why in self._rules.broken(effect))

    def _pools(self, cluster_id: str) -> list[Any]:
        return list(self._read("list_node_pools", cluster_id)["nodepools"])

    def _read(self, operation: str, cluster_id: str) -> Any:
        return self._account.world.read(READS[operation], Invocation(operation, {"id": cluster_id}))

    # The end

    async def _good_end(self) -> None:
        """Fair weather: whatever was left is finished, and then there is nothing to do."""
        self._account.weather(())
        await asyncio.sleep(3 * 3600.0)
        self._account.unstick()
        await asyncio.sleep(1000.0)
        self._follow()
        wanted = self._save()
        for number in range(_ENOUGH + 1):
            planned = await self._computer.plan(_ALL)
            if planned.plan.empty and self._computer.disk.head is None:
                self._told.runs_to_settle = number
                break
            self._say(f"to do: {[(str(c.address), c.action.value) for c in planned.plan.acting]}")
            await self._run(Life(Fate(), wanted), _ALL)
        else:
            self._broken.append(f"{_ENOUGH} runs in fair weather do not bring it about")
        self._settled()
        self._check()

    def _follow(self) -> None:
        """The spec follows what was upgraded by hand, for no version is gone back on."""
        for cluster in self._account.world.clusters():
            body = self._fleet.get(cluster["name"])
            if body is not None and numbers(cluster["current_version"]) > numbers(body["kubernetes_version"]):
                body["kubernetes_version"] = cluster["current_version"]

    def _settled(self) -> None:
        record = decode(self._computer.disk.record, "record", BUILT_IN)
        live = {cluster["name"]: cluster for cluster in self._account.world.clusters()}
        if live.keys() != self._fleet.keys():
            self._broken.append(f"there are {sorted(live)}, wanted are {sorted(self._fleet)}")
            return
        for name, body in self._fleet.items():
            cluster = live[name]
            if cluster["current_version"] != body["kubernetes_version"]:
                self._broken.append(f"{name} has {cluster['current_version']}, not {body['kubernetes_version']}")
            self._pools_settled(name, cluster["cluster_id"], record)
            there = {addon["name"] for addon in self._read("list_addon_instances", cluster["cluster_id"])["addons"]}
            lacking = {addon["name"] for addon in body["addons"]} - there
            if f"{name}/addon/{GUEST_ADDON}" in self._hand.guests:
                lacking |= {GUEST_ADDON} - there
            if lacking:
                self._broken.append(f"{name} lacks {sorted(lacking)}")

    def _pools_settled(self, name: str, cluster_id: str, record: Record) -> None:
        body = self._fleet[name]["node_pools"]
        pools = {pool["nodepool_info"]["name"]: pool for pool in self._pools(cluster_id)}
        pools.pop("default-nodepool", None)
        sizes = {pool: answer["status"]["total_nodes"] for pool, answer in pools.items()}
        wanted = {pool: said["scaling_group"]["desired_size"] for pool, said in body.items()}
        if f"{name}/{GUEST}" in self._hand.guests and pools.get(GUEST, {}).get("status", {}).get("state") != "failed":
            wanted[GUEST] = 1
        if sizes != wanted:
            self._broken.append(f"{name} has pools of {sizes}, wanted are {wanted}")
        for pool, said in body.items():
            entry, answer = record.nested.get(f"{name}/{pool}"), pools.get(pool)
            if answer is None or entry is None or entry.cluster_id != answer["nodepool_info"]["nodepool_id"]:
                self._broken.append(f"{name}/{pool} is not recorded as it is")
                continue
            labels = said.get("kubernetes_config", {}).get("labels")
            if labels and answer["kubernetes_config"]["labels"] != labels:
                self._broken.append(f"{name}/{pool} has the labels {answer['kubernetes_config']['labels']}")


# A pool has at most so many nodes in any spec.
_MOST = 6


def _cluster(rng: random.Random) -> Body:
    return {
        "cluster_type": "ManagedKubernetes",
        "cluster_spec": "ack.pro.small",
        "kubernetes_version": VERSIONS[0],
        "vpcid": "vpc-a",
        "vswitch_ids": ["vsw-a"],
        "container_cidr": "172.20.0.0/16",
        "service_cidr": "172.21.0.0/20",
        "tags": [{"key": "team", "value": "shop"}],
        "addons": [{"name": "flannel"}, *({"name": addon} for addon in rng.sample(_ADDONS, rng.choice((0, 1, 2))))],
        "node_pools": {name: _pool(rng) for name in rng.sample(_POOLS, rng.choice((1, 2, 2)))},
    }


def _pool(rng: random.Random) -> Body:
    group = {
        "instance_types": ["ecs.g7.xlarge"],
        "vswitch_ids": ["vsw-a"],
        "login_password": {"env": "NODE_PASSWORD"},
        "desired_size": rng.choice((0, 1, 2, 3)),
    }
    return {"scaling_group": group, "scale_in": {"strategy": "newest", "release_node": True}}


def _edit(rng: random.Random, fleet: dict[str, Body]) -> str:
    name = rng.choice(sorted(fleet))
    body = fleet[name]
    pools, addons = body["node_pools"], body["addons"]
    free = sorted({*_POOLS} - pools.keys())
    chosen = rng.choice(("add", "remove", "resize", "resize", "resize", "label", "tags", "upgrade", "upgrade", "addon"))
    if chosen == "add" and free:
        pools[rng.choice(free)] = _pool(rng)
    elif chosen == "remove" and pools:
        del pools[rng.choice(sorted(pools))]
    elif chosen in {"resize", "label"} and pools:
        pool = pools[rng.choice(sorted(pools))]
        if chosen == "resize":
            pool["scaling_group"]["desired_size"] = rng.randint(0, _MOST)
        else:
            pool["kubernetes_config"] = {"labels": [{"key": "role", "value": rng.choice("abc")}]}
    elif chosen == "tags":
        body["tags"] = [{"key": "team", "value": rng.choice(("shop", "web"))}]
    elif chosen == "upgrade":
        at = VERSIONS.index(body["kubernetes_version"])
        body["kubernetes_version"] = VERSIONS[rng.randint(at, len(VERSIONS) - 1)]
    elif chosen == "addon":
        addon = {"name": rng.choice(_ADDONS)}
        body["addons"] = [one for one in addons if one != addon] if addon in addons else [*addons, addon]
    return f"{chosen} in {name}"
