"""Runs a workspace in a process of its own: its faults, its memory and its credentials are no other one's.

What a process prints is read as it comes and kept no longer than it is needed, so that a thousand large workspaces take
little memory here. A process dies with its parent: where that is killed, nothing goes on that nobody watches, and the
next apply finishes what was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import ackplan
from ackplan.workspaces import summary_reader
from ackplan.workspaces.child_end import ChildEnd, failed, result_of_end
from ackplan.workspaces.child_words import SharedOptions, environment_of, state_of, words_of
from ackplan.workspaces.result import WorkspaceResult
from ackplan.workspaces.runner import Progress, WorkspaceOrder

# Of one line, and of what is shown of standard error.
_LINE, _SAID = 8 << 20, 8 << 10
_CHUNK = 64 << 10
_AT_ONCE = 3


class ChildRunner:
    """Runs workspaces as processes of this machine. `environment` is what they are given of, each its own part."""

    def __init__(
        self,
        root: Path,
        shared: SharedOptions,
        environment: Mapping[str, str],
        *,
        orphaned: signal.Signals = signal.SIGKILL,
    ) -> None:
        """`orphaned` is the signal that a process gets where this one dies."""
        self._root = root
        self._shared = shared
        self._environment = environment
        self._orphaned = orphaned
        self._running: set[asyncio.subprocess.Process] = set()
        self._interrupts = 0

    def interrupt(self) -> None:
        self._interrupts += 1
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT if self._interrupts < _AT_ONCE else signal.SIGKILL)

    async def run(self, order: WorkspaceOrder, progress: Progress) -> WorkspaceResult:
        if not (self._root / order.entry.path).is_dir():
            return failed(order, "ACK8010", "", path=order.entry.path)
        try:
            return result_of_end(order, await self.end_of(order, progress))
        except OSError as fault:
            return failed(order, "ACK8011.start", "", why=fault.strerror or str(fault))

    async def end_of(self, order: WorkspaceOrder, progress: Progress) -> ChildEnd:
        """How the process of a workspace ended. Raises OSError where it can't be started."""
        process = await self._started(order)
        self._running.add(process)
        try:
            return await _followed(process, progress)
        finally:
            self._running.discard(process)
            with contextlib.suppress(ProcessLookupError):
                process.kill()

    async def _started(self, order: WorkspaceOrder) -> asyncio.subprocess.Process:
        entry, none, pipe = order.entry, asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        state = state_of(entry, self._environment, self._shared)
        environment = {**environment_of(entry, self._environment, state), **_importable(self._environment)}
        # Of the checkout that it works in, nothing is imported.
        command = (sys.executable, "-P", "-m", "ackplan", *words_of(order, self._root, self._shared), "--summary")
        return await asyncio.create_subprocess_exec(
            *command, stdin=none, stdout=pipe, stderr=pipe, env=environment, start_new_session=True,
            preexec_fn=_dying_with(os.getpid(), self._orphaned),
        )  # fmt: skip


def _importable(environment: Mapping[str, str]) -> dict[str, str]:
    """Where Python finds this ackplan, when it is not installed."""
    home = Path(ackplan.__file__).resolve().parents[1]
    if home.name in {"site-packages", "dist-packages"}:
        return {}
    before = environment.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(home), before)))}


def _dying_with(parent: int, number: signal.Signals) -> Callable[[], None]:
    """What a process does before it becomes another program: it asks for a signal at its parent's end."""
    control = getattr(ctypes.CDLL(None), "prctl", None)

    def ask() -> None:
        if control is not None:
            control(1, number)
            if os.getppid() != parent:
                os._exit(summary_reader.INTERRUPTED)

    return ask


async def _followed(process: asyncio.subprocess.Process, progress: Progress) -> ChildEnd:
    assert process.stdout is not None  # noqa: S101 - both are pipes
    assert process.stderr is not None  # noqa: S101
    errors = asyncio.ensure_future(_tail(process.stderr))
    last = b""
    async for line in _lines(process.stdout):
        step = summary_reader.progress_of(line)
        if step is None:
            last = line
        else:
            progress(*step)
    said = await errors
    return ChildEnd(await process.wait(), last, said)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines of a stream; what is too long for one is left out."""
    kept = bytearray()
    while chunk := await stream.read(_CHUNK):
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            line = bytes(kept + part)
            kept.clear()
            if len(line) <= _LINE:
                yield line
        kept += rest[: max(0, _LINE + 1 - len(kept))]
    if kept:
        yield bytes(kept)


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while chunk := await stream.read(_CHUNK):
        kept = (kept + chunk)[-_SAID:]
    return kept.decode("utf-8", "replace")
