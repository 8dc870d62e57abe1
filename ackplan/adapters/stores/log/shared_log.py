"""One log that all machines share: lock, fence, heartbeat and journal in one, since each slot is created at most once.

To take the lock over is to create the next slot; whoever had it then finds the slot taken that it would create. No two
machines' clocks are compared. No slot is ever deleted: a number that could be given twice would be no fence.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.leased import Lease
from ackplan.adapters.stores.log.log_state import LogState
from ackplan.adapters.stores.log.object_store import ObjectStore, StoredObject
from ackplan.adapters.stores.log.slot import (
    AT_ONCE,
    DIGITS,
    LAST,
    MAX_SLOT,
    Slot,
    SlotKind,
    decode_slot,
    encode_slot,
    slot_key,
)
from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.core.diagnostics import Failure, error
from ackplan.core.resource import Kinds

_READ_AT_ONCE = 16
_MOST_LISTED = 2_000_000
_MAX_HINT = 100
_NUMBER = re.compile(f"[0-9]{{{DIGITS}}}")


class LeaseLost(Exception):
    """The lock is not ours any more."""


@dataclass(eq=False, slots=True)
class _Flight:
    """A slot that is being written after another one. `counts` is None until it is known."""

    slot: Slot
    before: _Flight | None
    is_ours: bool = False
    counts: bool | None = None


class SharedLog:
    """The log of one workspace, as far as this process has read it. May be used by several threads.

    Until `read_content` it is read for its lock alone, which needs no key.
    """

    def __init__(self, objects: ObjectStore, workspace: str, waiter: Waiter, kinds: Kinds, cipher: StoreCipher) -> None:
        self.objects = objects
        self.waiter = waiter
        self.cipher = cipher
        self.state = LogState()
        self.lock = threading.Condition()
        self.wrote = float("-inf")
        self.workspace = workspace
        self._kinds = kinds
        self._reads_content = False
        self._hinted = 0
        self._flights: list[_Flight] = []
        self._settling = 0

    # Reading

    def read_content(self) -> None:
        """From now on reads all of it, from the beginning. Raises Failure where nobody here has the store's key."""
        with self.lock:
            if not self._reads_content:
                self.cipher.opened()
                self._reads_content = True
                self.state = LogState()

    def follow(self) -> LogState:
        """Reads what was added since. Raises Failure."""
        with self.lock:
            self._settle()
            if not self.state.number:
                self._begin()
            last = slot_key(self.workspace, self.state.number)
            prefix = f"{self.workspace}/log/"
            keys = self.waiter.until_there(lambda: self.objects.keys(prefix, last, _MOST_LISTED))
            numbers = [int(key[-DIGITS:]) for key in keys if _NUMBER.fullmatch(key.removeprefix(prefix))]
            for slot, modified in self.slots(self._unbroken(numbers)):
                self._take_in(slot, modified)
            return self.state

    def _unbroken(self, numbers: Sequence[int]) -> Sequence[int]:
        """The numbers that follow each other from here. What was written together may miss one for a while."""
        first = self.state.number + 1
        count = next((at for at, number in enumerate(numbers) if number != first + at), len(numbers))
        if numbers[count:] and numbers[-1] >= first + count + AT_ONCE:
            raise self.broken(f"slot {first + count} is missing")
        return numbers[:count]

    def slots(self, numbers: Sequence[int]) -> Iterable[tuple[Slot, float]]:
        """These slots, and when each was written. Many are read at once. Raises Failure."""
        if len(numbers) < 2:
            return [self._slot(number) for number in numbers]
        with ThreadPoolExecutor(min(_READ_AT_ONCE, len(numbers)), thread_name_prefix="slots") as threads:
            return list(threads.map(self._slot, numbers))

    def _slot(self, number: int) -> tuple[Slot, float]:
        key = slot_key(self.workspace, number)
        stored = self.waiter.until_there(lambda: self.objects.get(key, MAX_SLOT))
        if stored is None:
            raise self.broken(f"slot {number} is missing")
        return self._decoded(stored, number), stored.modified

    def _decoded(self, stored: StoredObject, number: int) -> Slot:
        try:
            cipher = self.cipher if self._reads_content else None
            return decode_slot(stored.data, self.workspace, number, self._kinds, cipher)
        except (ValueError, RecursionError) as fault:
            raise self.broken(str(fault)) from None

    def _take_in(self, slot: Slot, modified: float) -> None:
        try:
            self.state.take_in(slot, modified)
        except ValueError as fault:
            raise self.broken(str(fault)) from None

    def broken(self, why: str) -> Failure:
        return Failure(error("ACK3104", store=self.waiter.store, workspace=self.workspace, why=why))

    def _begin(self) -> None:
        """Begins at the slot of the hint. A hint that means nothing costs reads, never truth: all is read then."""
        key = self._hint
        stored = self.waiter.until_there(lambda: self.objects.get(key, _MAX_HINT))
        text = stored.data.decode("ascii", "replace") if stored else ""
        if not _NUMBER.fullmatch(text) or not int(text):
            return
        number = int(text)
        slot_object = self.waiter.until_there(lambda: self.objects.get(slot_key(self.workspace, number), MAX_SLOT))
        if slot_object is None:
            return
        slot = self._decoded(slot_object, number)
        if slot.kind is SlotKind.CONCLUDE:
            self.state = LogState.at(slot, slot_object.modified)
            self._hinted = number

    @property
    def _hint(self) -> str:
        return f"{self.workspace}/hint"

    def leave_hint(self) -> None:
        """Says where to begin to read. Whoever finds none, or an old one, reads more."""
        with self.lock:
            number = self.state.checkpoint
            if number > self._hinted:
                with contextlib.suppress(StoreAway, Failure):
                    self.objects.put(self._hint, f"{number:0{DIGITS}d}".encode())
                    self._hinted = number

    # Writing

    def take(self, slot_after: Callable[[LogState], Slot]) -> Slot | None:
        """Creates the slot that takes the lock over; None where somebody else was faster. Raises Failure."""
        with self.lock:
            slot = slot_after(self.state)
            return slot if self._add(slot) else None

    def write(self, lease: Lease, slot_after: Callable[[LogState], Slot], *, waiting: bool = True) -> None:
        """Creates the slot that comes next under a lease. Raises LeaseLost, Failure; StoreAway where not `waiting`.

        A slot of our own that we gave up, and that came to be all the same, is gone past: the lock is still ours.
        """
        with self.lock:
            self._settle()
            while self.state.is_held_by(lease):
                if self._add(slot_after(self.state), waiting=waiting):
                    return
                self.follow()
            raise LeaseLost

    def append(self, lease: Lease, slot_after: Callable[[LogState], Slot]) -> None:
        """The same as `write`, while others append as well: a slot counts once all that were begun before it count.

        Where one of them found its slot taken, those after it mean nothing, and are written once more.
        """
        with self.lock:
            while self._settling or len(self._flights) >= AT_ONCE:
                self.lock.wait()
            if not self.state.is_held_by(lease):
                raise LeaseLost
            flight = self._flight(slot_after(self.state))
        try:
            flight.is_ours = self.create(*self._encoded(flight.slot))
        finally:
            self._land(flight)
        if not flight.counts:
            self.write(lease, slot_after)

    def _flight(self, slot: Slot) -> _Flight:
        """The slot as the one after all that are being written."""
        before = self._flights[-1] if self._flights else None
        if before:
            slot = replace(slot, number=before.slot.number + 1, after=before.slot.nonce)
        flight = _Flight(slot, before)
        self._flights.append(flight)
        return flight

    def _land(self, flight: _Flight) -> None:
        """Waits until it is known of all before it whether they count. What counts becomes part of the state."""
        before = flight.before
        with self.lock:
            while before and before.counts is None:
                self.lock.wait()
            flight.counts = flight.is_ours and (before is None or bool(before.counts))
            flight.before = None
            self._flights.remove(flight)
            self.lock.notify_all()
            if flight.counts:
                self._added(flight.slot)

    def _settle(self) -> None:
        """Waits for what is being written, and lets nothing else begin meanwhile."""
        self._settling += 1
        while self._flights:
            self.lock.wait()
        self._settling -= 1
        self.lock.notify_all()

    @property
    def is_writing(self) -> bool:
        return bool(self._flights)

    def _added(self, slot: Slot) -> None:
        self._take_in(slot, time.time())
        self.wrote = time.monotonic()

    def _encoded(self, slot: Slot) -> tuple[str, bytes]:
        """Key and bytes of a slot. Raises Failure for one that could not be read back."""
        if slot.number > LAST:
            raise self.broken("the log is full")
        data = encode_slot(slot, self.cipher)
        if len(data) > MAX_SLOT:
            raise Failure(error("ACK3043", size=len(data), max_bytes=MAX_SLOT))
        return slot_key(self.workspace, slot.number), data

    def _add(self, slot: Slot, *, waiting: bool = True) -> bool:
        """Whether the slot is ours. It becomes part of the state then."""
        is_ours = self.create(*self._encoded(slot), waiting=waiting)
        if is_ours:
            self._added(slot)
        return is_ours

    def create(self, key: str, data: bytes, *, waiting: bool = True) -> bool:
        """Whether the object of this key is the one with these very bytes, which no one else would write."""

        def once() -> bool:
            if self.objects.create(key, data):
                return True
            # An answer that was lost, or a request that something on the way repeated, makes our own meet us.
            stored = self.objects.get(key, max(len(data), MAX_SLOT))
            if stored is None:
                raise StoreAway("it says of an object both that it is there and that it is not")
            return stored.data == data

        return self.waiter.until_there(once) if waiting else once()
