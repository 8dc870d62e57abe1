"""A project with notes in the sandbox, and their API beside it."""

from __future__ import annotations

import json
from pathlib import Path

import ackplan
from ackplan.cli.main import run
from ackplan.resources.types import ResourceTypes
from tests.unit.resources.note import Notes, types

SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: Ask
"""
NOTES = "    notes: {hello: {text: hi, paper: white}, bye: {text: so long, depends_on: [shop/note/hello]}}\n"


class NoteProject:
    """A folder with a spec, and commands and programs on it that know notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "notes.json"
        self.file.write_text("{}")
        self.notes = Notes(self.file)
        self.spec(SPEC + NOTES)

    @property
    def types(self) -> ResourceTypes:
        return types(self.notes)

    def spec(self, text: str) -> None:
        (self.folder / "ackplan.yaml").write_text(text)

    def open(self) -> ackplan.Project:
        with ackplan.open(self.folder, self.types, sandbox=True, time_scale=100_000) as project:
            return project

    def actions(self) -> dict[str, str]:
        return {change.name: change.action.value for change in self.open().plan().changes}

    def cli(self, *arguments: str) -> int:
        where = ("--chdir", str(self.folder), *(() if arguments[0] == "validate" else ("--sandbox",)))
        return run([*arguments, *where], self.types)

    def listed(self) -> dict[str, dict[str, object]]:
        (notes,) = json.loads(self.file.read_text()).values()
        return {name: {key: note[key] for key in note if key != "id"} for name, note in notes.items()}

    def edit(self, name: str, values: dict[str, object] | None) -> None:
        """By hand, outside of ackplan."""
        (cluster_id,) = json.loads(self.file.read_text())
        self.notes.put_note(cluster_id, name, values)
        self.notes.calls.clear()
