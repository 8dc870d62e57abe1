"""The keys of an encrypted store. Each store has an identity of its own, and what is in it is encrypted for that one.

The identity is known to the recipients alone, its public half too: whoever does not know that half can't write what
opens with it, so nobody else can bring anything along. A new identity follows the ones before it; those still open what
is older.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from ackplan.adapters.stores.encryption import age
from ackplan.adapters.stores.encryption.store_place import StorePlace, with_place, without_place

_VERSION: Final = 1
_KEY_ID: Final = 32
MAX_KEYRING: Final = 1 << 20


class KeyringStore(Protocol):
    """Where the keyrings of a store lie: each is created once, and the one with the greatest number holds."""

    def newest(self) -> tuple[int, bytes] | None:
        """Number and bytes of the keyring that holds; None for a store that is not encrypted. Raises Failure."""
        ...

    def add(self, number: int, data: bytes) -> bool:
        """Adds a keyring; False where there is another one of this number. Raises Failure."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing of any workspace is kept yet. Raises Failure."""
        ...


@dataclass(frozen=True, slots=True)
class Keyring:
    """The identities of a store, the oldest first, and for whom they are encrypted.

    `passphrase` is the identity that a passphrase opens, encrypted by it, and `passphrase_recipient` its recipient.
    """

    number: int
    identities: tuple[str, ...] = field(repr=False)
    recipients: tuple[str, ...]
    passphrase: str = ""
    passphrase_recipient: str = field(default="", repr=False)

    @property
    def key_id(self) -> str:
        """Tells this store's keys from all others; the same after each change of them."""
        return hashlib.sha256(f"ackplan store {self.identities[0]}".encode()).hexdigest()[:_KEY_ID]

    def goes_on_from(self, former: Keyring) -> bool:
        """Whether it came after that one, by whoever had its identities."""
        before = former.identities
        return self.number > former.number and self.identities[: len(before)] == before


def encode_keyring(ring: Keyring) -> bytes:
    """A keyring as it is kept. Raises Failure for a recipient that is none."""
    named = (*ring.recipients, *((ring.passphrase_recipient,) if ring.passphrase else ()))
    inside = {
        "identities": ring.identities,
        "recipients": ring.recipients,
        "passphrase": ring.passphrase,
        "passphrase_recipient": ring.passphrase_recipient,
    }
    text = with_place(json.dumps(inside).encode(), _place(ring.number))
    sealed = age.encrypt(text, [age.recipient_of(each) for each in named], armored=True).decode("ascii")
    return json.dumps({"version": _VERSION, "keyring": sealed, "passphrase": ring.passphrase}).encode()


@dataclass(frozen=True, slots=True)
class LockedKeyring:
    """A keyring that nobody opened yet: nothing in it is believed."""

    number: int
    sealed: bytes
    passphrase: str

    def open(self, identities: Sequence[object]) -> Keyring:
        """The keyring. Raises NotDecryptable where none of these identities opens it, ValueError where it is none."""
        text, place = without_place(age.decrypt(self.sealed, identities))
        if place != _place(self.number):
            raise ValueError(f"it was written as {place}")
        match json.loads(text):
            case {
                "identities": [str(), *_] as keys,
                "recipients": list(recipients),
                "passphrase": self.passphrase,
                "passphrase_recipient": str(passphrase_recipient),
            }:
                own, named = tuple(map(str, keys)), tuple(map(str, recipients))
                return Keyring(self.number, own, named, self.passphrase, passphrase_recipient)
        raise ValueError("it has the wrong shape")


def decode_keyring(number: int, data: bytes) -> LockedKeyring:
    """A keyring as it is kept. Raises ValueError for what is none."""
    match json.loads(data):
        case {"version": 1, "keyring": str(sealed), "passphrase": str(passphrase)}:
            return LockedKeyring(number, sealed.encode(), passphrase)
    raise ValueError("it has the wrong shape, or is of a newer version")


def _place(number: int) -> StorePlace:
    return StorePlace("keyring", number=number)
