"""A project with notes: as it begins, and applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.resources.note_project import NoteProject


@pytest.fixture
def world(tmp_path: Path) -> NoteProject:
    return NoteProject(tmp_path)


@pytest.fixture
def applied(world: NoteProject) -> NoteProject:
    assert world.open().apply().complete
    world.notes.calls.clear()
    return world
