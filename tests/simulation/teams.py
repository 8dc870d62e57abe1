"""Computers of a team: the real `plan` and `apply` on each, over one store that all of them reach."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
import sys
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from ackplan import spec
from ackplan.adapters.ack import sender
from ackplan.adapters.ack.exchange import Answer, ApiCall
from ackplan.adapters.local.secrets import Secrets
from ackplan.adapters.stores.leased import Busy, Lease, LeasedWorkspace
from ackplan.app.host import Host
from ackplan.app.plan import PlanOptions, Proposal
from ackplan.cli import run_output
from ackplan.cli.execution import Order, carry_out
from ackplan.cli.options import Settings
from ackplan.project import wiring
from ackplan.project.project import Project
from ackplan.project.project_settings import ProjectSettings
from ackplan.record.holder import Holder

from .command import SECRETS, Computer, Ended, unsigned
from .computer import Fate, Life, Wire
from .loop import OWNER, LoopClock, Numbered
from .machines import MachineClock, TeamMachine, virtual_leases
from .shared_stores import SharedStore

T = TypeVar("T")
_OUT: contextvars.ContextVar[io.StringIO | None] = contextvars.ContextVar("out", default=None)


class _Output(io.TextIOBase):
    """Standard output of whichever computer writes."""

    def write(self, text: str) -> int:
        out = _OUT.get()
        return out.write(text) if out is not None else len(text)


@dataclass
class TeamLife(Life):
    """A run on one of several computers. `lease` is the lock as it got it last."""

    lease: Lease | None = None


@dataclass
class TeamComputer(Computer):
    """One of a team's computers. `machine` is its clock and whether it stands still; `store` is all that lasts."""

    machine: TeamMachine = field(kw_only=True)
    store: SharedStore = field(kw_only=True)

    async def apply(self, order: Order, life: Life) -> Ended:
        """`apply`, in this life, whatever the other computers do."""
        assert isinstance(life, TeamLife)
        self.runs += 1
        self.machine.life, self.life = life, life
        life.begun = asyncio.get_running_loop().time()
        out = io.StringIO()
        _OUT.set(out)
        settings = Settings(chdir=self.folder, parallelism=self.parallelism)
        code, fault = await self._lived(carry_out(settings, order), life)
        left = [task for task in self._own_tasks() if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self.machine.life = self.life = None
        names = () if life.dead else tuple(name for task in left if not _is_a_commit(name := str(task.get_coro())))
        said = out.getvalue() + "".join(f"{text}\n" for text in self.machine.said)
        self.machine.said.clear()
        return Ended(code, said, fault, tuple(life.sent_late), tuple(life.unwritten), names)

    async def plan(self, choices: PlanOptions, planfile: str = "") -> Proposal:
        """A plan made in fair weather. Raises Failure and ApiError."""
        assert not planfile
        _OUT.set(io.StringIO())
        self.machine.life = self.life = TeamLife(Fate(), {})
        try:
            return await Project(Settings(chdir=self.folder)).propose(choices)
        finally:
            self.machine.life = self.life = None

    def _own_tasks(self) -> Iterator[asyncio.Task[Any]]:
        for task in asyncio.all_tasks() - self.account.travelling:
            own = isinstance(task, Numbered) and task.owner is self.machine
            if own and task is not asyncio.current_task():
                yield task

    def host(self, settings: ProjectSettings) -> Host:
        """What its runs need of the world."""
        life = self.life
        assert isinstance(life, TeamLife)
        workspace = self.store.workspace(self.machine, f"{self.machine.name}-{self.runs}")
        _watch(workspace, life, self.store)
        return Host(
            spec.Inputs(self.folder),
            workspace,
            lambda *, offline=False: self._world(life),
            MachineClock(self.machine, workspace.skew),
            Secrets(SECRETS, self.folder),
            wiring.judges,
            lambda: f"{self.machine.name}-{self.runs}",
            limits=settings.limits,
        )

    def wire(self, life: Life) -> Wire:
        assert isinstance(life, TeamLife)
        return TeamWire(self.account, life, self.store, self.machine)  # type: ignore[arg-type]

    def clock(self) -> LoopClock:
        return MachineClock(self.machine, float)


def _is_a_commit(task: str) -> bool:
    """Whether it is one that a thread carries out elsewhere: that is waited for there."""
    return "GroupCommit._flush" in task or "_done_elsewhere" in task


def _watch(workspace: LeasedWorkspace, life: TeamLife, store: SharedStore) -> None:
    """Has a run know which lock it got, and what was left then."""
    take = workspace.take

    def watched(holder: Holder, ttl: float | None = None) -> Lease | Busy:
        got = take(holder, ttl)
        if isinstance(got, Lease):
            life.lease, life.begun = got, asyncio.get_running_loop().time()
            life.tried = store.intends("create_cluster")
            life.creating |= life.tried
        return got

    workspace.take = watched  # type: ignore[method-assign]


@dataclass
class TeamWire(Wire):
    """The way to the account: it sees whose lock it is when a call is sent, and whether it is written down in the store."""

    life: TeamLife
    machine: TeamMachine

    async def send(self, call: ApiCall, headers: Any, body: bytes | None) -> Answer:
        try:
            return await super().send(call, headers, body)
        finally:
            await self.machine.awake()

    def _look(self, call: ApiCall) -> None:
        super()._look(call)
        store: SharedStore = self.disk  # type: ignore[assignment]
        mine, now = self.life.lease.epoch if self.life.lease else 0, store.epoch()
        if not mine or mine != now:
            self.life.unwritten.append(f"{call.operation} under the lock {mine}, where it is {now}")


@contextlib.contextmanager
def world_of(computers: dict[Path, TeamComputer]) -> Iterator[None]:
    """Within it each computer is what its folder says, and writes where it is listened to."""
    real_read = spec.read

    def read(inputs: spec.Inputs) -> spec.Spec:
        computer = computers[inputs.folder]
        return computer.spec if computer.life else real_read(inputs)

    with contextlib.ExitStack() as stack:
        stack.enter_context(virtual_leases())
        for target, name, instead in (
            (wiring, "host", lambda settings: computers[settings.chdir].host(settings)),
            (spec, "read", read),
            (sender, "SIGNERS", {"hmac-sha1": unsigned}),
            (run_output, "timestamp", lambda: f"{asyncio.get_running_loop().time():.0f}"),
            (sys, "stdout", _Output()),
            (sys, "stderr", _Output()),
        ):
            stack.enter_context(mock.patch.object(target, name, instead))
        yield


async def on(machine: TeamMachine, doing: Coroutine[Any, Any, T]) -> T:
    """What is done belongs to a computer."""

    async def owned() -> T:
        OWNER.set(machine)
        return await doing

    running = asyncio.create_task(owned())
    try:
        return await running
    finally:
        running.cancel()
