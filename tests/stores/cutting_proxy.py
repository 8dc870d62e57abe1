"""A proxy before a server, which cuts a connection in the place of handing something on.

It is a process of its own: libpq asks whether a server is there without letting other threads go on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
import threading
from collections.abc import Iterator
from ctypes import c_int
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

_NAME = ".s.PGSQL.5432"
# Where a server listens: the path of a socket, or a port of this machine.
Place = Path | int
_MOST = 1 << 16
_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Cuts:
    """What the proxy is to do, for both processes.

    It cuts once, when answer number `at` comes (0: never), in its place; or `before`: in the place of the request that
    it would be the answer to. `answers` counts those of all connections.
    """

    at: Synchronized[int]
    before: Synchronized[int]
    answers: Synchronized[int]

    def begin(self, at: int, *, before: bool = False) -> None:
        with self.answers.get_lock():
            self.at.value, self.before.value, self.answers.value = at, int(before), 0

    def hit(self, *, is_answer: bool) -> bool:
        with self.answers.get_lock():
            self.answers.value += is_answer
            coming = self.answers.value if is_answer else self.answers.value + 1
            hit = coming == self.at.value and is_answer is not bool(self.before.value)
            if hit:
                self.at.value = 0
            return hit


def _connected(server: Place) -> socket.socket:
    """Raises OSError where nobody listens."""
    behind = socket.socket(socket.AF_UNIX if isinstance(server, Path) else socket.AF_INET)
    try:
        behind.connect(str(server) if isinstance(server, Path) else ("127.0.0.1", server))
    except OSError:
        behind.close()
        raise
    return behind


def _serve(server: Place, listening: socket.socket, cuts: Cuts) -> None:
    while True:
        client, _ = listening.accept()
        try:
            behind = _connected(server)
        except OSError:
            client.close()
            continue
        threading.Thread(target=_pipe, args=(client, behind, cuts), kwargs={"is_answer": False}).start()
        threading.Thread(target=_pipe, args=(behind, client, cuts), kwargs={"is_answer": True}).start()


def _pipe(source: socket.socket, target: socket.socket, cuts: Cuts, *, is_answer: bool) -> None:
    with contextlib.suppress(OSError):
        while (data := source.recv(_MOST)) and not cuts.hit(is_answer=is_answer):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cutting(server: Path, folder: Path) -> Iterator[Cuts]:
    """A proxy before the PostgreSQL in `server` that listens in `folder`, for as long as a block lasts."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / _NAME))
        with _served(server / _NAME, listening) as cuts:
            yield cuts


@contextlib.contextmanager
def cutting_port(server: int) -> Iterator[tuple[int, Cuts]]:
    """The port of a proxy before that of a server, for as long as a block lasts."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        with _served(server, listening) as cuts:
            yield listening.getsockname()[1], cuts


@contextlib.contextmanager
def _served(server: Place, listening: socket.socket) -> Iterator[Cuts]:
    cuts = Cuts(*(_SPAWN.Value(c_int, 0) for _ in range(3)))
    listening.listen(100)
    process = _SPAWN.Process(target=_serve, args=(server, listening, cuts), daemon=True)
    process.start()
    try:
        yield cuts
    finally:
        process.kill()
        process.join()
