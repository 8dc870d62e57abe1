"""What a log says once its slots are taken in, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from ackplan.adapters.stores.leased import Lease
from ackplan.adapters.stores.log.slot import Slot, SlotKind, VersionSlot
from ackplan.record.holder import Holder
from ackplan.record.journal import Entry, RunHead


@dataclass(slots=True)
class LogState:
    """A log up to slot `number`, which was written at `modified` by the clock of the store.

    `nonce` is that of the last slot that means something. One that does not come after that one was written together
    with others, of which an earlier one found its slot taken: it means nothing, and nobody acted on it.
    `epoch` counts how often the lock was taken; `checkpoint` is the last slot that says all by itself.
    """

    number: int = 0
    nonce: str = ""
    modified: float = 0.0
    epoch: int = 0
    holder: Holder | None = None
    ttl: float = 0.0
    head: RunHead | None = None
    entries: list[Entry] = field(default_factory=list)
    version: VersionSlot | None = None
    earlier: tuple[tuple[int, int], ...] = ()
    checkpoint: int = 0
    moved_to: str = ""

    @classmethod
    def at(cls, slot: Slot, modified: float) -> Self:
        """The state at a slot that says all by itself."""
        state = cls(number=slot.number - 1, nonce=slot.after, epoch=slot.epoch, holder=slot.holder)
        state.take_in(slot, modified)
        return state

    @property
    def serial(self) -> int:
        return self.version.serial if self.version else 0

    def is_held_by(self, lease: Lease) -> bool:
        return self.holder is not None and self.epoch == lease.epoch

    def take_in(self, slot: Slot, modified: float) -> None:
        """Goes on by one slot. Raises ValueError for one that can't follow: nobody who keeps to the rules wrote it."""
        if slot.number != self.number + 1:
            raise ValueError(f"slot {slot.number} does not follow {self.number}")
        if slot.after == self.nonce:
            self._change(slot)
            self.nonce = slot.nonce
        self.number, self.modified = slot.number, modified

    def _change(self, slot: Slot) -> None:
        self._check(slot)
        match slot.kind:
            case SlotKind.TAKE:
                self.epoch, self.holder, self.ttl = slot.epoch, slot.holder, slot.ttl
            case SlotKind.APPEND:
                self.head = slot.head or self.head
                self.entries += slot.entries
            case SlotKind.CONCLUDE:
                self.holder, self.ttl, self.checkpoint = slot.holder, slot.ttl, slot.number
                self.head, self.entries = slot.head, list(slot.entries)
                self.version, self.earlier = slot.version, slot.earlier
            case SlotKind.FREE:
                self.holder = None
            case SlotKind.MOVED:
                self.holder, self.moved_to = None, slot.moved_to
            case SlotKind.BACK:
                self.moved_to = ""
            case SlotKind.BEAT:
                pass

    def _check(self, slot: Slot) -> None:
        if slot.kind is SlotKind.TAKE:
            follows = slot.epoch == self.epoch + 1
        elif slot.kind is SlotKind.BACK:
            follows = slot.epoch == self.epoch
        else:
            follows = slot.epoch == self.epoch and self.holder is not None
        if not follows or bool(self.moved_to) != (slot.kind is SlotKind.BACK):
            raise ValueError(f"slot {slot.number} does not follow {self.number}")
