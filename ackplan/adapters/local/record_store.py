"""The record in a local folder, made to be committed to git."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ackplan.adapters.local.atomic_files import write_atomically
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.documents.files import read_regular
from ackplan.record import Record
from ackplan.record.codec import MAX_BYTES, decode_bytes, encode
from ackplan.record.pin import changed
from ackplan.record.successor import successor

_MOVED = "moved_to"
_MAX_NOTE = 4096


class LocalRecordStore:
    """`FOLDER/WORKSPACE.json`. The version before the last write is kept as `BACKUPS/WORKSPACE.json.backup`."""

    def __init__(self, folder: Path, workspace: str, backups: Path, kinds: Kinds = CLUSTER_KINDS) -> None:
        self._path = folder / f"{workspace}.json"
        self._kinds = kinds
        self._backup = backups / f"{workspace}.json.backup"

    def read(self) -> Record:
        """The record; an empty one, without a lineage yet, where none was written. Raises Failure."""
        if self._path.is_symlink():
            raise Failure(error("ACK3015.record", path=self._path))
        data = read_regular(self._path, MAX_BYTES)
        if data is None:
            return Record(lineage="")
        self._check_here(data)
        return decode_bytes(data, str(self._path), self._kinds)

    def _check_here(self, data: bytes) -> None:
        """Raises Failure where the file says that the record is elsewhere."""
        to = _moved_to(data)
        if to:
            raise Failure(error("ACK3106", workspace=self._path.stem, store=self._path.parent, to=to))

    def move_away(self, to: str) -> None:
        """Puts a note of where the record is now in its place. What it was stays as the backup."""
        before = read_regular(self._path, MAX_BYTES)
        if before is not None:
            write_atomically(self._backup, before)
        write_atomically(self._path, (json.dumps({_MOVED: to}, indent=2) + "\n").encode())

    def move_back(self, left: str) -> None:
        """Removes the note where it says that the record is there."""
        if _moved_to(read_regular(self._path, MAX_BYTES) or b"") == left:
            self._path.unlink()

    def remove(self) -> None:
        """Removes the record and its backup."""
        for path in (self._path, self._backup):
            path.unlink(missing_ok=True)

    def write(self, record: Record, *, expect: Record) -> Record:
        """Writes the record as the next serial, above its own. Raises Failure where another than expected is kept."""
        current = self.read()
        if current != expect:
            raise Failure(changed(current, expect))
        written = successor(record, expect)
        data = encode(written).encode()
        if len(data) > MAX_BYTES:
            raise Failure(_too_large(len(data)))
        before = read_regular(self._path, MAX_BYTES)
        if before is not None:
            write_atomically(self._backup, before)
        write_atomically(self._path, data)
        return written


def _moved_to(data: bytes) -> str:
    """Where a record is that left its place; empty for what is no note of that."""
    if len(data) <= _MAX_NOTE and _MOVED.encode() in data:
        with contextlib.suppress(ValueError, RecursionError):
            match json.loads(data):
                case {"moved_to": str(to)}:
                    return to
    return ""


def _too_large(size: int) -> Diagnostic:
    return error("ACK3043", size=size, max_bytes=MAX_BYTES)
