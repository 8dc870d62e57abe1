"""A command over many workspaces in a terminal: one view at the bottom says how far it is, what ended stands above."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.terminals import Terminal
from tests.unit.cli.projects import WEB

COUNTS = re.compile(r"\d of 4 workspaces done, \d running, \d waiting, 0 failed")
NAMES = ("beijing", "shanghai", "shenzhen", "singapore")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    lines = "".join(f"  {name}: {{path: {name}}}\n" for name in NAMES)
    (tmp_path / "workspaces.yaml").write_text(f"ackplan: 1\nworkspaces:\n{lines}", "utf-8")
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "ackplan.yaml").write_text(WEB.replace("  web:", f"  {name}:"), "utf-8")
    return tmp_path


RUN = ("fleet", "apply", "--sandbox", "--time-scale", "200", "--auto-approve", "--jobs", "2")


def test_one_view_stays_at_the_bottom_and_each_end_stands_once(fleet: Path) -> None:
    terminal, views, steps = Terminal(fleet, columns=60, rows=24), [], []

    def seen(_process: subprocess.Popen[bytes]) -> None:
        views.append([line for line in terminal.lines if COUNTS.match(line)])
        steps.extend(line for line in terminal.lines if "0 of 1 steps" in line)

    assert terminal.run(*RUN, seen=seen) == 0, terminal.lines
    assert max(map(len, views)) == 1
    assert steps
    assert all(len(line) < 60 for line in steps)
    text = "\n".join(terminal.all_lines)
    assert not COUNTS.search(text)
    for name in NAMES:
        assert len(re.findall(rf"^\[\d/4\] {name}: ", text, re.MULTILINE)) == 1


def test_a_log_has_lines_alone(fleet: Path) -> None:
    terminal = Terminal(fleet, environment={"TERM": "dumb"})
    assert terminal.run(*RUN) == 0
    assert b"\x1b[" not in terminal.sent
    assert not COUNTS.search(terminal.sent.decode())
