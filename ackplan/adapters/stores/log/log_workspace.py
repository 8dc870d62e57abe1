"""A workspace in a store of objects: the log is its lock and its journal, each version of the record an object."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.leased import Busy, Lease, LeasedWorkspace
from ackplan.adapters.stores.log.created_once import check_store, is_set_up, set_up
from ackplan.adapters.stores.log.keyring_objects import KeyringObjects
from ackplan.adapters.stores.log.log_journal import LogJournal
from ackplan.adapters.stores.log.log_state import LogState
from ackplan.adapters.stores.log.object_store import NAMES, ObjectStore
from ackplan.adapters.stores.log.record_objects import RecordObjects
from ackplan.adapters.stores.log.shared_log import LeaseLost, SharedLog
from ackplan.adapters.stores.log.slot import MAX_SLOT, MOST_EARLIER, Slot, SlotKind, VersionSlot, slot_key
from ackplan.adapters.stores.store_clock import skew_of
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.adapters.stores.waiting import StoreAway, Waiter
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import NOTHING, Entry, Leftover, RunHead
from ackplan.record.pin import changed
from ackplan.record.unsettled import Unsettled
from ackplan.record.versions import RecordText

# A holder beats three times while its lock lasts; what was written within this part of it is as good as a beat.
_FRESH = 4
# Added to what a lock lasts before it is called left behind: only a waiter that watched it may take it.
_MARGIN = 30.0


class LogWorkspace(LeasedWorkspace):
    """The workspace of this name in a store of objects. `store` is what messages call the store.

    `cipher` is that of the store, where it has one already.
    """

    def __init__(
        self,
        objects: ObjectStore,
        name: str,
        settings: StoreSettings,
        waiter: Waiter,
        kinds: Kinds = CLUSTER_KINDS,
        cipher: StoreCipher | None = None,
    ) -> None:
        super().__init__(name, waiter.store, settings)
        cipher = cipher or StoreCipher(KeyringObjects(objects, waiter), waiter.store, settings.keys)
        self.log = SharedLog(objects, name, waiter, kinds, cipher)
        self._objects = objects
        self._waiter = waiter
        self._records = RecordObjects(self.log, kinds)
        self._skew = 0.0
        self._watched = (0, 0.0)

    @cached_property
    def journal(self) -> LogJournal:
        return LogJournal(self)

    # Reading

    def open_content(self) -> None:
        self.log.read_content()

    def snapshot(self) -> tuple[Record, Leftover]:
        self.log.read_content()
        with self.log.lock:
            state = self._followed()
            version, leftover = state.version, Leftover(state.head, tuple(state.entries))
        return self._records.read(version), leftover if leftover.head else NOTHING

    def _followed(self) -> LogState:
        """Raises Failure for a store of a newer version, and for a workspace that is not here any more."""
        state = self.log.follow()
        if not state.number and not is_set_up(self._objects, self._waiter):
            return state
        if state.moved_to:
            raise Failure(error("ACK3106", workspace=self.name, store=self.store, to=state.moved_to))
        return state

    def at(self, serial: int) -> Record | None:
        self.log.read_content()
        return self._records.at(self._followed(), serial)

    def texts(self, most: int) -> Iterator[RecordText]:
        self.log.read_content()
        return self._records.texts(self._followed(), most)

    # Writing

    def append(self, *, head: RunHead | None = None, entries: tuple[Entry, ...] = ()) -> None:
        """Adds to the journal, beginning a run where there is a head. Raises Failure where the lock was lost."""
        lease = self.held()
        try:
            self.log.append(
                lease, lambda state: replace(self._slot(state, SlotKind.APPEND), head=head, entries=entries)
            )
        except LeaseLost:
            raise self.lost(lease, self.log.state.holder) from None

    def put(self, record: Record, unsettled: Unsettled | None, expect: Record) -> Record:
        lease = self.held()
        stored = self._records.write(record) if record is not expect else None

        def concluded(state: LogState) -> Slot:
            if state.serial != expect.serial:
                raise Failure(changed(self._records.read(state.version), expect))
            slot = self._slot(state, SlotKind.CONCLUDE)
            version, earlier = state.version, state.earlier
            if stored:
                earlier = (((version.serial, version.slot), *earlier) if version else ())[:MOST_EARLIER]
                version = VersionSlot(slot.number, record.serial, *stored)
            head, entries = state.head, tuple(state.entries)
            if unsettled:
                head, entries = unsettled.head_on(record), unsettled.entries
            slot = replace(slot, holder=lease.holder, ttl=self.settings.ttl, version=version, earlier=earlier)
            return replace(slot, head=head, entries=entries)

        self._under(lease, concluded, expect)
        return record

    def _under(self, lease: Lease, slot_after: Callable[[LogState], Slot], expect: Record | None = None) -> None:
        """Adds a slot that needs the lease. Raises Failure where it is lost, or another record is current."""
        try:
            self.log.write(lease, slot_after)
        except LeaseLost:
            state = self.log.state
            if expect is not None and state.serial != expect.serial:
                raise Failure(changed(self._records.read(state.version), expect)) from None
            raise self.lost(lease, state.holder) from None

    def _slot(self, state: LogState, kind: SlotKind) -> Slot:
        return Slot(self.name, state.number + 1, state.epoch, kind, state.nonce)

    # The lock

    def take(self, holder: Holder, ttl: float | None = None) -> Lease | Busy:
        with self.log.lock:
            state = self._followed()
            if not state.number:
                self._begin()
            if state.holder is not None and (left := self._left(state)) > 0:
                return Busy(state.holder, state.number, left)
            begun = time.time()
            taken = self.log.take(lambda now: self._taking(now, holder, ttl or self.settings.ttl))
            if taken is None:
                state = self.log.follow()
                return Busy(state.holder or holder, state.number, self._left(state))
            self._skew = self._skew_by(slot_key(self.name, taken.number), begun, time.time())
            return Lease(taken.epoch, holder)

    def _begin(self) -> None:
        """Makes the store ready, and the workspace known there."""
        if not is_set_up(self._objects, self._waiter):
            self.set_up()
        self._waiter.until_there(lambda: self._objects.create(NAMES + self.name, b"{}"))

    def _taking(self, state: LogState, holder: Holder, ttl: float) -> Slot:
        return replace(self._slot(state, SlotKind.TAKE), epoch=state.epoch + 1, holder=holder, ttl=ttl)

    def _left(self, state: LogState) -> float:
        """How long a lock lasts still, by how long we have seen its log stand still on a clock of our own."""
        now = time.monotonic()
        number, since = self._watched
        if number != state.number:
            self._watched = (state.number, now)
            return state.ttl
        return state.ttl - (now - since)

    def _skew_by(self, key: str, begun: float, ended: float) -> float:
        """How far our clock is behind, by when this was written. Unknown where the store does not say it just now."""
        try:
            stored = self._objects.get(key, MAX_SLOT)
        except StoreAway:
            stored = None
        return skew_of(stored.modified, begun, ended) if stored else 0.0

    def renew(self, lease: Lease) -> bool:
        """Whoever writes or reads meanwhile renews it, or finds it lost, without us."""
        log = self.log
        if not log.lock.acquire(blocking=False):
            return True
        try:
            if time.monotonic() - log.wrote > self.settings.ttl / _FRESH and not log.is_writing:
                log.write(lease, lambda state: self._slot(state, SlotKind.BEAT), waiting=False)
        except StoreAway:
            return True
        except (LeaseLost, Failure):
            return False
        finally:
            log.lock.release()
        return True

    def holds(self, lease: Lease) -> bool:
        return self.log.follow().is_held_by(lease)

    def free(self, lease: Lease) -> None:
        with contextlib.suppress(StoreAway, LeaseLost):
            self.log.write(lease, lambda state: self._slot(state, SlotKind.FREE), waiting=False)
            self.log.leave_hint()

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Objects are reached by requests of their own."""
        yield

    def looked(self) -> tuple[Holder | None, bool]:
        """Who has the lock, and whether something was written lately. Said to people; nothing is decided by it."""
        state = self.log.follow()
        age = time.time() + self._skew - state.modified
        return state.holder, age <= state.ttl + _MARGIN

    def release(self, lock_id: str = "") -> Holder:
        while True:
            state = self.log.follow()
            holder = self.check_release(state.holder, lock_id)
            with contextlib.suppress(LeaseLost):
                self.log.write(Lease(state.epoch, holder), lambda now: self._slot(now, SlotKind.FREE))
                return holder

    # The whole workspace

    def move_away(self, to: str) -> None:
        self._under(self.held(), lambda state: replace(self._slot(state, SlotKind.MOVED), moved_to=to))

    def move_back(self, left: str) -> None:
        state = self.log.follow()
        if state.moved_to == left:
            self.log.take(lambda now: self._slot(now, SlotKind.BACK))

    def remove(self) -> None:
        """A log is never deleted: what was kept of the workspace is not read any more."""
        lease = self.held()

        def emptied(state: LogState) -> Slot:
            return replace(self._slot(state, SlotKind.CONCLUDE), holder=lease.holder, ttl=self.settings.ttl)

        self._under(lease, emptied)

    def skew(self) -> float:
        return self._skew

    # Setting up

    def set_up(self) -> None:
        set_up(self._objects, self._waiter)

    def check(self) -> Iterator[Diagnostic]:
        return check_store(self._objects, self._waiter)
