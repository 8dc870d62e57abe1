"""A proxy that makes a server seem far away: what passes it, in either direction, is handed on half a round trip later.

It is a process of its own, on a port of 127.0.0.1: `with delaying(address, 0.02) as port`. `address` is a host and a
port, or the path of a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
from collections.abc import Iterator

_MOST = 1 << 16
_SPAWN = multiprocessing.get_context("spawn")
Address = tuple[str, int] | str


@contextlib.contextmanager
def delaying(address: Address, round_trip: float) -> Iterator[int]:
    """The port of a proxy before `address`, for as long as a block lasts. `round_trip` is in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        process = _SPAWN.Process(target=_run, args=(listening, address, round_trip / 2), daemon=True)
        process.start()
        try:
            yield port
        finally:
            process.kill()
            process.join()


def _run(listening: socket.socket, address: Address, delay: float) -> None:
    asyncio.run(_serve(listening, address, delay))


async def _serve(listening: socket.socket, address: Address, delay: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = (
            asyncio.open_unix_connection(address) if isinstance(address, str) else asyncio.open_connection(*address)
        )
        behind_reader, behind_writer = await opened
        await asyncio.gather(_hand_on(reader, behind_writer, delay), _hand_on(behind_reader, writer, delay))

    server = await asyncio.start_server(connected, sock=listening)
    await server.serve_forever()


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await reader.read(_MOST):
            loop.call_later(delay, _write, writer, data)
    loop.call_later(delay, writer.close)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)
