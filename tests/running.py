"""Runs what tests need: a simulator in a thread of its own, and the command line in this process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from ackplan.cli.main import run
from ackplan.cli.printing import finish
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
    with _within(folder, environment or {}), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    return Command(code, out.getvalue(), err.getvalue())


def unsigned(text: str) -> str:
    """A plan's text or comment without its last lines: which world it is for, when and by whom it was made."""
    return re.sub(r"\n*(?:\nIt is for [^\n]*|\nMade \d{4}-[^\n]*|\n<sub>For [^\n]*)", "", text)


@dataclass(frozen=True)
class Bytes:
    """How a command ended, and what it printed as a terminal or a file gets it."""

    code: int
    out: bytes
    err: bytes


def command_line_in(
    encoding: str, folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Bytes:
    """The same with standard streams as a process with this `PYTHONIOENCODING` has them."""
    out, err = _stream(encoding, "strict"), _stream(encoding, "backslashreplace")
    with (
        _within(folder, environment or {}),
        mock.patch("sys.stdin", _stream(encoding, "strict", stdin)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(arguments)
        finish()
    return Bytes(code, out.buffer.getvalue(), err.buffer.getvalue())


class _Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


class _Stream(io.TextIOWrapper):
    buffer: _Pipe


def _stream(encoding: str, errors: str, content: bytes = b"") -> _Stream:
    name, _, handler = encoding.partition(":")
    return _Stream(_Pipe(content), encoding=name, errors=handler or errors)


@contextlib.contextmanager
def _within(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    before = Path.cwd()
    os.chdir(folder)
    try:
        with mock.patch.dict(os.environ, {**kept, **environment}, clear=True), _own_log():
            yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _own_log() -> Iterator[None]:
    """A process sets its log up once; here each command does."""
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = list(root.handlers), root.level
    for handler in handlers:
        root.removeHandler(handler)
    try:
        yield
    finally:
        for handler in list(root.handlers):
            root.removeHandler(handler)
            handler.close()
        for handler in handlers:
            root.addHandler(handler)
        root.setLevel(level)
        logging.raiseExceptions = raising
