"""One writer a workspace: a file lock that is free the moment its holder dies, with a note of who holds it."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from ackplan.diagnostics import Diagnostic, Failure, error

_RETRY = 0.2


@contextlib.asynccontextmanager
async def locked(
    path: Path, what: str, since: str, timeout: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[None]:
    """Holds the lock. Raises Failure, naming the holder, when it is not free within `timeout` seconds."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise Failure(error("ACK3020", "Lock can't be taken", f"{path}: {fault.strerror}")) from None
    try:
        await _take(handle, path, timeout, sleep)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(_holder(what, since)).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


async def _take(handle: int, path: Path, timeout: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    left = timeout
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left <= 0:
                raise Failure(_held(path, os.pread(handle, 4096, 0))) from None
            await sleep(min(_RETRY, left))
            left -= _RETRY
        else:
            return


def _holder(what: str, since: str) -> dict[str, object]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return {"who": f"{user}@{socket.gethostname()}", "pid": os.getpid(), "what": what, "since": since}


def _held(path: Path, note: bytes) -> Diagnostic:
    try:
        holder = json.loads(note)
        detail = f"{holder['who']}, process {holder['pid']}, {holder['what']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        detail = f"the holder left no name in {path}"
    return error("ACK3021", "Workspace is locked", detail, "Wait for it to end, or give --lock-timeout 5m")
