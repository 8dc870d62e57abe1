"""What a store of objects must do for the log. Adapters implement it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ackplan.core.diagnostics import Diagnostic

# What begins the keys that name the workspaces of a store, and those of notes about them: no workspace is called so.
NAMES: Final = ".ackplan/workspaces/"
NOTES: Final = ".ackplan/notes/"
# What begins the keys of kept plan files, and of the keyrings of an encrypted store.
PLANS: Final = ".ackplan/plans/"
KEYRINGS: Final = ".ackplan/encryption/"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object, and when it was written by the clock of the store, in seconds since 1970."""

    data: bytes
    modified: float


class ObjectStore(Protocol):
    """Objects by their keys, under one prefix. Everybody sees what is written as soon as it is.

    Each method raises StoreAway where the store could not be reached or could not answer now (what was asked may have
    been done, and may be asked once more), and Failure where the store refuses. May be used by several threads.
    """

    def create(self, key: str, data: bytes) -> bool:
        """Writes an object unless there is one of this key; False where there is, whoever wrote it."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Writes an object in the place of any other."""
        ...

    def get(self, key: str, most: int) -> StoredObject | None:
        """The object; None where there is none. Raises Failure for one of more than so many bytes."""
        ...

    def keys(self, prefix: str, after: str, most: int) -> Sequence[str]:
        """The keys that begin so and come after that one, in order; so many at most."""
        ...

    def faults(self) -> Iterator[Diagnostic]:
        """What is set up in this store so that it could not keep what the log relies on."""
        ...
