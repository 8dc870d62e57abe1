"""Repositories with a `workspaces.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from listings import Read

from ackplan.workspaces.model import Workspaces
from ackplan.workspaces.workspaces_file import read_workspaces


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """The workspaces of a file with this text, in an empty folder that is the working folder."""
    monkeypatch.chdir(tmp_path)

    def reading(text: str) -> Workspaces:
        Path("workspaces.yaml").write_text(text, "utf-8")
        return read_workspaces(Path())

    return reading
