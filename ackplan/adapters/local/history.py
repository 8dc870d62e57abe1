"""How a record came to be what it is: its commits, where it is kept in git, and the copy from before the last write.

git is run as it is found, read-only; without it, or outside of a repository, there is no more than the files show.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ackplan.adapters.local.git import git
from ackplan.documents.files import read_regular
from ackplan.record.codec import MAX_BYTES
from ackplan.record.versions import RecordText, version_of

_ALL = 10_000
# What the copy from before the last write is called.
BACKUP: Final = "backup"
# Names and subjects are as long as their writers liked.
_FIELDS = "%H%x1f%h%x1f%aI%x1f%<(120,trunc)%an%x1f%<(240,trunc)%s"


def record_at(path: Path, backup: Path, serial: int) -> bytes | None:
    """The newest version of a serial, of all that are kept; None where there is none."""
    texts = record_texts(path, backup, _ALL)
    return next((text.data for text in texts if version_of(text).serial == serial), None)


def record_texts(path: Path, backup: Path, most: int) -> Iterator[RecordText]:
    """The newest version first: the file as it is, the one before the last write, then `most` commits."""
    for name, file in (("now", path), (BACKUP, backup)):
        if file.is_file():
            data = read_regular(file, MAX_BYTES)
            yield RecordText(name, data)
    yield from _committed(path, most)


def _committed(path: Path, most: int) -> Iterator[RecordText]:
    folder = next((parent for parent in path.parents if parent.is_dir()), path.parent)
    name = path.relative_to(folder).as_posix()
    log = git(folder, "log", f"--max-count={most}", "-z", f"--format={_FIELDS}", "--", name)
    for line in log.decode("utf-8", "replace").split("\0"):
        commit, *rest = line.split("\x1f", 4)
        if len(rest) == 4:
            data = git(folder, "show", f"{commit}:./{name}", most=MAX_BYTES)
            short, when, who, subject = map(str.strip, rest)
            yield RecordText(short, data, when, who, subject)
