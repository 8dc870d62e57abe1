"""Takes in an answer's body without letting it grow: decompression is bounded as the plain bytes are."""

from __future__ import annotations

import zlib


class TooLarge(Exception):
    """The body goes beyond its bound."""


class Broken(Exception):
    """The compressed body is damaged or of a kind that was not asked for."""


class BoundedBody:
    """Collects a body of at most `limit` bytes, compressed or not. `encoding` is its Content-Encoding."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._parts: list[bytes] = []
        self._size = 0
        encoding = encoding.strip().lower()
        if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise Broken("its compression is not one that was asked for")
        # 32 added to the window's size: gzip and zlib are told apart by their headers.
        self._inflate = None if encoding in {"", "identity"} else zlib.decompressobj(32 + zlib.MAX_WBITS)

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes as they came. Raises TooLarge or Broken."""
        self._received += len(chunk)
        plain = chunk if self._inflate is None else self._plain(self._inflate, chunk)
        self._size += len(plain)
        if self._size > self._limit or self._received > self._limit:
            raise TooLarge
        self._parts.append(plain)

    def finish(self) -> bytes:
        """The whole body. Raises Broken where it broke off."""
        if self._inflate is not None and self._received and not self._inflate.eof:
            raise Broken("its compressed data breaks off")
        return b"".join(self._parts)

    def _plain(self, inflate: zlib._Decompress, chunk: bytes) -> bytes:
        try:
            plain = inflate.decompress(chunk, self._limit + 1 - self._size)
        except zlib.error:
            raise Broken("its compressed data is damaged") from None
        if inflate.unused_data:
            raise Broken("something follows its compressed data")
        return plain
