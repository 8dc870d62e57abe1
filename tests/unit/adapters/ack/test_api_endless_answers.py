"""Answers without an end: ten gigabytes, chunks for ever, a bomb over the wire, and a byte now and then."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from ack_double import outcome, serving_bytes, talking_to

from ackplan.adapters.ack import AnswerTooLarge, RetryPolicy, api_errors
from ackplan.adapters.ack.settings import Timeouts

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_PART = b" " * 2**16
_BRIEF = Timeouts(connect=5.0, read=5.0, total=0.2)


def _chunked(parts: Iterator[bytes]) -> Iterator[bytes]:
    return (b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)


def _bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, wbits=31)
    return (packer.compress(bytes(2**20)) for _ in itertools.count())


_ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "ten gigabytes": lambda: itertools.chain(
        (_OK + b"Content-Length: 10737418240\r\n\r\n",), itertools.repeat(_PART, 163_840)
    ),
    "chunks": lambda: itertools.chain(
        (_OK + b"Transfer-Encoding: chunked\r\n\r\n",), _chunked(itertools.repeat(_PART))
    ),
    "until the connection ends": lambda: itertools.chain((_OK + b"\r\n",), itertools.repeat(_PART)),
    "a bomb": lambda: itertools.chain(
        (_OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",), _chunked(_bomb())
    ),
    "an error of ten gigabytes": lambda: itertools.chain(
        (b"HTTP/1.1 500 No\r\nContent-Length: 10737418240\r\n\r\n",), itertools.repeat(_PART, 163_840)
    ),
}
_SLOW: dict[str, tuple[bytes, bytes]] = {
    "no answer": (b"", b""),
    "its status": (b"HTTP/1.1 200 ", b"O"),
    "its headers": (_OK, b"X: y\r\n"),
    "its body": (_OK + b"Content-Length: 10737418240\r\n\r\n", b" "),
    "its chunks": (_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


def _asked(answers: Callable[[asyncio.StreamWriter], Awaitable[None]], **settings: Any) -> tuple[Any, Any]:
    """How a read and a change end whose answers are written so."""

    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(writer)

    async def play() -> tuple[Any, Any]:
        once = RetryPolicy(attempts=1)
        async with serving_bytes(handle) as (url, _), talking_to(url, [], retries=once, **settings) as stage:
            read = await outcome(stage.client.list_nodes("c1"))
            return read, await outcome(stage.client.create_cluster("r", {}))

    return asyncio.run(play())


@pytest.mark.parametrize("parts", _ENDLESS.values(), ids=_ENDLESS)
def test_an_answer_that_does_not_end_is_cut_off(parts: Callable[[], Iterator[bytes]]) -> None:
    written: list[int] = []

    async def answers(writer: asyncio.StreamWriter) -> None:
        written.append(0)
        for part in parts():
            written[-1] += len(part)
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)

    read, change = _asked(answers)
    assert isinstance(read, AnswerTooLarge)
    assert isinstance(change, AnswerTooLarge)
    assert (read.uncertain, change.uncertain) == (False, True)
    assert max(written) < 2**28, "the client went on reading"


@pytest.mark.parametrize(("first", "more"), _SLOW.values(), ids=_SLOW)
def test_an_answer_that_comes_byte_by_byte_ends_in_time(first: bytes, more: bytes) -> None:
    """Bytes keep coming, so that no pause between two reads is too long: the whole is."""

    async def answers(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(0.01)

    read, change = _asked(answers, timeouts=_BRIEF)
    assert (type(read), type(change)) == (api_errors.Timeout, api_errors.Timeout)
    assert (read.uncertain, change.uncertain) == (False, True)
