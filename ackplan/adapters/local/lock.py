"""One writer a workspace: a file lock that is free the moment its holder dies, with a note of who holds it.

The operating system keeps the lock, so nobody can break it while its holder lives; the note tells who that is. A holder
that was killed leaves its note behind, which stops nobody: `unlock` clears it, and wants its id so that nobody clears
the note of a run that they did not mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from ackplan.adapters.local.atomic_files import write_atomically
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import read_regular
from ackplan.record.holder import Holder, decode_holder, encode_holder

_RETRY = 0.2
_MAX_NOTE = 4096
_NAMELESS = Holder("", "", 0, "", "")


@contextlib.asynccontextmanager
async def locked(
    path: Path, holder: Holder, timeout: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Holds the lock. Raises Failure, naming the holder, when it is not free within `timeout` seconds."""
    with _opened(path) as handle:
        await _take(handle, path, timeout, sleep)
        _check_there(handle, path)
        if (hold := held_for_good(path)) is not None:
            raise Failure(error("ACK3021.hold", holder=hold))
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(encode_holder(holder)).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)


def hold_for_good(path: Path, holder: Holder) -> None:
    """Keeps everybody out of the lock, whatever becomes of this process, until `unlock`. Raises Failure."""
    write_atomically(_hold(path), json.dumps(encode_holder(holder)).encode())


def held_for_good(path: Path) -> Holder | None:
    """Who holds the lock until it is released; None where nobody does."""
    note = read_regular(_hold(path), _MAX_NOTE)
    return None if note is None else _holder(note) or _NAMELESS


def _hold(path: Path) -> Path:
    return path.with_suffix(".hold")


def left_behind(path: Path) -> Holder | None:
    """The holder that was killed and left its note; None where there is none, or where the lock is held."""
    if not path.is_file():
        return None
    with _opened(path) as handle:
        return _holder(os.pread(handle, _MAX_NOTE, 0)) if _free(handle) else None


def held_by(path: Path) -> Holder | None:
    """Who holds the lock now; None where nobody does."""
    if (hold := held_for_good(path)) is not None:
        return hold
    if not path.is_file():
        return None
    with _opened(path) as handle:
        return None if _free(handle) else _holder(os.pread(handle, _MAX_NOTE, 0)) or _NAMELESS


def unlock(path: Path, lock_id: str) -> Holder:
    """Ends a hold, or clears the note of a holder that was killed. Raises Failure for a lock that a process has, or for
    another's."""
    if (hold := held_for_good(path)) is not None:
        if lock_id not in {hold.id, ""}:
            raise Failure(error("ACK3023", lock_id=lock_id, holder=hold, id=hold.id))
        _hold(path).unlink(missing_ok=True)
        return hold
    with _opened(path) as handle:
        free = _free(handle)
        note = os.pread(handle, _MAX_NOTE, 0)
        if not free:
            raise Failure(error("ACK3021.unlock", holder=_named(path, note)))
        holder = _holder(note)
        if holder is None:
            raise Failure(error("ACK3022", path=str(path)))
        if holder.id != lock_id:
            raise Failure(error("ACK3023", lock_id=lock_id, holder=holder, id=holder.id))
        os.ftruncate(handle, 0)
        return holder


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise Failure(error("ACK3020.opened", path=path, strerror=fault.strerror)) from None
    try:
        yield handle
    finally:
        os.close(handle)


def _free(handle: int) -> bool:
    """Takes the lock if nobody has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _take(handle: int, path: Path, timeout: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    left = timeout
    while not _free(handle):
        if left <= 0:
            raise Failure(error("ACK3021.busy", holder=_named(path, os.pread(handle, _MAX_NOTE, 0))))
        await sleep(min(_RETRY, left))
        left -= _RETRY


def _check_there(handle: int, path: Path) -> None:
    """A lock on a file that somebody took away meanwhile would keep nobody out."""
    if not os.path.lexists(path) or not os.path.samestat(os.fstat(handle), os.lstat(path)):
        raise Failure(error("ACK3020.check_there", path=path))


def _holder(note: bytes) -> Holder | None:
    try:
        return decode_holder(json.loads(note))
    except (ValueError, RecursionError):
        return None


def _named(path: Path, note: bytes) -> str:
    """Who holds the lock, in words."""
    return str(_holder(note) or f"the holder left no name in {path}")
