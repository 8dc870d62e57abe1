"""Of which workspaces something changed: pure, from the paths of files that changed and from two readings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from ackplan.workspaces.model import FILE, WorkspaceEntry, Workspaces
from ackplan.workspaces.selection import Changed


def changed_workspaces(
    workspaces: Workspaces, files: Collection[str], before: Workspaces | None, revision: str, shared: Collection[str]
) -> Changed:
    """The workspaces of which a file, or what `workspaces.yaml` says, changed.

    `files` are real paths. `before` are the workspaces as they were, None where that can't be told: then, as where one
    of the `shared` files changed, which are part of every workspace, all of them did.
    """
    root = os.path.realpath(workspaces.root)
    listing_moved = os.path.join(root, FILE) in files  # noqa: PTH118
    everywhere = next((name for name in sorted(shared) if name in files), "")
    former: Mapping[str, WorkspaceEntry] = before.entries if before else {}
    why: dict[str, str] = {}
    for entry in workspaces.entries.values():
        moved = next(_moved(entry, Path(root), files), "")
        if everywhere or moved:
            why[entry.name] = os.path.relpath(everywhere or moved, root)
        elif listing_moved and (before is None or former.get(entry.name) != entry):
            why[entry.name] = FILE
    removed = tuple(sorted(former.keys() - workspaces.entries.keys())) if listing_moved else ()
    return Changed(revision, why, removed)


def _moved(entry: WorkspaceEntry, root: Path, files: Collection[str]) -> Iterator[str]:
    """The files of a workspace that changed."""
    folder = os.path.realpath(root / entry.path)
    named = (os.path.realpath(root / entry.path / name) for name in (*entry.files, *entry.var_files))
    for place in (folder, *named):
        inside = place.rstrip(os.sep) + os.sep
        yield from sorted(name for name in files if name == place or name.startswith(inside))
