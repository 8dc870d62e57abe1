"""A command in a terminal of its own: what is to be seen there, and what was."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyte

from tests.unit.cli.projects import PASSWORD


@dataclass
class Terminal:
    """A command in a terminal of this size, and what is to be seen there."""

    folder: Path
    columns: int = 60
    rows: int = 12
    environment: dict[str, str] = field(default_factory=lambda: {"TERM": "xterm"})

    def __post_init__(self) -> None:
        self.screen = pyte.HistoryScreen(self.columns, self.rows, history=1000)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""

    def run(self, *words: str, seen: Callable[[subprocess.Popen[bytes]], None] = lambda _process: None) -> int:
        """The exit code; `seen` is called after each piece of output."""
        master, slave = pty.openpty()
        self._master = master
        self.resize(self.columns)
        known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "ackplan", *words], cwd=self.folder, stdin=slave, stdout=slave, stderr=slave,
            env={**known, **PASSWORD, "PYTHONUTF8": "1", **self.environment}, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        while data := self._read(master):
            self.sent += data
            self._stream.feed(data)
            seen(process)
        os.close(master)
        return process.wait()

    @staticmethod
    def _read(master: int) -> bytes:
        try:
            return os.read(master, 1 << 16)
        except OSError:
            return b""

    def resize(self, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, columns, 0, 0))
        self.screen.resize(self.rows, columns)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]

    @property
    def all_lines(self) -> list[str]:
        """Those that scrolled away, too."""
        gone = ["".join(row[x].data for x in range(self.columns)).rstrip() for row in self.screen.history.top]
        return [*gone, *self.lines]
