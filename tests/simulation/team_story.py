"""The story of one seed of a team: computers whose clocks are off run at once over one store; some die, some stand still."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import Order
from ackplan.record import Record
from ackplan.record.journal import fold
from ackplan.spec.desired import Wanted

from . import branches, fleets, weather
from .account import Account
from .computer import Fate, Life
from .fleets import Fleet
from .loop import run
from .machines import TeamMachine
from .rules import EXPECTED, Broken, Rules
from .shared_stores import STORES, TTL, SharedStore
from .story import ENOUGH, MEMORY, Told, ending, unheard
from .teams import TeamComputer, TeamLife, on, world_of

# How a run may end beside another one: the lock is held, was lost, the store stays away, the record is another one.
_BESIDE = EXPECTED | {"ACK3021", "ACK3101", "ACK3100", "ACK3004", "ACK6001"}
_TIME_SCALES = (30.0, 600.0, 6000.0, 6000.0)
_CHAPTERS, _CLUSTERS = (1, 1, 2, 3), (1, 2, 3, 5)
_ALL = PlanOptions(allow_vanished=True)
_HOUR = 3600.0


class Team:
    """The computers as the rules know one: whose lock it is has the life."""

    def __init__(self, computers: list[TeamComputer], store: SharedStore) -> None:
        self.computers = computers
        self.disk = store

    @property
    def life(self) -> Life | None:
        epoch = self.disk.epoch()
        for computer in self.computers:
            life = computer.life
            if isinstance(life, TeamLife) and life.lease and life.lease.epoch == epoch:
                return life
        return None


@dataclass
class TeamRules(Rules):
    """The rules of one computer, where the record is in the store."""

    def record(self) -> Record:
        return self.computer.disk.snapshot()[0]  # type: ignore[attr-defined, no-any-return]


class TeamStory:
    """Plays it."""

    def __init__(self, seed: int, folder: Path, told: Told, store: str, computers: int) -> None:
        self._rng = random.Random(f"team {seed}")
        self._told = told
        self._folder = folder
        self._account = Account(seed, self._rng.choice(_TIME_SCALES))
        self._fleet = Fleet()
        self._kind, self._count = store, computers
        for _ in range(self._rng.choice(_CLUSTERS)):
            fleets.new_cluster(self._rng, self._fleet)

    async def play(self) -> None:
        self._store = STORES[self._kind]()
        self._computers = [self._computer(number) for number in range(self._count)]
        team = Team(self._computers, self._store)
        self._rules = TeamRules(self._account, team, expected=_BESIDE)  # type: ignore[arg-type]
        self._account.watchers.append(self._rules.arrived)
        try:
            with world_of({computer.folder: computer for computer in self._computers}):
                for _ in range(self._rng.choice(_CHAPTERS)):
                    await self._chapter()
                await self._good_end()
        finally:
            self._told.calls = self._account.served
            self._told.virtual_seconds = asyncio.get_running_loop().time()
        self._rules.broken += map(repr, unheard())
        self._rules.check()

    def _computer(self, number: int) -> TeamComputer:
        folder = self._folder / f"computer{number}"
        folder.mkdir()
        rng = random.Random(f"{self._told.seed} machine {number}")
        machine = TeamMachine(f"computer{number}", rng, skew=rng.choice((0.0, 1.0, -1.0)) * rng.uniform(0.0, _HOUR))
        return TeamComputer(folder, self._account, self._told.seed + number, machine=machine, store=self._store)

    def _say(self, text: str) -> None:
        self._told.lines.append(f"{asyncio.get_running_loop().time():10.1f}  {text}")

    # Chapters

    async def _chapter(self) -> None:
        rng = self._rng
        if rng.random() < 0.4:
            self._account.weather(weather.faults(rng))
            self._say(f"weather: {self._account.service.faults.rules}")
            if weather.harms_old(self._account.service.faults.rules):
                await asyncio.sleep(400.0)
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            self._say(fleets.edit(rng, self._fleet, self._account.clusters()))
        at_work = [asyncio.create_task(self._work(computer)) for computer in self._computers]
        try:
            await asyncio.gather(*at_work)
        finally:
            for task in at_work:
                task.cancel()
        self._account.weather(())

    async def _work(self, computer: TeamComputer) -> None:
        """What one computer does, whatever the others do. Sometimes it has not got the last edit."""
        rng = computer.machine.rng
        await asyncio.sleep(rng.choice((0.0, 0.5, 3.0, 20.0, 100.0)))
        for _ in range(rng.choice((1, 1, 2, 3))):
            if rng.random() < 0.3:
                self._say(fleets.edit(rng, self._fleet, self._account.clusters()))
            wanted = self._save(computer)
            computer.machine.away = rng.choice((0, 0, 0, 1, 3))
            computer.parallelism = rng.choice((1, 2, 32))
            order = Order(
                PlanOptions(skip_blocked=True),
                auto_approve=True,
                lock_timeout=rng.choice((0.0, 30.0, 600.0, 3600.0)),
                fail_fast=rng.random() < 0.15,
            )
            await self._carry_out(computer, order, TeamLife(_fate(rng), wanted))
            await asyncio.sleep(rng.choice((0.0, 1.0, 30.0)))

    def _save(self, computer: TeamComputer) -> Mapping[str, Wanted]:
        computer.spec = branches.branch(self._fleet).save(computer.folder)
        self._fleet.once.update(self._fleet.clusters)
        return computer.spec.clusters

    async def _carry_out(self, computer: TeamComputer, order: Order, life: TeamLife) -> int | None:
        self._say(f"{computer.machine.name} begins")
        stalling = asyncio.create_task(self._stall(computer.machine))
        try:
            end = await on(computer.machine, computer.apply(order, life))
        finally:
            stalling.cancel()
        self._told.runs += 1
        self._told.kills += life.dead
        epoch = life.lease.epoch if life.lease else "none"
        self._say(f"{computer.machine.name}, lock {epoch}: {ending(end)} ({life.count} writes and calls, {life.fate})")
        output = end.output.replace(str(computer.folder), ".").splitlines()
        self._told.lines += [f"            | {line}" for line in output]
        self._rules.ended(end, life)
        return end.code

    async def _stall(self, machine: TeamMachine) -> None:
        """It may stand still at any moment, too."""
        rng = machine.rng
        if rng.random() < 0.3:
            await asyncio.sleep(rng.uniform(0, rng.choice((1, 5, 60, 400))))
            seconds = rng.choice((10.0, TTL + 5, 2 * TTL, 600.0))
            self._say(f"{machine.name} stands still for {seconds:g} s")
            machine.stand_still(seconds)

    # The end

    async def _good_end(self) -> None:
        """Fair weather: one computer finishes whatever was left, and then there is nothing to do for any."""
        for computer in self._computers:
            computer.machine.away = 0
        await asyncio.sleep(3 * _HOUR)
        weather.heal(self._account)
        await asyncio.sleep(1000.0)
        known, _ = fold(self._rules.record(), self._store.leftover().entries)
        protected = {name for name, cluster in known.clusters.items() if cluster.prevent_destroy}
        protected |= self._store.intends("create_cluster") & self._account.clusters().keys()
        fleets.mend(self._fleet, sorted(protected & self._fleet.once.keys()), self._rules.taken)
        for number in range(ENOUGH + 1):
            computer = self._computers[number % self._count]
            wanted = self._save(computer)
            planned = await on(computer.machine, computer.plan(_ALL))
            if planned.plan.empty and self._store.head is None:
                self._told.runs_to_settle = number
                break
            order = Order(_ALL, auto_approve=True, lock_timeout=300.0)
            await self._carry_out(computer, order, TeamLife(Fate(), wanted))
        else:
            self._rules.broken.append(f"{ENOUGH} runs in fair weather do not bring it about")
        self._rules.settled(wanted)


def _fate(rng: random.Random) -> Fate:
    """Its computer stands still where it writes something down, or it is killed; or neither."""
    number, chance = int(2 ** rng.uniform(0, 7)), rng.random()
    if chance < 0.25:
        return Fate(halts=(rng.choice((1, 1, 2, 3)), rng.choice((TTL + 5, 2 * TTL + 5, 300.0, 2000.0))))
    if chance < 0.45:
        return Fate(stalls=(number, rng.choice((TTL / 2, TTL + 5, TTL + 5, 2 * TTL + 5, 300.0, 2000.0))))
    if chance < 0.75:
        return Fate(
            struck=(rng.choice((1, 1, 2, 3)), rng.choice((1, 2, 2, 3))), late=rng.choice((0.0, 40.0, 100.0, 100.0))
        )
    return Fate(dies=number) if chance < 0.85 else Fate()


@dataclass(frozen=True)
class TeamTeller:
    """Tells stories of so many computers over one kind of store."""

    store: str
    computers: int = 2

    def __call__(self, seed: int) -> Told:
        told = Told(seed)
        with tempfile.TemporaryDirectory(prefix="simulation", dir=MEMORY) as folder:
            try:
                run(TeamStory(seed, Path(folder), told, self.store, self.computers).play())
            except Broken as broken:
                told.broken = str(broken)
            except Exception as fault:  # noqa: BLE001 - a finding like any other
                told.broken = f"{type(fault).__name__}: {fault}"
        return told


def tellers() -> Iterator[TeamTeller]:
    yield from map(TeamTeller, STORES)
