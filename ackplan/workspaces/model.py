"""The workspaces of a repository as values, as `workspaces.yaml` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ackplan.core.diagnostics import Span

FILE: Final = "workspaces.yaml"
USUAL_STATE: Final = "state/"


@dataclass(frozen=True, slots=True)
class WorkspaceEntry:
    """One workspace: where its spec is, whose credentials serve, where its record is.

    `path` is its folder from the root, `.` for the root itself; `files` and `var_files` are from that folder. `record`
    is its name in the store. What is empty, options and the environment say. `span` is where it stands.
    """

    name: str
    path: str
    profile: str = ""
    region: str = ""
    endpoint: str = ""
    state: str = ""
    record: str = ""
    files: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False)

    def settings(self) -> dict[str, object]:
        """What steers its runs: two readings that agree on it are about the same cloud and the same record."""
        names = ("path", "profile", "region", "endpoint", "state", "record", "files", "var_files")
        values = {name: getattr(self, name) for name in names}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Workspaces:
    """All workspaces of a repository by name, in the order in which they are written. `root` has `workspaces.yaml`."""

    root: Path
    entries: Mapping[str, WorkspaceEntry]

    def folder(self, entry: WorkspaceEntry) -> Path:
        return self.root / entry.path


def is_store(state: str) -> bool:
    """Whether a record is kept in a store rather than in a folder."""
    return "://" in state and not state.lower().startswith("file:")
