"""The versions of a record: each an object that is written before the slot that makes it current."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from ackplan.adapters.stores.encryption.store_place import StorePlace
from ackplan.adapters.stores.log.log_state import LogState
from ackplan.adapters.stores.log.shared_log import SharedLog
from ackplan.adapters.stores.log.slot import MOST_EARLIER, Slot, VersionSlot
from ackplan.adapters.stores.packing import packed, unpacked
from ackplan.core.resource import Kinds
from ackplan.record import Record
from ackplan.record.codec import MAX_BYTES, decode_bytes, encode
from ackplan.record.versions import RecordText

EMPTY = Record(lineage="")


class RecordObjects:
    """The records that a log names."""

    def __init__(self, log: SharedLog, kinds: Kinds) -> None:
        self._log = log
        self._kinds = kinds
        self._cached: tuple[str, Record] = ("", EMPTY)

    def write(self, record: Record) -> tuple[str, str]:
        """The name of the object that has a record now, and its digest. Nobody takes it for current yet."""
        name = f"{record.serial:016d}-{secrets.token_hex(8)}"
        data = self._log.cipher.seal(packed(encode(record).encode()), self._place(record.serial, name))
        if not self._log.create(self._key(name), data):
            raise self._log.broken(f"record {name} is another one")
        self._cached = (name, record)
        return name, hashlib.sha256(data).hexdigest()

    def read(self, version: VersionSlot | None) -> Record:
        """The record of a version. Raises Failure."""
        if version is None:
            return EMPTY
        name, record = self._cached
        if version.name != name:
            record = self._decoded(version)
            self._cached = (version.name, record)
        return record

    def at(self, state: LogState, serial: int) -> Record | None:
        """The record of a serial that was current once. Raises Failure."""
        slots = (slot for kept, slot in self._versions(state) if kept == serial)
        number = next(slots, None)
        return self._decoded(self._made(number)[1]) if number else None

    def texts(self, state: LogState, most: int) -> Iterator[RecordText]:
        """So many versions, the newest first. Raises Failure."""
        numbers = [slot for _, slot in islice(self._versions(state), most)]
        return (self._told(slot, modified) for slot, modified in self._log.slots(numbers))

    def _key(self, name: str) -> str:
        return f"{self._log.workspace}/record/{name}"

    def _place(self, serial: int, name: str) -> StorePlace:
        return StorePlace("record", self._log.workspace, 0, serial, name)

    def _decoded(self, version: VersionSlot) -> Record:
        place = f"{self._log.waiter.store}, {self._log.workspace}, serial {version.serial}"
        record = decode_bytes(self._bytes(version), place, self._kinds)
        if record.serial != version.serial:
            raise self._log.broken(f"the record of serial {version.serial} says {record.serial}")
        return record

    def _bytes(self, version: VersionSlot) -> bytes:
        """The text of a record. Raises Failure for another one than was written."""
        log, key = self._log, self._key(version.name)
        stored = log.waiter.until_there(lambda: log.objects.get(key, MAX_BYTES))
        if stored is None or hashlib.sha256(stored.data).hexdigest() != version.digest:
            raise log.broken(f"the record of serial {version.serial} is missing, or another one")
        data = log.cipher.open(stored.data, self._place(version.serial, version.name))
        try:
            return unpacked(data)
        except ValueError as fault:
            raise log.broken(str(fault)) from None

    def _versions(self, state: LogState) -> Iterator[tuple[int, int]]:
        """Serial and slot of each version, the newest first: each slot that made one names those before it."""
        version = state.version
        chain = ((version.serial, version.slot), *state.earlier) if version else ()
        while chain:
            yield from chain
            chain = self._made(chain[-1][1])[0].earlier if len(chain) >= MOST_EARLIER else ()

    def _made(self, number: int) -> tuple[Slot, VersionSlot]:
        """The slot that made a version current, and that version. Raises Failure for another slot."""
        ((slot, _),) = self._log.slots([number])
        return slot, self._version_of(slot)

    def _version_of(self, slot: Slot) -> VersionSlot:
        if slot.version is None or slot.version.slot != slot.number:
            raise self._log.broken(f"slot {slot.number} made no version of the record")
        return slot.version

    def _told(self, slot: Slot, modified: float) -> RecordText:
        """The version that a slot made."""
        version, holder = self._version_of(slot), slot.holder
        who, what, job = (holder.who, holder.what, holder.job) if holder else ("", "", "")
        when = f"{datetime.fromtimestamp(modified, UTC):%Y-%m-%dT%H:%M:%S}Z"
        return RecordText(f"serial {version.serial}", self._bytes(version), when, who, what, job)
