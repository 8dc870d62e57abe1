"""What a run says while it goes on: a steady view in a terminal, lines with time stamps in a log."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.running import command_line
from tests.terminals import Terminal
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
    assert "To continue, run: ackplan apply --sandbox" in text
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
