"""Writing files so that no reader ever sees half of one."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from ackplan.core.diagnostics import Diagnostic, Failure, error


def write_atomically(path: Path, data: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Replaces `path` by a file with `data`, durably. Never writes through a link. Raises Failure when it can't.

    `data` may come in pieces. What is no file stays: a privileged run would put a file in the place of /dev/null.
    """
    import tempfile

    try:
        _begin(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.writelines([data] if isinstance(data, bytes) else data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        _sync_folder(path.parent)
    except OSError as fault:
        raise Failure(unwritable(path, fault)) from None


def check_writable(path: Path) -> None:
    """Raises Failure where `write_atomically` could not write; for what is written when it is too late to turn back."""
    import tempfile

    try:
        _begin(path)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as fault:
        raise Failure(unwritable(path, fault)) from None


def check_within(path: Path, folder: Path) -> None:
    """Raises Failure where a link leads a path that nobody named out of the folder: a pull request can bring one."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise Failure(error("ACK3015.outside", path=path))


def _begin(path: Path) -> None:
    """Makes the folder. Raises Failure for a device, a pipe, and the likes of /dev/stdout, whatever they lead to."""
    is_special = path.exists() and not path.is_file() and not path.is_dir()
    folder = os.path.realpath(path.parent)
    if is_special or folder == "/dev" or folder.startswith("/proc/"):
        raise Failure(_no_file(path))
    path.parent.mkdir(parents=True, exist_ok=True)


def _no_file(path: Path) -> Diagnostic:
    return error("ACK3010.no_file", path=path)


def unwritable(path: Path, fault: OSError) -> Diagnostic:
    if isinstance(fault, IsADirectoryError):
        return error("ACK3010.folder", path=path)
    return error("ACK3010.unwritable", path=path, strerror=fault.strerror or fault)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
