"""Runs `ackplan` in children that may be killed: each is a fork of a process that has imported everything.

`python -m tests.faults.victim [LATEST [MODULE ...]]` reads one order a line (JSON), forks, writes the child's pid, starts it on a further
byte of its input, and writes how it ended. In the child every write that has to last is counted. At the one that the
order names the child dies by SIGKILL, or its disk is full from then on. LATEST is for how many seconds the calls of the
dead may be on their way; MODULEs are imported beforehand, too.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.scenes import spec

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGING_EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.truncate"}
# What a child reads before it begins.
_START = b"!"


class Trap:
    """Counts the writes below a folder. From the one of number `at` on it kills this process, or fails them (`full`)."""

    def __init__(self, folder: str, at: int, *, full: bool) -> None:
        self._folder = os.path.realpath(folder)
        self._at = at
        self._full = full
        self._lock = threading.Lock()
        self.count = 0

    def hit(self, what: str) -> None:
        with self._lock:
            self.count += 1
            if not self._at or self.count < self._at:
                return
            if not self._full:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what)

    def set(self) -> None:
        """From here on: files opened for writing, renamed or removed, fsyncs, and every statement that changes SQLite.

        A full disk is no matter of statements: SQLite's own writes don't come by here.
        """
        fsync, connect = os.fsync, sqlite3.connect

        def counted(fd: Any) -> None:
            self.hit("fsync")
            fsync(fd)

        def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **named)
            connection.set_trace_callback(None if self._full else self._stated)
            return connection

        if "://" in os.environ.get("ACKPLAN_STATE", ""):
            self._set_before_stores()
            return
        sys.addaudithook(self._audited)
        os.fsync = counted
        sqlite3.connect = traced  # type: ignore[assignment]

    def _set_before_stores(self) -> None:
        """Nothing on this machine has to last: before and after each request to a store."""
        from ackplan.adapters.stores.log.oss import OssObjects
        from ackplan.adapters.stores.postgres.database import Database

        for owner, name in ((Database, "_once"), (OssObjects, "create"), (OssObjects, "put")):
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.hit("request")
            found = function(*arguments, **named)
            self.hit("answer")
            return found

        return counted

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if (opened or event in _CHANGING_EVENTS) and self._mine(arguments[0]):
            self.hit(os.fspath(arguments[0]))

    def _mine(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.path.realpath(path).startswith(self._folder + os.sep)

    def _stated(self, statement: str) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            self.hit(statement)


def _serve() -> None:
    """The process that forks."""
    import ackplan.cli.commands.apply
    import ackplan.cli.commands.plan
    import ackplan.plan.planner
    import ackplan.render.text
    from ackplan.adapters import ack
    from ackplan.core import catalog
    from ackplan.record import lateness

    assert catalog.DEFAULT.kinds
    # The stage carries a call out at once or never: nothing is on its way when a child is dead.
    lateness.LATEST = float(sys.argv[1]) if sys.argv[1:] else 0.0
    # An accepted call takes effect at once here; a cloud may take half an hour.
    lateness.ACCEPTED = lateness.LATEST
    for name in sys.argv[2:]:
        importlib.import_module(name)
    import aiohttp
    import jsonschema_rs

    assert all([ackplan, ack, aiohttp, jsonschema_rs])
    _warm()
    while line := _line():
        # A child that was killed before it read its mark to start leaves it to us.
        order = json.loads(line.lstrip(_START))
        child = os.fork()
        if child == 0:
            _run(order)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _warm() -> None:
    """Plans once, so that no child has to compile schemas and patterns for itself."""
    from ackplan.cli.main import run

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        Path(folder, "ackplan.yaml").write_text(spec({"shop": {}}))
        assert run(["plan", "--no-refresh", "-C", folder]) == 0


def _line() -> bytes:
    text = b""
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        text += byte
    return text


def _say(number: int) -> None:
    os.write(1, f"{number}\n".encode())


def _run(order: Mapping[str, Any]) -> None:
    """The child."""
    os.read(0, len(_START))
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    from ackplan.cli.main import run

    if order["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
    trap = Trap(order["folder"], order["at"], full=order["full"])
    trap.set()
    code = run(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    Path(order["output"] + ".writes").write_text(str(trap.count))
    os._exit(code)


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or minus the signal; what it wrote; how many lasting writes it made."""

    code: int
    output: str
    writes: int


@dataclass(frozen=True)
class Trouble:
    """What awaits a child: at its lasting write `at` it is killed, or finds the disk `full`; files of `largest` bytes."""

    at: int = 0
    full: bool = False
    largest: int = 0


NONE = Trouble()


class Victims:
    """The other side: orders children, one at a time."""

    def __init__(self, latest: float = 0.0, modules: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "tests.faults.victim", str(latest), *modules]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(
        self,
        folder: Path,
        environment: Mapping[str, str],
        arguments: Sequence[str],
        trouble: Trouble = NONE,
        born: Callable[[int], None] = lambda _pid: None,
    ) -> Ended:
        """Runs `ackplan ARGUMENTS` in `folder`. `born` gets its pid before it starts."""
        output = folder.parent / f"{folder.name}.out"
        output.with_name(output.name + ".writes").unlink(missing_ok=True)
        order = {
            "folder": str(folder),
            "environment": {"PATH": os.environ["PATH"], "HOME": str(folder.parent), **environment},
            "arguments": list(arguments),
            **asdict(trouble),
            "output": str(output),
        }
        self._send(json.dumps(order).encode() + b"\n")
        born(self._number())
        self._send(_START)
        code = self._number()
        counted = output.with_name(output.name + ".writes")
        return Ended(code, output.read_text("utf-8", "replace"), int(counted.read_text()) if counted.exists() else 0)

    def _send(self, data: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _number(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextlib.contextmanager
def victims(latest: float = 0.0, modules: Sequence[str] = ()) -> Iterator[Victims]:
    found = Victims(latest, modules)
    try:
        yield found
    finally:
        found.close()


if __name__ == "__main__":
    _serve()
