"""The record in a local folder, made to be committed to git."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path

from ackplan.adapters.local.atomic_files import write_atomically
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.documents.files import read_regular
from ackplan.record import Record
from ackplan.record.codec import MAX_BYTES, decode_bytes, encode
from ackplan.record.pin import changed


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
        return decode_bytes(data, str(self._path), self._kinds)

    def write(self, record: Record, *, expect: Record) -> Record:
        """Writes the record as the next serial, above its own. Raises Failure where another than expected is kept."""
        current = self.read()
        if current != expect:
            raise Failure(changed(current, expect))
        lineage = record.lineage or current.lineage or str(uuid.uuid4())
        serial = max(expect.serial, record.serial) + 1
        written = dataclasses.replace(record, lineage=lineage, serial=serial)
        data = encode(written).encode()
        if len(data) > MAX_BYTES:
            raise Failure(_too_large(len(data)))
        before = read_regular(self._path, MAX_BYTES)
        if before is not None:
            write_atomically(self._backup, before)
        write_atomically(self._path, data)
        return written


def _too_large(size: int) -> Diagnostic:
    return error("ACK3043", size=size, max_bytes=MAX_BYTES)
