"""Computers of a team in one virtual time: each has a clock of its own that is off, and may stand still for a while."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from ackplan.adapters.stores import leased, waiting
from ackplan.adapters.stores.log import log_workspace, shared_log
from ackplan.adapters.stores.postgres import postgres_workspace
from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.record.journal import Entry, Phase

from .computer import Killed, Life
from .loop import OWNER, LoopClock


@dataclass(eq=False)
class TeamMachine:
    """One computer. `skew` is how many seconds its clock is ahead. `away` is how many of its requests the store loses.

    `stands` is until when it stands still, on the loop's clock.
    """

    name: str
    rng: random.Random
    skew: float = 0.0
    stands: float = 0.0
    away: int = 0
    life: Life | None = None
    said: list[str] = field(default_factory=list)

    @property
    def latency(self) -> float:
        return self.rng.choice((0.0, 0.001, 0.01, 0.1, 2.0))

    async def awake(self) -> None:
        left = self.stands - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)
            await self.awake()

    def stand_still(self, seconds: float) -> None:
        self.stands = max(self.stands, asyncio.get_running_loop().time() + seconds)

    def did(self, arguments: Sequence[Any]) -> None:
        """Stands still where the calls that were committed now are those that it halts at."""
        batch = arguments[0] if arguments and isinstance(arguments[0], list) else ()
        intents = sum(isinstance(entry, Entry) and entry.phase is Phase.INTENT for entry in batch)
        life = self.life
        if life is not None and intents:
            before, life.intents = life.intents, life.intents + intents
            if before < life.fate.halts[0] <= life.intents:
                self.stand_still(life.fate.halts[1])

    def waiter(self, patience: float) -> Waiter:
        """A waiter whose pauses take no time from anybody else, but from its patience."""
        slept = [0.0]

        def sleep(seconds: float) -> None:
            slept[0] += seconds

        return Waiter("memory", patience, self.said.append, sleep, lambda: slept[0])

    # Around each request to the store

    def before(self, *, changes: bool) -> None:
        """Raises Killed, and StoreAway where the request is lost on its way."""
        life = self._life(changes=changes)
        if life and self.away and self.rng.random() < 0.5:
            self.away -= 1
            raise StoreAway("no connection")

    def after(self, *, changes: bool) -> None:
        """Raises Killed, and StoreAway where the answer is lost on its way."""
        life = self._life(changes=changes)
        if life and self.away:
            self.away -= 1
            raise StoreAway("no answer")

    def _life(self, *, changes: bool) -> Life | None:
        life = self.life
        if life is not None and changes:
            life.tick()
            if life.count == life.fate.stalls[0]:
                self.stand_still(life.fate.stalls[1])
        elif life is not None:
            life.check()
        return life


class MachineClock(LoopClock):
    """The clock of a computer, put right by what is known of the store's. `skew` says how far it is behind that."""

    def __init__(self, machine: TeamMachine, skew: Callable[[], float]) -> None:
        self._machine = machine
        self._skew = skew

    def wall(self) -> float:
        return self.now() + self._machine.skew + self._skew()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._machine.awake()


class _Time:
    """In the place of the module: virtual, and off where the computer's clock is."""

    @staticmethod
    def monotonic() -> float:
        return asyncio.get_running_loop().time()

    @staticmethod
    def time() -> float:
        machine = OWNER.get()
        return LoopClock().now() + (machine.skew if isinstance(machine, TeamMachine) else 0.0)


class _Heartbeat:
    """As the product's, in virtual time."""

    def __init__(self, renew: Callable[[], bool], ttl: float) -> None:
        self._task = asyncio.create_task(self._run(renew, ttl / 3))

    @staticmethod
    async def _run(renew: Callable[[], bool], pause: float) -> None:
        machine, renewed = OWNER.get(), True
        assert machine is not None
        while renewed:
            await asyncio.sleep(pause)
            await machine.awake()
            with contextlib.suppress(Killed):
                renewed = renew()

    def close(self) -> None:
        self._task.cancel()


class _Threads:
    """In the place of a pool of threads: each thing at once."""

    def __init__(self, *_sizes: Any, **_names: Any) -> None:
        pass

    def __enter__(self) -> _Threads:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    map = staticmethod(map)


@contextlib.contextmanager
def virtual_leases() -> Iterator[None]:
    """Within it leases are kept and lost in virtual time."""
    with contextlib.ExitStack() as stack:
        for module in (leased, log_workspace, shared_log, postgres_workspace):
            stack.enter_context(mock.patch.object(module, "time", _Time))
        stack.enter_context(mock.patch.object(leased, "Heartbeat", _Heartbeat))
        stack.enter_context(mock.patch.object(waiting, "random", random.Random(1)))
        stack.enter_context(mock.patch.object(shared_log, "ThreadPoolExecutor", _Threads))
        yield
