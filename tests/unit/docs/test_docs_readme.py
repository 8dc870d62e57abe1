"""What the README shows of a comment and of a workflow is what is made."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from ackplan.app.init import NewProject, pipeline_files


def test_the_comment_is_a_real_one(root: Path):
    shown = re.search(r"<!-- comment -->\n(.*?)\n<!-- /comment -->", _read(root, "README.md"), re.DOTALL)
    assert shown is not None
    assert "| cluster | what |" in shown[1]
    assert shown[1] in _read(root, "docs/comment.md")


def test_the_workflow_is_the_one_that_init_writes(root: Path):
    shown = re.search(r"```yaml\n(- name: Plan\n.*?)\n  # …\n```", _read(root, "README.md"), re.DOTALL)
    assert shown is not None
    written = pipeline_files("github", NewProject())[".github/workflows/ackplan-plan.yml"]
    assert textwrap.indent(shown[1], " " * 6) in written


def test_every_command_has_a_row(root: Path):
    from ackplan.cli.command_table import COMMANDS

    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", _read(root, "README.md"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert set(COMMANDS) - {"version"} <= named


def _read(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")
