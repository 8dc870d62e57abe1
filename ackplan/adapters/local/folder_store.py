"""What is in a folder of records besides one workspace: the names of all, and kept plan files."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ackplan.adapters.local.atomic_files import write_atomically
from ackplan.adapters.local.folder_workspace import FolderWorkspace
from ackplan.adapters.local.paths import notes_of
from ackplan.app.workspace import StoreNote
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.documents.files import display, read_regular
from ackplan.record.notes import MAX_NOTE, MOST_NOTES

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_PLAN = 1 << 30


@dataclass(frozen=True)
class FolderStore:
    """The records in `records`, with what belongs to their runs in the folder `beside`."""

    records: Path
    beside: Path
    kinds: Kinds = CLUSTER_KINDS

    @property
    def address(self) -> str:
        return display(self.records)

    @property
    def encryption(self) -> None:
        """A folder is never encrypted: it is made to be committed."""
        return

    def names(self) -> Sequence[str]:
        """The workspaces that there are: those with a record, and those whose first run was interrupted."""
        kept = {path.stem for path in self.records.glob("*.json") if path.is_file()}
        return sorted(kept | {path.stem for path in self.beside.glob("*.journal") if path.is_file()})

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Files are opened one by one."""
        yield

    def workspace(self, name: str) -> FolderWorkspace:
        return FolderWorkspace(name, self.records, self.beside, self.kinds)

    def keep_plan(self, data: bytes, _workspace: str) -> str:
        """Keeps a plan file; the digest that it is asked for by. Raises Failure."""
        digest = hashlib.sha256(data).hexdigest()
        write_atomically(self._plan(digest), data, mode=0o600)
        return digest

    def kept_plan(self, digest: str) -> bytes | None:
        """A plan file that was kept; None where none was. Raises Failure."""
        return read_regular(self._plan(digest), _MAX_PLAN) if _DIGEST.fullmatch(digest) else None

    def keep_note(self, workspace: str, name: str, data: bytes) -> None:
        """Keeps a note about a workspace, in the place of an earlier one of this name. Raises Failure."""
        write_atomically(self._notes(workspace) / name, data)

    def notes(self, workspace: str, begins: Sequence[str]) -> Sequence[StoreNote]:
        """The notes about a workspace whose names begin so, by the clock of this machine. Raises Failure."""
        return tuple(self._begun(workspace, tuple(begins)))

    def _begun(self, workspace: str, begins: tuple[str, ...]) -> Iterator[StoreNote]:
        folder = self._notes(workspace)
        for path in sorted(path for path in folder.glob("*") if path.name.startswith(begins))[:MOST_NOTES]:
            data = read_regular(path, MAX_NOTE)
            if data is not None:
                yield StoreNote(path.name, data, path.stat().st_mtime)

    def _notes(self, workspace: str) -> Path:
        return notes_of(self.beside, workspace)

    def _plan(self, digest: str) -> Path:
        return self.beside / "plans" / digest
