"""How a record came to be what it is: its commits, where it is kept in git, and the copy from before the last write.

git is run as it is found, read-only; without it, or outside of a repository, there is no more than the files show.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from ackplan.adapters.local.git import git
from ackplan.documents.files import read_regular
from ackplan.record.codec import MAX_BYTES
from ackplan.record.versions import Version

# Names and subjects are as long as their writers liked.
_FIELDS = "%H%x1f%h%x1f%aI%x1f%<(120,trunc)%an%x1f%<(240,trunc)%s"


def history(path: Path, backup: Path, most: int) -> tuple[Version, ...]:
    """The newest version first: the file as it is, the one before the last write, then `most` commits."""
    files = (("now", path), ("backup", backup))
    versions = [_version(name, read_regular(file, MAX_BYTES)) for name, file in files if file.is_file()]
    return (*versions, *_committed(path, most))


def _committed(path: Path, most: int) -> Iterator[Version]:
    arguments = ("log", f"--max-count={most}", "-z", f"--format={_FIELDS}", "--", path.name)
    log = git(path.parent, *arguments) if path.parent.is_dir() else b""
    for line in log.decode("utf-8", "replace").split("\0"):
        commit, *rest = line.split("\x1f", 4)
        if len(rest) == 4:
            data = git(path.parent, "show", f"{commit}:./{path.name}", most=MAX_BYTES)
            short, when, who, subject = map(str.strip, rest)
            yield _version(short, data, when, who, subject)


def _version(where: str, data: bytes | None, when: str = "", who: str = "", subject: str = "") -> Version:
    """Reads no more than serial and clusters: a version of an older format is one all the same."""
    try:
        document = json.loads(data or b"")
        serial, clusters = document["serial"], document["clusters"]
        digests = {name: _digest(value) for name, value in clusters.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Version(where, when, who, subject)
    if not isinstance(serial, int):
        return Version(where, when, who, subject)
    return Version(where, when, who, subject, serial, digests)


def _digest(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
