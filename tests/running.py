"""Runs what tests need: a simulator in a thread of its own, and the command line in this process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from ackplan.cli.main import run
from ackplan.simulator import SimulatorConfig, serve


@dataclass(frozen=True)
class Command:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Simulator:
    """A simulator that is being served."""

    url: str
    running: Any

    @property
    def calls(self) -> list[Any]:
        return list(self.running.calls)

    @property
    def credentials(self) -> dict[str, str]:
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "sandbox",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "sandbox",
            "ACKPLAN_RATE": "0",
            "ACKPLAN_PATIENCE": "0",
        }


@contextlib.contextmanager
def simulator(**settings: Any) -> Iterator[Simulator]:
    """A simulator on a free port of 127.0.0.1; `settings` are those of SimulatorConfig."""
    started: dict[str, Any] = {}
    ready = threading.Event()

    async def main() -> None:
        started["loop"], started["stop"] = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with serve(SimulatorConfig(**settings)) as running:
                started["running"] = running
                ready.set()
                await started["stop"].wait()
        except BaseException as fault:
            started["fault"] = fault
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    ready.wait()
    if "running" not in started:
        raise RuntimeError("the simulator did not start") from started.get("fault")
    try:
        yield Simulator(started["running"].url, started["running"])
    finally:
        started["loop"].call_soon_threadsafe(started["stop"].set)
        thread.join()


def command_line(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Command:
    """Runs `ackplan ARGUMENTS` in `folder` with nothing of this process's environment but what is given."""
    out, err = io.StringIO(), io.StringIO()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            mock.patch.dict(os.environ, {**kept, **(environment or {})}, clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(arguments)
    finally:
        os.chdir(before)
    return Command(code, out.getvalue(), err.getvalue())
