"""Runs the real `plan` and `apply` on a simulated computer: what the command line wires together, wired differently."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from ackplan import spec
from ackplan.adapters import ack
from ackplan.adapters.ack import sender
from ackplan.adapters.ack.signing import UnsignedRequest
from ackplan.adapters.local.output_files import Output, Sort
from ackplan.adapters.local.secrets import Secrets
from ackplan.app.host import Host
from ackplan.app.plan import PlanOptions, Proposal
from ackplan.app.worlds import Here
from ackplan.cli import run_output
from ackplan.cli.execution import Order, carry_out
from ackplan.cli.options import Settings
from ackplan.core.diagnostics import Failure
from ackplan.core.world import LOOPBACK, World
from ackplan.execute.ports import ApiError
from ackplan.project import wiring
from ackplan.project.plan_files import plan_file
from ackplan.project.project import Project
from ackplan.project.project_settings import ProjectSettings
from tests.plan_files import text_of

from .account import STRANGER, Account
from .computer import Disk, Fate, Life, MemoryJournal, MemoryRecord, MemoryWorkspace, Wire
from .loop import LoopClock, VirtualLoop

SECRETS = {"NODE_PASSWORD": "Xy7-node-secret", "ROOT_PASSWORD": "Zq9-root-secret"}
# No command takes longer than this, in virtual seconds, nor makes more calls.
_LONGEST = 48 * 3600.0
_MOST_CALLS = 20_000


def unsigned(request: UnsignedRequest, credential: Any, *, region: str, **_: Any) -> dict[str, str]:
    """The account looks at keys and regions, not at signatures; those are tested elsewhere."""
    key = f"acs {credential.access_key_id}:none"
    said = {"accept": request.accept, "content-type": request.content_type, "authorization": key}
    return {**said, "x-acs-region-id": region}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, None where it was killed; `fault` is the error that it ended in."""

    code: int | None
    output: str
    fault: BaseException | None = None
    late: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()


@dataclass
class Computer:
    """A folder with a spec, a disk, and an account to talk to. One command at a time.

    `spec` is what the folder's spec says: it was read when it was written.
    """

    folder: Path
    account: Account
    seed: int
    disk: Disk = field(default_factory=Disk)
    spec: spec.Spec = field(default_factory=lambda: spec.Spec({}, (), ()))
    life: Life | None = None
    runs: int = 0
    parallelism: int = 32

    async def plan(self, choices: PlanOptions, planfile: str = "") -> Proposal:
        """A plan made in fair weather. Raises Failure and ApiError."""
        life = Life(Fate(), {})
        with self._living(life):
            proposal = await Project(Settings(chdir=self.folder)).propose(choices)
            if planfile:
                file = Output(self.folder / planfile, Sort.PLAN)
                file.write(plan_file(proposal.plan, proposal.before.record))
                self.disk.written.append(text_of((self.folder / planfile).read_bytes()))
        return proposal

    async def apply(self, order: Order, life: Life) -> Ended:
        """`apply`, in this life."""
        out = io.StringIO()
        others = asyncio.all_tasks() | self.account.travelling
        life.tried = self.disk.intends("create_cluster")
        life.creating |= life.tried
        self.life, life.begun = life, asyncio.get_running_loop().time()
        with self._living(life), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            end = await self._lived(carry_out(Settings(chdir=self.folder, parallelism=self.parallelism), order), life)
        self.life = None
        left = [task for task in asyncio.all_tasks() - others - self.account.travelling if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        names = () if life.dead else tuple(str(task.get_coro()) for task in left)
        code, fault = end
        return Ended(code, out.getvalue(), fault, tuple(life.sent_late), tuple(life.unwritten), names)

    async def _lived(self, command: Coroutine[Any, Any, int], life: Life) -> tuple[int | None, BaseException | None]:
        """The command's exit code, and what it raised where it ended so."""
        main = asyncio.create_task(command)
        died = asyncio.create_task(life.died.wait())
        fingers = asyncio.create_task(self._press(life))
        await asyncio.wait({main, died}, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
        for task in (died, fingers):
            task.cancel()
        await asyncio.gather(died, fingers, return_exceptions=True)
        if life.dead:
            return None, None
        if not main.done():
            life.dead = True
            return None, TimeoutError(f"still at work after {_LONGEST} seconds")
        try:
            return main.result(), None
        except (Failure, ApiError) as fault:
            return 1, fault
        except BaseException as fault:  # noqa: BLE001 - the story looks at it
            return None, fault

    async def _press(self, life: Life) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for seconds in life.fate.pressed:
            await asyncio.sleep(seconds)
            life.stopping = loop.press(signal.SIGINT) or life.stopping

    @contextlib.contextmanager
    def _living(self, life: Life) -> Iterator[None]:
        self.runs += 1

        def host(settings: ProjectSettings) -> Host:
            return Host(
                spec.Inputs(self.folder),
                MemoryWorkspace(MemoryRecord(self.disk, life), MemoryJournal(self.disk, life)),
                lambda *, offline=False: self._world(life),
                LoopClock(),
                Secrets(SECRETS, self.folder),
                wiring.judges,
                lambda: f"run{self.runs}",
                limits=settings.limits,
            )

        with contextlib.ExitStack() as stack:
            for target, name, instead in (
                (wiring, "host", host),
                (spec, "read", lambda _inputs: self.spec),
                (sender, "SIGNERS", {"hmac-sha1": unsigned}),
                (run_output, "timestamp", lambda: f"{self.clock().now():.0f}"),
            ):
                stack.enter_context(mock.patch.object(target, name, instead))
            yield

    def wire(self, life: Life) -> Wire:
        """The way of its client to the account."""
        return Wire(self.account, life, self.disk)

    def clock(self) -> LoopClock:
        """The clock of its client."""
        return LoopClock()

    @contextlib.asynccontextmanager
    async def _world(self, life: Life) -> AsyncIterator[Any]:
        """The account can't be learnt, as where the credentials may not ask who they are."""
        async with self._client(life) as client:
            yield client, Here(World("", LOOPBACK))

    @contextlib.asynccontextmanager
    async def _client(self, life: Life) -> AsyncIterator[Any]:
        rng, clock = random.Random(f"client {self.seed} {self.runs}"), self.clock()
        async with ack.open_client(
            ack.ClientSettings(endpoint="http://127.0.0.1:1", rate=0),
            ack.FixedCredentials(STRANGER if life.astray else "sandbox", "sandbox"),
            ack.Surroundings(
                clock, lambda: datetime.fromtimestamp(clock.now(), UTC), lambda: f"{rng.getrandbits(64):x}", rng
            ),
            carried=lambda _transport: self.wire(life),
        ) as client:
            yield client
