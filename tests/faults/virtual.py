"""The command line in this process and in virtual time, against a simulator on a real socket in the same event loop.

All is the product's own but time, and a wire between client and socket that tests may hang something on.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from ackplan.adapters import ack
from ackplan.adapters.ack.endpoint import parse_endpoint
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.ack.transport import Transport
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.execute.virtual_clock import VirtualClock
from ackplan.record.journal import Entry
from ackplan.simulator import SIMULATOR, SimulatorConfig, World, serve
from tests.faults.scenes import SECRETS
from tests.running import Command, command_line

_WALL = 100_000_000.0
_HASTY = ack.Timeouts(connect=10.0, read=0.15, total=0.15)
_FIXED = ack.FixedCredentials("sandbox", "sandbox")


@dataclass
class Wire:
    """Between client and socket. `impatient` calls (by how often their operation was called) time out after 0.15 s.

    `before` and `after` are called with each changing call's operation and how often it was sent by then. `refuses`
    answers a call in the server's place, where it gives an answer. `answers` turns each answer into the one that comes.
    """

    impatient: tuple[str, int] = ("", 0)
    before: Callable[[str, int], None] = lambda _operation, _number: None
    after: Callable[[str, int], None] = lambda _operation, _number: None
    refuses: Callable[[], Answer | None] = lambda: None
    answers: Callable[[ApiCall, Answer], Answer] = lambda _call, answer: answer
    sent: list[str] = field(default_factory=list)


class _Carrier:
    def __init__(self, wire: Wire, patient: Any, hasty: Transport) -> None:
        self._wire = wire
        self._patient = patient
        self._hasty = hasty

    async def send(self, call: Any, headers: Mapping[str, str], body: bytes | None) -> Any:
        wire = self._wire
        wire.sent.append(call.operation)
        number = wire.sent.count(call.operation)
        carrier = self._hasty if (call.operation, number) == wire.impatient else self._patient
        wire.before(call.operation, number)
        refusal = wire.refuses()
        if refusal is not None:
            return refusal
        try:
            return wire.answers(call, await carrier.send(call, headers, body))
        finally:
            wire.after(call.operation, number)


class Time(VirtualClock):
    """Virtual time that tests may move."""

    def skip(self, seconds: float) -> None:
        self._now += seconds

    def wall(self) -> float:
        """Another count than that of `now`: whoever takes the one for the other is told by tests."""
        return self._now + _WALL


class _SlowDrip:
    """The clock of the simulator: drips really take a little while, everything else is a matter of virtual time."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01 if seconds < 1 else 0)


@dataclass
class Bench:
    """Commands run with `run`; all of them, and the world, are in one virtual time."""

    folder: Path
    world: World
    clock: Time
    wire: Wire
    calls: Sequence[Any]
    url: str

    def skip(self, seconds: float) -> None:
        """Lets time pass at once."""
        self.clock.skip(seconds)

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Command:
        given = {**SECRETS, "ACKPLAN_ENDPOINT": self.url, **(environment or {})}
        return command_line(self.folder, *arguments, environment=given)


@contextlib.contextmanager
def bench(folder: Path, db: Path | None = None, *, rate: float = 0, **settings: Any) -> Iterator[Bench]:
    """A bench for the project in `folder`; its world is kept in `db`, or in memory. `settings`: SimulatorConfig's.

    `rate`: the client's calls a second at most; 0: as many as it likes.
    """
    clock, wire = Time(), Wire()
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        config = SimulatorConfig(db=db, clock=_SlowDrip(clock), **{"time_scale": 2000, **settings})
        opened = serve(config)
        running = runner.run(opened.__aenter__())
        stack.callback(lambda: runner.run(opened.__aexit__(None, None, None)))
        stack.enter_context(mock.patch("ackplan.adapters.ack.open_client", _opener(running.url, clock, wire, rate)))
        stack.enter_context(mock.patch("ackplan.project.wiring.RealClock", return_value=clock))
        stack.enter_context(mock.patch.object(SqliteJournal, "write", _waited_for(clock)))
        stack.enter_context(mock.patch("asyncio.run", runner.run))
        yield Bench(folder, running.world, clock, wire, running.calls, running.url)


def _waited_for(clock: VirtualClock) -> Callable[[SqliteJournal, Entry], Awaitable[None]]:
    """The journal's `write`, during which no time passes however slow the disk is."""
    real = SqliteJournal.write

    async def write(journal: SqliteJournal, entry: Entry) -> None:
        clock.begin()
        try:
            await real(journal, entry)
        finally:
            clock.end()

    return write


def _opener(url: str, clock: VirtualClock, wire: Wire, rate: float) -> Callable[[Any], Any]:
    settings, real = ack.ClientSettings(endpoint=url, rate=rate), ack.open_client

    @contextlib.asynccontextmanager
    async def open_client(_settings: Any, _credentials: Any) -> AsyncIterator[ack.AckClient]:
        hasty = Transport(parse_endpoint(url, allow_clear_text=True), ack.ClientSettings(timeouts=_HASTY))
        carried = lambda transport: clock.watched(_Carrier(wire, transport, hasty))  # noqa: E731
        around = ack.Surroundings(clock, rng=random.Random(1))
        async with real(settings, _FIXED, around, carried) as client:
            driver = asyncio.create_task(clock.drive())
            try:
                yield client
            finally:
                driver.cancel()
                await hasty.close()

    return open_client


__all__ = ["SIMULATOR", "Bench", "Wire", "bench"]
