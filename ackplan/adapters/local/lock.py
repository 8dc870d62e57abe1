"""One writer a workspace: a file lock that is free the moment its holder dies, with a note of who holds it.

The operating system keeps the lock, so nobody can break it while its holder lives; the note tells who that is. A holder
that was killed leaves its note behind, which stops nobody: `unlock` clears it, and wants its id so that nobody clears
the note of a run that they did not mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ackplan.core.diagnostics import Failure, error, printable

_RETRY = 0.2
_MAX_NOTE = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, or held it when it was killed. `since` is UTC; `who` is `user@host`."""

    id: str
    who: str
    pid: int
    what: str
    since: str

    def __str__(self) -> str:
        return f"lock {self.id}: {self.who}, process {self.pid}, {self.what}, since {self.since}"


@contextlib.asynccontextmanager
async def locked(
    path: Path, what: str, since: str, timeout: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Holds the lock. Raises Failure, naming the holder, when it is not free within `timeout` seconds."""
    with _opened(path) as handle:
        await _take(handle, path, timeout, sleep)
        _check_there(handle, path)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(asdict(_myself(what, since))).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)


def left_behind(path: Path) -> Holder | None:
    """The holder that was killed and left its note; None where there is none, or where the lock is held."""
    if not path.is_file():
        return None
    with _opened(path) as handle:
        return _holder(os.pread(handle, _MAX_NOTE, 0)) if _free(handle) else None


def held_by(path: Path) -> str:
    """Who holds the lock now, in words; empty where nobody does."""
    if not path.is_file():
        return ""
    with _opened(path) as handle:
        return "" if _free(handle) else str(_holder(os.pread(handle, _MAX_NOTE, 0)) or "the holder left no name")


def unlock(path: Path, lock_id: str) -> Holder:
    """Clears the note of a holder that was killed. Raises Failure for a lock that is held, or another's note."""
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


def _myself(what: str, since: str) -> Holder:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return Holder(secrets.token_hex(4), f"{user}@{socket.gethostname()}", os.getpid(), what, since)


def _holder(note: bytes) -> Holder | None:
    try:
        holder = json.loads(note)
        texts = {key: printable(str(holder[key])) for key in ("id", "who", "what", "since")}
        return Holder(**texts, pid=int(holder["pid"]))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
        return None


def _named(path: Path, note: bytes) -> str:
    """Who holds the lock, in words."""
    return str(_holder(note) or f"the holder left no name in {path}")
