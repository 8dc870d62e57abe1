"""The story of one seed: a fleet, edits, bad weather, hands in the console, runs that end too soon; and a good end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ackplan.app.plan import PlanOptions
from ackplan.cli.execution import Order
from ackplan.core.diagnostics import Failure
from ackplan.execute.ports import ApiError
from ackplan.record.journal import fold
from ackplan.spec.desired import Wanted

from . import branches, fleets, weather
from .account import Account
from .command import Computer, Ended
from .computer import Disk, Fate, Life
from .fleets import Fleet
from .loop import run
from .rules import Broken, Rules

# How much faster than real clusters the account's are; slow ones are polled often, which tells little and takes long.
_TIME_SCALES = (30.0, 600.0, *(6000.0,) * 10)
# Files are read and written by the hundred: where there is one, in a file system that is not on a disk.
MEMORY = next((folder for folder in ("/dev/shm",) if os.access(folder, os.W_OK)), None)
# Many short stories meet more than few long ones.
_CHAPTERS, _CLUSTERS = (1, 1, 1, 2, 2, 3), (1, 1, 2, 2, 3, 3, 5)
# In fair weather this many runs bring everything about, the one that finds nothing to do not counted.
ENOUGH = 3
# At the end it is known what is gone.
_ALL = PlanOptions(allow_vanished=True)
# So many stories begin with a fleet that is there: what can happen to it is more than what can happen to none.
_BEGUN = 0.6


@dataclass
class Told:
    """How a story went. `broken` is empty where every rule held."""

    seed: int
    lines: list[str] = field(default_factory=list)
    broken: str = ""
    runs: int = 0
    kills: int = 0
    calls: int = 0
    virtual_seconds: float = 0.0
    runs_to_settle: int = 0


def tell(seed: int) -> Told:
    """The story of this seed, always the same."""
    told = Told(seed)
    with tempfile.TemporaryDirectory(prefix="simulation", dir=MEMORY) as folder:
        try:
            run(Story(seed, Path(folder), told).play())
        except Broken as broken:
            told.broken = str(broken)
        except Exception as fault:  # noqa: BLE001 - a finding like any other
            told.broken = f"{type(fault).__name__}: {fault}"
    return told


class Story:
    """Plays it."""

    def __init__(self, seed: int, folder: Path, told: Told) -> None:
        self._rng = random.Random(f"story {seed}")
        self._told = told
        self._account = Account(seed, self._rng.choice(_TIME_SCALES))
        self._computer = Computer(folder, self._account, seed)
        self._rules = Rules(self._account, self._computer)
        self._account.watchers.append(self._rules.arrived)
        self._fleet = Fleet()
        self._planned: Mapping[str, Wanted] | None = None
        self._lives: list[Life] = []
        for _ in range(self._rng.choice(_CLUSTERS)):
            fleets.new_cluster(self._rng, self._fleet)

    async def play(self) -> None:
        try:
            if self._rng.random() < _BEGUN:
                await self._carry_out(Order(PlanOptions(), auto_approve=True), Life(Fate(), self._save()))
            for _ in range(self._rng.choice(_CHAPTERS)):
                await self._chapter()
            await self._good_end()
        finally:
            self._told.calls = self._account.served
            self._told.virtual_seconds = asyncio.get_running_loop().time()
        self._rules.broken += map(repr, unheard())
        self._rules.check()

    def _say(self, text: str) -> None:
        self._told.lines.append(f"{asyncio.get_running_loop().time():10.1f}  {text}")

    # Chapters

    async def _chapter(self) -> None:
        rng = self._rng
        await self._pause()
        self._account.weather(weather.faults(rng))
        self._say(f"weather: {self._account.service.faults.rules}")
        if weather.harms_old(self._account.service.faults.rules):
            await asyncio.sleep(400.0)
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            self._say(fleets.edit(rng, self._fleet, self._account.clusters()))
        if rng.random() < 0.3:
            self._meddle(rng)
            await asyncio.sleep(rng.choice((0, 1, 1000)))
        if rng.random() < 0.4:
            await self._save_a_plan()
        if rng.random() < 0.25:
            await self._mixed_up(rng)
        if rng.random() < 0.2:
            await self._branched(rng)
        for _ in range(rng.choice((1, 1, 2, 2))):
            life = await self._run()
            if life.dead and rng.random() < 0.5:
                begun = {entry.name for entry in self._computer.disk.leftover().entries}
                self._say(fleets.think_again(rng, self._fleet, self._account.clusters(), begun))
            if life.dead and self._planned is not None and rng.random() < 0.85:
                await self._go_on()
                await self._pause()

    async def _mixed_up(self, rng: random.Random) -> None:
        """One run with another account's credentials, or upon a record that a bad merge mixed up. Then it is put right."""
        disk, record = self._computer.disk, self._rules.record()
        complete = [
            name for name, known in record.clusters.items() if known.created and name in self._account.clusters()
        ]
        if disk.head is not None or disk.rows or len(complete) < 2:
            return
        await self._pause()
        await asyncio.sleep(400.0)
        life = Life(Fate(), self._save(), disturbed=True)
        order = Order(PlanOptions(skip_blocked=rng.random() < 0.5), auto_approve=True)
        if len(complete) > max(2, len(record.clusters) / 2) and rng.random() < 0.5:
            await self._astray(order, life)
            return
        one, other = rng.sample(complete, 2)
        ids = record.clusters[one].cluster_id, record.clusters[other].cluster_id
        disk.record = _swapped(disk.record, *ids)
        self._say(f"the record has the ids of {one} and {other} the wrong way round:")
        await self._carry_out(order, life)
        disk.record = _swapped(disk.record, *ids)

    async def _branched(self, rng: random.Random) -> None:
        """A second computer works on a branch of spec and record, this one on another; git merges both."""
        computer, rules, disk, base = self._computer, self._rules, self._computer.disk, branches.branch(self._fleet)
        if disk.head is not None or disk.rows or not disk.record:
            return
        await self._pause()
        self._account.weather(())
        rules.branched, record = True, disk.record
        theirs, computer.disk = branches.branch(base), Disk(disk.record)
        self._say("on a branch:")
        await self._work(rng, theirs)
        if rng.random() < 0.6:
            self._say(fleets.edit(rng, theirs, self._account.clusters()))
            self._fleet, ours = theirs, self._fleet
            await self._save_a_plan()
            self._fleet = ours
        merged, computer.disk = computer.disk.record, disk
        self._say("on the main branch:")
        await self._work(rng, self._fleet)
        winner = branches.drawn(rng, fleets.NAMES)
        disk.record = branches.merge_records(record, disk.record, merged, winner)
        self._fleet.clusters = branches.merge_fleets(base, self._fleet, theirs, winner)
        self._say("merged")
        if self._planned is not None:
            await self._run(again=True)

    async def _work(self, rng: random.Random, fleet: Fleet) -> None:
        """An edit on a branch, and as many runs as it takes until none of its calls is in flight."""
        self._say(fleets.edit(rng, fleet, self._account.clusters()))
        mine, self._fleet = self._fleet, fleet
        wanted, self._fleet = self._save(), mine
        for _ in range(ENOUGH):
            await self._carry_out(
                Order(PlanOptions(skip_blocked=True), auto_approve=True), Life(Fate(), wanted, disturbed=True)
            )
            await asyncio.sleep(400.0)
            if self._computer.disk.head is None:
                return

    async def _astray(self, order: Order, life: Life) -> None:
        before, life.astray = self._computer.disk.record, True
        self._say("with another account's credentials:")
        await self._carry_out(order, life)
        if self._account.strange.clusters() or self._computer.disk.record != before:
            self._rules.broken.append("another account's clusters are taken for ours")
        self._rules.check()

    async def _pause(self) -> None:
        """People take a minute over what they do: no call of a run that is over is on its way then."""
        if self._account.travelling:
            await asyncio.sleep(60.0)

    async def _go_on(self) -> None:
        """The same plan again, after a run that was killed; someone may have been there meanwhile."""
        if self._rng.random() < 0.4:
            await self._pause()
            self._meddle(self._rng, {entry.name for entry in self._computer.disk.leftover().entries})
            await asyncio.sleep(1000)
        await self._run(again=True)

    def _save(self) -> Mapping[str, Wanted]:
        """The spec as it is now goes to the computer; gives what it wants."""
        self._computer.spec = self._fleet.save(self._computer.folder)
        return self._computer.spec.clusters

    async def _save_a_plan(self) -> None:
        wanted = self._save()
        with contextlib.suppress(ApiError, Failure):
            await self._computer.plan(PlanOptions(skip_blocked=True), "it.plan")
            self._planned = wanted

    async def _run(self, *, again: bool = False) -> Life:
        """One run of `apply`, with or without a plan file, undisturbed or not."""
        rng, saved = self._rng, self._planned
        wanted = self._save()
        life = Life(weather.fate(rng), wanted, disturbed=rng.random() < 0.2)
        order = Order(self._choices(), auto_approve=True)
        if saved is not None and (again or rng.random() < 0.8):
            life.wanted = saved
            order = Order(PlanOptions(), str(self._computer.folder / "it.plan"))
        life.choices = order.choices
        self._lives.append(life)
        self._computer.parallelism = rng.choice((1, 2, 32))
        order = Order(order.choices, order.planfile, auto_approve=True, fail_fast=rng.random() < 0.15)
        hand = asyncio.create_task(self._hand(rng.uniform(0, rng.choice((2, 5, 60))))) if life.disturbed else None
        await self._carry_out(order, life)
        if hand is not None:
            hand.cancel()
        if self._planned is saved and not life.dead and rng.random() < 0.3:
            self._planned = None
        await asyncio.sleep(rng.choice((0.0, 1.0, 30.0)))
        return life

    def _choices(self) -> PlanOptions:
        """Mostly everything, sometimes a part or something else."""
        rng, blocked = self._rng, self._rng.random() < 0.85
        name = rng.choice(fleets.NAMES)
        known = name in self._fleet.clusters or name in self._rules.record().clusters
        chance = rng.random()
        if chance < 0.04:
            return PlanOptions(destroy=True, skip_blocked=blocked)
        if chance < 0.08:
            return PlanOptions(refresh_only=True)
        if chance > 0.2 or not known:
            return PlanOptions(skip_blocked=blocked)
        which = rng.choice(("target", "exclude", "replace", "adopt"))
        return PlanOptions(**{which: (name,)}, skip_blocked=blocked)

    async def _hand(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._meddle(random.Random(seconds))

    def _meddle(self, rng: random.Random, near: Collection[str] = ()) -> None:
        """Somebody does something by hand, to a cluster that is `near` where one is.

        A name that was taken so is excused from being recorded. What a run that is over has sent may arrive after it.
        """
        for life in self._lives:
            life.disturbed = True
        if rng.random() < 0.15:
            name, cluster_id = weather.twin(rng, self._account)
            self._rules.taken |= {name} - {""}
            self._rules.foreign |= {cluster_id} - {""}
            self._say(f"by hand: calls a foreign cluster {name}")
            return
        known, _ = fold(self._rules.record(), self._computer.disk.leftover().entries)
        recorded = {entry.cluster_id for entry in known.clusters.values()}
        deed = weather.meddle(rng, self._account, near, recorded)
        self._say(f"by hand: {deed}")
        if deed.startswith("detach "):
            self._rules.loose.add(deed.removeprefix("detach "))
        if deed.startswith("puts up "):
            name = deed.removeprefix("puts up ")
            self._rules.taken.add(name)
            self._rules.foreign.add(self._account.clusters()[name].cluster_id)

    async def _carry_out(self, order: Order, life: Life) -> Ended:
        end = await self._computer.apply(order, life)
        self._told.runs += 1
        self._told.kills += life.dead
        how = "a plan file" if order.planfile else "the spec"
        self._say(f"apply of {how}: {ending(end)} ({life.count} writes and calls, {life.fate})")
        output = end.output.replace(str(self._computer.folder), ".").splitlines()
        self._told.lines += [f"            | {line}" for line in output]
        self._rules.ended(end, life)
        if end.code == 0 and not life.disturbed and not order.planfile:
            if order.choices in {PlanOptions(), PlanOptions(skip_blocked=True)}:
                self._rules.no_twins(life)
            if order.choices == PlanOptions():
                self._rules.all_done(life)
        return end

    # The end

    async def _good_end(self) -> None:
        """Fair weather: whatever was left is finished, and then there is nothing to do."""
        self._account.weather(())
        await asyncio.sleep(3 * 3600.0)
        self._heal()
        await asyncio.sleep(1000.0)
        known, _ = fold(self._rules.record(), self._computer.disk.leftover().entries)
        protected = {name for name, cluster in known.clusters.items() if cluster.prevent_destroy}
        protected |= self._computer.disk.intends("create_cluster") & self._account.clusters().keys()
        fleets.mend(self._fleet, sorted(protected & self._fleet.once.keys()), self._rules.taken)
        wanted, end = self._save(), None
        for number in range(ENOUGH + 1):
            planned = await self._computer.plan(_ALL)
            if planned.plan.empty and self._computer.disk.head is None:
                self._told.runs_to_settle = number
                break
            if end is not None and end.code == 0:
                self._rules.broken.append("a run in fair weather said that all was done, and there is more to do")
                break
            end = await self._carry_out(Order(_ALL, auto_approve=True), Life(Fate(), wanted))
            self._say(f"in fair weather: {ending(end)}")
        else:
            self._rules.broken.append(f"{ENOUGH} runs in fair weather do not bring it about")
        self._rules.settled(wanted)
        await self._no_drift()

    def _heal(self) -> None:
        """People put right what only they can: what is stuck, renamed, or there twice."""
        weather.heal(self._account)
        recorded = {entry.cluster_id for entry in self._rules.record().clusters.values()}
        weather.part(self._account, recorded, self._rules.foreign)
        known, _ = fold(self._rules.record(), self._computer.disk.leftover().entries)
        kept = {i for entry in known.clusters.values() for i in entry.attached}
        kept |= {
            i for body in self._fleet.clusters.values() for group in body.get("attach", ()) for i in group["instances"]
        }
        weather.take_back(self._account, kept)
        if self._rules.branched:
            self._tidy(recorded)

    def _tidy(self, recorded: Collection[str]) -> None:
        """Whoever took the wrong side of a conflict sees to what no branch knows any more."""
        for seen in self._account.clusters().values():
            if seen.cluster_id in recorded or seen.name.startswith(weather.FOREIGN):
                continue
            if seen.name in self._fleet.clusters:
                self._rules.taken.add(seen.name)
            else:
                self._account.world.turn(seen.cluster_id, "running")
                self._account.world.delete(seen.cluster_id)

    async def _no_drift(self) -> None:
        planned = await self._computer.plan(PlanOptions(refresh_only=True, allow_vanished=True))
        if not planned.plan.empty:
            self._rules.broken.append("what was applied is called drift")
        self._rules.check()


def _swapped(text: str, one: str, other: str) -> str:
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


def ending(end: Ended) -> str:
    if end.fault is not None:
        return f"{type(end.fault).__name__}: {end.fault}"
    return "killed" if end.code is None else f"exit {end.code}"


def unheard() -> Iterator[object]:
    """Exceptions of tasks that nobody looked at; those of killed runs are as they should be."""
    from .computer import Killed
    from .loop import VirtualLoop

    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    for lost in loop.lost:
        if not isinstance(lost, Killed | ConnectionResetError):
            yield lost
