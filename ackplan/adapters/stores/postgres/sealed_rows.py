"""What the rows of a workspace hold, as the database keeps it: compressed, and encrypted where the store is."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.packing import packed, unpacked
from ackplan.adapters.stores.postgres.rows import SnapshotRow, VersionRow
from ackplan.core.diagnostics import Failure, error
from ackplan.core.resource import Kinds
from ackplan.record import Record
from ackplan.record.codec import decode_bytes, encode
from ackplan.record.entries import entry_of, entry_text, head_of, head_text
from ackplan.record.journal import Entry, Leftover, RunHead
from ackplan.record.versions import RecordText


class SealedRows:
    """Those of the workspace of this name."""

    def __init__(self, cipher: StoreCipher, workspace: str, kinds: Kinds) -> None:
        self.cipher = cipher
        self._workspace = workspace
        self._kinds = kinds

    # Writing; raises Failure where nobody here has the store's key

    def head(self, head: RunHead | None, serial: int) -> str | None:
        """The head of a run, beside a record of this serial."""
        return self.cipher.seal_text(head_text(head), self._place("head", 0, serial)) if head else None

    def entries(self, epoch: int, first: int, entries: Sequence[Entry]) -> dict[str, object]:
        """The columns of entries that are numbered from `first` on."""
        numbers = list(range(first, first + len(entries)))
        numbered = zip(numbers, entries, strict=True)
        data = [self.cipher.seal(entry_text(e).encode(), self._place("entry", epoch, number)) for number, e in numbered]
        return {"numbers": numbers, "entries": data}

    def record(self, record: Record, epoch: int) -> bytes:
        return self.cipher.seal(packed(encode(record).encode()), self._place("record", epoch, record.serial))

    # Reading; raises Failure for what does not belong there

    def leftover(self, row: SnapshotRow) -> Leftover:
        numbered = zip(row.entries, row.epochs, row.numbers, strict=True)
        try:
            head = head_of(self.cipher.open_text(row.head, self._place("head", 0, row.serial))) if row.head else None
            texts = (self.cipher.open(data, self._place("entry", *at)) for data, *at in numbered)
            return Leftover(head, tuple(entry_of(text, self._kinds) for text in texts))
        except (ValueError, RecursionError) as fault:
            raise self._broken(fault) from None

    def record_of(self, data: bytes, epoch: int, serial: int) -> Record:
        place = f"{self.cipher.store}, {self._workspace}, serial {serial}"
        return decode_bytes(self._bytes(data, epoch, serial), place, self._kinds)

    def text_of(self, row: VersionRow) -> RecordText:
        """A version of the record, with its text."""
        data, when = self._bytes(row.data, row.epoch, row.serial), f"{row.moment:%Y-%m-%dT%H:%M:%S}Z"
        return RecordText(f"serial {row.serial}", data, when, row.who, row.what, row.job)

    def _bytes(self, data: bytes, epoch: int, serial: int) -> bytes:
        try:
            return unpacked(self.cipher.open(data, self._place("record", epoch, serial)))
        except ValueError as fault:
            raise self._broken(fault) from None

    def _place(self, sort: str, epoch: int = 0, number: int = 0) -> StorePlace:
        return StorePlace(sort, self._workspace, epoch, number)

    def _broken(self, fault: Exception) -> Failure:
        return Failure(error("ACK3104", store=self.cipher.store, workspace=self._workspace, why=fault))
