"""Records as stores keep them: compressed, and checked for their size before anything reads them."""

from __future__ import annotations

import zlib

from ackplan.core.diagnostics import Failure, error
from ackplan.record.codec import MAX_BYTES
from ackplan.record.notes import MAX_NOTE

_FAST = 1


def packed(data: bytes) -> bytes:
    """The bytes of a record as they are kept. Raises Failure for one that could not be read back."""
    if len(data) > MAX_BYTES:
        raise Failure(error("ACK3043", size=len(data), max_bytes=MAX_BYTES))
    return zlib.compress(data, _FAST)


def unpacked(data: bytes) -> bytes:
    """The bytes of a record. Raises ValueError for what is none, or would be larger than a record may be."""
    return _unpacked(data, MAX_BYTES)


def unpacked_note(data: bytes) -> bytes:
    """The bytes of a note; nothing where it is none, for notes are for people alone."""
    try:
        return _unpacked(data, MAX_NOTE)
    except ValueError:
        return b""


def _unpacked(data: bytes, most: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        whole = reader.decompress(data, most)
    except zlib.error as fault:
        raise ValueError(str(fault)) from None
    if not reader.eof:
        raise ValueError(f"it is cut off, or over {most:,} bytes")
    return whole
