"""Files of the spec as commands edit them: what they hold, how they differ, and how they are written."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ackplan.cli.options import Settings


def spec_files(settings: Settings) -> tuple[Mapping[str, Path], Mapping[str, bytes]]:
    """The paths of the spec's files and what they hold, by the names that messages give them."""
    from ackplan.documents.files import display, read_bounded
    from ackplan.spec.fleet import find

    paths = {display(path): path for path in find(settings.files, settings.chdir)[0]}
    return paths, {name: read_bounded(path, name)[0] for name, path in paths.items()}


def difference(name: str, before: bytes, after: bytes) -> str:
    """How a file changes, as a unified diff."""
    old, new = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after))
    lines = difflib.unified_diff(old, new, name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def overwrite(path: Path, data: bytes) -> None:
    """Writes a file that is there, which keeps its mode; a link keeps leading to it."""
    from ackplan.adapters.local.atomic_files import write_atomically

    target = Path(path).resolve()
    write_atomically(target, data, mode=target.stat().st_mode & 0o7777)
