"""A workspace whose lock is a lease with a fence: it lasts for a while, is renewed, and whoever lost it writes nothing.

Who waits for it learns by watching whether its holder lives: a holder that died stops nobody for longer than its lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from ackplan.adapters.stores.heartbeat import Heartbeat
from ackplan.adapters.stores.store_settings import StoreSettings
from ackplan.core.diagnostics import Failure, error
from ackplan.core.language import phrase
from ackplan.record import Record
from ackplan.record.holder import Holder
from ackplan.record.journal import Leftover
from ackplan.record.successor import successor
from ackplan.record.unsettled import Unsettled
from ackplan.record.versions import RecordText, Version, version_of

_LOOK_EVERY = 0.25
# A hundred years: until somebody releases it.
_FOR_GOOD = 3.15e9


@dataclass(slots=True)
class Lease:
    """A lock that is held. `epoch` tells it from all before and after; `number` counts what was written under it."""

    epoch: int
    holder: Holder
    number: int = 0


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else's lock. `sign` is another one each time that it was renewed; `left` is how long it lasts if not."""

    holder: Holder
    sign: object
    left: float


class LeasedWorkspace(ABC):
    """What leases have in common, whatever the store. `store` is what messages call it."""

    def __init__(self, name: str, store: str, settings: StoreSettings) -> None:
        self.name = name
        self.store = store
        self.settings = settings
        self.lease: Lease | None = None

    @abstractmethod
    def take(self, holder: Holder, ttl: float | None = None) -> Lease | Busy:
        """Takes the lock for so many seconds (None: as the settings say), where it is free or its lease has run out.

        Raises Failure. A store that is not set up is set up, where that is allowed.
        """

    @abstractmethod
    def renew(self, lease: Lease) -> bool:
        """Renews a lease; False where it is lost. A store that is away is no loss."""

    @abstractmethod
    def free(self, lease: Lease) -> None:
        """Lets the lock go, where it is still held. Raises Failure."""

    @abstractmethod
    def open_content(self) -> None:
        """Looks for the key of an encrypted store. Raises Failure where nobody here has it: nothing is written then."""

    @abstractmethod
    def holds(self, lease: Lease) -> bool:
        """Whether a lease is not lost. Raises Failure."""

    @abstractmethod
    def snapshot(self) -> tuple[Record, Leftover]:
        """Record and journal of one moment."""

    @abstractmethod
    def put(self, record: Record, unsettled: Unsettled | None, expect: Record) -> Record:
        """One commit: the record, unless it is `expect` itself, and the journal where that is to be another."""

    @abstractmethod
    def looked(self) -> tuple[Holder | None, bool]:
        """Who has the lock, or had it and died; and whether they live."""

    @property
    def record(self) -> Self:
        """The record is the workspace's own matter: it is written together with the journal."""
        return self

    def read(self) -> Record:
        return self.snapshot()[0]

    def write(self, record: Record, *, expect: Record) -> Record:
        return self.put(successor(record, expect), None, expect)

    def conclude(self, record: Record, unsettled: Unsettled, *, expect: Record) -> Record:
        return self.put(expect if record is expect else successor(record, expect), unsettled, expect)

    def holder(self) -> Holder | None:
        held, lives = self.looked()
        return held if lives else None

    def left_behind(self) -> Holder | None:
        held, lives = self.looked()
        return None if lives else held

    def missing_record(self) -> None:
        """None: a version that was written stays until the workspace is removed."""
        return

    @abstractmethod
    def texts(self, most: int) -> Iterator[RecordText]:
        """So many versions of the record, the newest first."""

    def history(self, most: int) -> Sequence[Version]:
        return tuple(map(version_of, self.texts(most)))

    @abstractmethod
    def connected(self) -> contextlib.AbstractContextManager[None]:
        """Within it what leads to the store is kept open."""

    @contextlib.asynccontextmanager
    async def lock(self, what: str, timeout: float = 0.0) -> AsyncIterator[None]:
        with self.connected():
            self.open_content()
            async with self._leased(await self._taken(self.settings.holder(what), timeout, self.settings.ttl)):
                yield

    @contextlib.asynccontextmanager
    async def _leased(self, lease: Lease) -> AsyncIterator[None]:
        self.lease = lease
        beat = Heartbeat(lambda: self.renew(lease), self.settings.ttl)
        try:
            yield
        finally:
            beat.close()
            self.lease = None
            with contextlib.suppress(Failure):  # it runs out by itself
                self.free(lease)

    def check_lock(self) -> None:
        lease = self.held()
        if not self.holds(lease):
            raise self.lost(lease, self.holder())

    async def hold(self, reason: str) -> Holder:
        holder = dataclasses.replace(self.settings.holder(reason), hold=True)
        await self._taken(holder, 0.0, _FOR_GOOD)
        return holder

    async def _taken(self, holder: Holder, timeout: float, ttl: float) -> Lease:
        """The lock once it is ours. A holder that is not seen to live is waited for until its lease has run out."""
        begun, first = time.monotonic(), None
        while not isinstance(seen := await asyncio.to_thread(self.take, holder, ttl), Lease):
            if first is None:
                first = seen
            if first is seen and not seen.holder.hold:
                self.settings.notice(f"Looking whether its holder lives: {seen.holder}")
            waited = time.monotonic() - begun
            is_plain = seen.holder.hold or seen.sign != first.sign or waited > first.left + 1
            if waited >= timeout and is_plain:
                raise Failure(error(f"ACK3021.{'hold' if seen.holder.hold else 'busy'}", holder=seen.holder))
            await asyncio.sleep(_LOOK_EVERY)
        return seen

    def check_release(self, holder: Holder | None, lock_id: str) -> Holder:
        """Who is to lose the lock; a hold needs no id. Raises Failure where nobody has it, or somebody else."""
        if holder is None:
            raise Failure(error("ACK3022", path=f"{self.store}, {self.name}"))
        if holder.id != lock_id and (lock_id or not holder.hold):
            raise Failure(error("ACK3023", lock_id=lock_id, holder=holder, id=holder.id))
        return holder

    def held(self) -> Lease:
        """The lease that something is about to be written under. Raises Failure where there is none."""
        if self.lease is None:
            raise RuntimeError("nothing is written without the lock")
        return self.lease

    def lost(self, lease: Lease, now: Holder | None) -> Failure:
        """What to say where the lease is another's by now."""
        return Failure(error("ACK3101", workspace=self.name, mine=lease.holder.id, now=now or phrase("nobody")))
