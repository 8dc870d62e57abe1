"""A proxy on loopback whose network can be cut: what is connected stays so, and hears nothing more."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Network:
    """`port` is where it listens."""

    port: int
    _cut: threading.Event = field(default_factory=threading.Event)

    def cut(self) -> None:
        self._cut.set()

    def serve(self, listening: socket.socket, behind: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                if self._cut.is_set():
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", behind))
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pipe, args=(source, target), daemon=True).start()

    def _pipe(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not self._cut.is_set():
                    target.sendall(data)
        for each in (source, target):
            each.close()


@contextlib.contextmanager
def cuttable(behind: int) -> Iterator[Network]:
    """A network to this port for as long as a block lasts."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        network = Network(listening.getsockname()[1])
        threading.Thread(target=network.serve, args=(listening, behind), daemon=True).start()
        yield network
        listening.shutdown(socket.SHUT_RDWR)
