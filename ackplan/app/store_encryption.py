"""What `state init` and `state rekey` do with the encryption of a store. Adapters implement it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads an encrypted store: recipients of age (`age1...`, `ssh-...`), and whoever has the passphrase."""

    recipients: tuple[str, ...] = ()
    passphrase: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.recipients or self.passphrase)


@dataclass(frozen=True, slots=True)
class StoreKey:
    """The key of an encrypted store, by its id, and who opens it."""

    key_id: str
    recipients: tuple[str, ...]
    by_passphrase: bool


class StoreEncryption(Protocol):
    """The encryption of one store."""

    @property
    def is_required(self) -> bool:
        """Whether this machine has a key, or expects one: the store is to be encrypted then."""
        ...

    def key(self) -> StoreKey | None:
        """The key of the store; None where it is not encrypted.

        Raises Failure where nobody here can open it, and where a key is set for a store that is not encrypted.
        """
        ...

    def check_readers(self, readers: Readers) -> None:
        """Raises Failure for a recipient that is none."""
        ...

    def begin(self, readers: Readers) -> StoreKey:
        """Encrypts an empty store for these. Raises Failure for one that is not empty, or encrypted for others."""
        ...

    def rekey(self, added: Readers, removed: Sequence[str], *, keeps_passphrase: bool = True) -> StoreKey:
        """A new key for what is written from now on, for these recipients besides, and no more for those removed.

        A passphrase takes the place of the one before, which is kept unless said otherwise.

        Raises Failure where nobody here could open it then, or somebody else did the same just now.
        """
        ...
