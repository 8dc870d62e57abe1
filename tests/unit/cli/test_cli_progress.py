"""What a run says while it goes on: a steady view in a terminal, lines with time stamps in a log."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyte
import pytest

from tests.running import command_line
from tests.unit.cli.projects import PASSWORD, WEB

MANY = 40
COUNTS = re.compile(r"\d+ of 40 steps done, \d+ running, \d+ waiting, 0 failed")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    head, _, cluster = WEB.partition("  # the shop\n")
    names = "".join(cluster.replace("web:", f"新集群-{number:02}:") for number in range(MANY))
    (tmp_path / "ackplan.yaml").write_text(head + names, "utf-8")
    made = command_line(tmp_path, "plan", "--sandbox", "--out", "it.plan", environment=PASSWORD)
    assert made.code == 0, made.err
    return tmp_path


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


RUN = ("apply", "--sandbox", "--time-scale", "300", "it.plan")


def test_a_terminal_has_one_view_that_stays_at_the_bottom(fleet: Path) -> None:
    terminal, views = Terminal(fleet), []

    def seen(_process: subprocess.Popen[bytes]) -> None:
        views.append([line for line in terminal.lines if COUNTS.match(line)])

    assert terminal.run(*RUN, seen=seen) == 0
    assert any(views), terminal.lines
    assert max(map(len, views)) == 1
    text = "\n".join(terminal.all_lines)
    assert not COUNTS.search(text)
    for number in range(MANY):
        assert text.count(f"新集群-{number:02}: created after") == 1
    assert "creating..." not in text
    assert "Apply complete: 40 created" in text


def test_a_resized_terminal_goes_on_with_it(fleet: Path) -> None:
    terminal, widths = Terminal(fleet, columns=100), [60, 90, 60]

    def seen(_process: subprocess.Popen[bytes]) -> None:
        if widths and any(COUNTS.match(line) for line in terminal.lines):
            terminal.resize(widths.pop())

    assert terminal.run(*RUN, seen=seen) == 0
    assert not widths
    assert not any(COUNTS.search(line) for line in terminal.lines)
    assert "Apply complete: 40 created" in "\n".join(terminal.lines)


def test_an_interrupt_counts_what_was_not_started(fleet: Path) -> None:
    terminal, pressed = Terminal(fleet, rows=40), []

    def seen(process: subprocess.Popen[bytes]) -> None:
        if not pressed and any(COUNTS.match(line) for line in terminal.lines):
            pressed.append(process.send_signal(signal.SIGINT))

    slow = ("apply", "--sandbox", "--time-scale", "1", "--rate", "1", "--parallelism", "1", "it.plan")
    assert terminal.run(*slow, seen=seen) == 130
    text = "\n".join(terminal.all_lines)
    assert "Stopping: no new calls" in text
    assert re.search(r"Not started: 3\d steps\.", text), text
    assert "To go on, run: ackplan apply --sandbox" in text
    assert len(terminal.all_lines) < 30


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {}], ids=["dumb", "none"])
def test_a_terminal_that_takes_nothing_back_gets_lines(fleet: Path, environment: dict[str, str]) -> None:
    terminal = Terminal(fleet, columns=120, environment=environment)
    assert terminal.run(*RUN) == 0
    assert b"\x1b[J" not in terminal.sent
    assert b"F\x1b" not in terminal.sent
    assert re.search(rb"\d\dZ (\x1b\[\dm)?\xe6\x96\xb0.*: creating\.\.\.", terminal.sent)


def test_without_colours_the_view_has_none(fleet: Path) -> None:
    terminal = Terminal(fleet, environment={"TERM": "xterm", "NO_COLOR": "1"})
    assert terminal.run(*RUN) == 0
    assert b"\x1b[J" in terminal.sent
    assert not re.search(rb"\x1b\[[0-9;]*m", terminal.sent)


def test_a_log_has_time_stamps_and_no_looks(fleet: Path) -> None:
    done = command_line(fleet, *RUN, environment=PASSWORD)
    assert done.code == 0, done.err
    *lines, last = [line for line in done.out.splitlines() if line]
    assert last.startswith("Apply complete")
    assert all(
        re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ 新集群-\d\d: (creating\.\.\.|created after)", line) for line in lines
    )
    assert len(lines) == 2 * MANY


def test_programs_get_a_beat(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ackplan.cli.run_output._Json._EVERY", 0.1)
    done = command_line(fleet, *RUN, "--format", "json", environment=PASSWORD)
    told = [json.loads(line) for line in done.out.splitlines()]
    beats = [each["ackplan"]["progress"] for each in told if each["type"] == "log" and "progress" in each["ackplan"]]
    assert beats
    for beat in beats:
        assert beat["total"] == MANY == sum(beat[name] for name in ("done", "running", "waiting", "failed", "skipped"))
        assert {"elapsed_seconds", "expected_seconds_left"} < set(beat)
