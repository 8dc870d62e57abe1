"""A rehearsal in a terminal: one view at the bottom, in virtual time, which is gone once it has ended."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.running import command_line
from tests.terminals import Terminal
from tests.unit.cli.projects import WEB

COUNTS = re.compile(r"\d+ of 120 steps done, \d+ running, \d+ waiting, 0 failed")


def test_one_view_says_how_far_it_is(tmp_path: Path) -> None:
    head, _, cluster = WEB.partition("  # the shop\n")
    names = "".join(cluster.replace("web:", f"集群-{number:03}:") for number in range(120))
    (tmp_path / "ackplan.yaml").write_text(head + names, "utf-8")
    assert command_line(tmp_path, "plan", "--sandbox", "--out", "it.plan").code == 0
    terminal, views = Terminal(tmp_path, columns=60, rows=20), []

    def seen(_process: subprocess.Popen[bytes]) -> None:
        views.append([line for line in terminal.lines if COUNTS.match(line)])

    assert terminal.run("rehearse", "it.plan", seen=seen) == 0, terminal.lines
    assert max(map(len, views)) == 1
    text = "\n".join(terminal.all_lines)
    assert not COUNTS.search(text)
    assert "Rehearsed: all 120 steps went through" in text
    bars = [line for line in terminal.all_lines if line.startswith("✓ create:集群-")]
    assert len(bars) == 120
    assert all(line.endswith("|") for line in bars)  # none goes on in a second line


def test_a_log_says_when_it_begins(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(WEB, "utf-8")
    assert command_line(tmp_path, "plan", "--sandbox", "--out", "it.plan").code == 0
    done = command_line(tmp_path, "rehearse", "it.plan")
    assert done.err == "Rehearsing 1 step in virtual time...\n"
    assert "Rehearsed: the step went through in " in done.out
    assert "\x1b[" not in done.out
