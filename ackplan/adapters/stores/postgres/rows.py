"""The rows that statements give, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were: of leases that were found to be ours, one or none."""

    count: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """How a server is set up, the time there, and the rights that a run would miss."""

    is_standby: bool
    is_read_only: bool
    fsync: str
    full_page_writes: str
    clock: float
    missing: list[str]


@dataclass(frozen=True, slots=True)
class FormatRow:
    version: int | None


@dataclass(frozen=True, slots=True)
class LockRow:
    """The lock of a workspace. `remaining` is how many seconds it lasts; `clock` the time there, since 1970."""

    holder: str | None
    epoch: int
    expires: str | None
    remaining: float | None
    moved_to: str
    clock: float


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A workspace at one moment. `data` is None for a record that was read before, and for none.

    `epoch` is that of the record; each entry has its own, and a number.
    """

    head: str | None
    serial: int
    data: bytes | None
    epoch: int
    moved_to: str
    entries: list[bytes]
    epochs: list[int]
    numbers: list[int]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the record, and which write it came by."""

    serial: int
    epoch: int
    nonce: str
    moment: datetime
    who: str
    what: str
    job: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeyringRow:
    number: int
    keyring: bytes


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note, and when it was kept, since 1970."""

    name: str
    data: bytes
    kept_at: float


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan file, byte for byte."""

    data: bytes
