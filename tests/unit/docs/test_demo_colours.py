"""The demonstration: escapes for a terminal that shows them, and for nothing else."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[3] / "examples/demo.sh"


def printed(folder: Path, *, terminal: bool, environment: dict[str, str]) -> bytes:
    """What it prints with commands that do nothing."""
    (folder / "ackplan").write_text("#!/bin/sh\nexit 0\n", "utf-8")
    (folder / "ackplan").chmod(0o755)
    settings = {"PATH": f"{folder}:{os.environ['PATH']}", **environment}
    if not terminal:
        return subprocess.run(["sh", DEMO], env=settings, capture_output=True, check=True).stdout
    master, slave = pty.openpty()
    process = subprocess.Popen(["sh", DEMO], env=settings, stdout=slave, stderr=slave, stdin=slave)
    os.close(slave)
    data = b""
    try:
        while piece := os.read(master, 1 << 16):
            data += piece
    except OSError:
        pass  # the end of a terminal
    os.close(master)
    assert process.wait() == 0
    return data


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_escapes_are_for_terminals_that_show_them(
    terminal: bool,
    environment: dict[str, str],
    coloured: bool,
    tmp_path: Path,
) -> None:
    data = printed(tmp_path, terminal=terminal, environment=environment)
    assert b"$ ackplan validate" in data
    assert (b"\x1b[" in data) is coloured
