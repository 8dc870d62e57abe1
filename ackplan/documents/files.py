"""Files that come from outside: only regular ones are read, within bounds, and no link leads out of a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ackplan.core.diagnostics import Diagnostic, Failure, Span, error, printable

# Of a file of the spec, and of a policy.
MAX_BYTES = 64 * 1024 * 1024


def display(path: Path) -> str:
    """A path as messages show it: relative to where the command ran, where that is shorter to read."""
    shown = os.path.relpath(path) if "\0" not in str(path) else str(path)
    return printable(str(path) if shown.startswith("..") and path.is_absolute() else shown)


def below(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """The files below a folder that end so, in the order of their paths. Raises OSError for what can't be read.

    What begins with a dot is left out, as everything below such a folder: editors, notebooks and file servers keep
    there what is theirs.
    """
    found: list[Path] = []
    for top, folders, files in os.walk(folder, onerror=_raised):
        folders[:] = (name for name in folders if not name.startswith("."))
        found += (Path(top, name) for name in files if not name.startswith(".") and Path(name).suffix in suffixes)
    return sorted(found)


def _raised(fault: OSError) -> None:
    raise fault


def outside(file: Path, folder: Path) -> Iterator[Diagnostic]:
    """A link that leaves the folder: someone's pull request could show us any file of this machine."""
    if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)):
        yield error("ACK1026", more="folder" if file.is_dir() else "file", span=Span(display(file), 1, 1))


def digest(data: bytes) -> str:
    """Tells one content of a file from another."""
    return hashlib.sha256(data).hexdigest()


class Digested:
    """Passes the pieces of a file on; `digest` is of all that have passed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hash.update(piece)
            yield piece

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def read_bounded(path: Path, name: str) -> tuple[bytes, Diagnostic | None]:
    """A regular file's bytes, never more than the limit; a device or pipe is refused unread."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return b"", error("ACK1022", span=Span(name, 1, 1))
        if status.st_size > MAX_BYTES:
            return b"", too_large(name, status.st_size)
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1), None
    except OSError as fault:
        return b"", error("ACK1023", strerror=fault.strerror or "", span=Span(name, 1, 1))


def read_regular(path: Path, limit: int) -> bytes | None:
    """The bytes of a regular file, or None where there is none. Raises Failure for anything else or too much."""
    try:
        # Without blocking: the other end of a pipe may never come.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                raise Failure(error("ACK3011.read_regular_2", path=path, limit=limit))
            return stream.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Failure(error("ACK3011.read_regular", path=path, strerror=fault.strerror)) from None


def too_large(file: str, size: int) -> Diagnostic:
    return error("ACK1002.bytes", size=size, max_bytes=MAX_BYTES, span=Span(file, 1, 1))
