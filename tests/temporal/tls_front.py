"""An engine that speaks TLS alone: a front on loopback before the server, which knows its callers by their certificate."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await source.read(1 << 16):
            target.write(part)
            await target.drain()
    target.close()


async def _serve(context: ssl.SSLContext, behind: int, begun: Future[tuple[int, Callable[[], object]]]) -> None:
    over, loop = asyncio.Event(), asyncio.get_running_loop()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server, sending = await asyncio.open_connection("127.0.0.1", behind)
        try:
            await asyncio.gather(_copy(reader, sending), _copy(server, writer))
        finally:
            for each in (writer, sending):
                each.transport.abort()
                with contextlib.suppress(OSError):
                    await each.wait_closed()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    begun.set_result((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(over.set)))
    async with server:
        await over.wait()


@contextlib.contextmanager
def tls_front(certificate: Path, callers: Path, behind: int) -> Iterator[int]:
    """The port of a front to this port, for as long as a block lasts. It takes callers with a certificate of `callers`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(callers)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    begun: Future[tuple[int, Callable[[], object]]] = Future()
    thread = threading.Thread(target=asyncio.run, args=(_serve(context, behind, begun),))
    thread.start()
    port, end = begun.result(30)
    try:
        yield port
    finally:
        end()
        thread.join(30)
