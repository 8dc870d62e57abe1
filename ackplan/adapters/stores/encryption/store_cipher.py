"""What encrypts and opens what a store keeps, or leaves it as it is where the store is not encrypted.

The keys are looked for when something is encrypted or opened first: locks need none.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ackplan.adapters.stores.encryption import age
from ackplan.adapters.stores.encryption.keyring import Keyring, KeyringStore, LockedKeyring, decode_keyring
from ackplan.adapters.stores.encryption.store_place import StorePlace, with_place, without_place
from ackplan.adapters.stores.store_settings import StoreKeys
from ackplan.core.diagnostics import Failure, error


@dataclass(frozen=True, slots=True)
class OpenKeyring:
    """A keyring whose keys can be used: what is written is encrypted for the newest, what is read is opened by any."""

    ring: Keyring
    identities: tuple[object, ...]
    recipient: object


class StoreCipher:
    """The encryption of one store, which messages call `store`. May be used by several threads."""

    def __init__(self, keyrings: KeyringStore, store: str, keys: StoreKeys) -> None:
        self.keyrings = keyrings
        self.store = store
        self._keys = keys
        self._lock = threading.Lock()
        self._is_loaded = False
        self._opened: OpenKeyring | None = None

    @property
    def is_on(self) -> bool:
        """Whether the store is encrypted. Raises Failure where nobody here can open it, and where it should be."""
        return self.opened() is not None

    def opened(self) -> OpenKeyring | None:
        """The store's keys; None for a store that is not encrypted. Raises Failure as `is_on`."""
        with self._lock:
            if not self._is_loaded:
                self._opened = self._load()
                self._is_loaded = True
            return self._opened

    def seal(self, data: bytes, place: StorePlace) -> bytes:
        """The data as the store keeps it at a place. Raises Failure."""
        opened = self.opened()
        return age.encrypt(with_place(data, place), [opened.recipient]) if opened else data

    def seal_text(self, text: str, place: StorePlace) -> str:
        """The same of a text, as a text."""
        opened = self.opened()
        if opened is None:
            return text
        return age.encrypt(with_place(text.encode(), place), [opened.recipient], armored=True).decode("ascii")

    def open(self, data: bytes, place: StorePlace) -> bytes:
        """What was written, of what the store keeps at a place. Raises Failure for what does not belong there."""
        opened = self.opened()
        if age.is_encrypted(data) != (opened is not None):
            raise Failure(error("ACK3128.encrypted" if opened is None else "ACK3128", store=self.store, place=place))
        if opened is None:
            return data
        try:
            whole, written = without_place(self._decrypted(data, opened))
        except (ValueError, RecursionError):
            raise Failure(error("ACK3128.foreign", store=self.store, place=place)) from None
        if written != place:
            raise Failure(error("ACK3129", store=self.store, place=place, written=written))
        return whole

    def open_text(self, text: str, place: StorePlace) -> str:
        """The same of a text. Raises Failure, and ValueError for what is none."""
        return self.open(text.encode(), place).decode()

    def _decrypted(self, data: bytes, opened: OpenKeyring) -> bytes:
        """Raises ValueError. A key that came after ours was read is looked for."""
        try:
            return age.decrypt(data, opened.identities)
        except ValueError:
            return age.decrypt(data, self._renewed(opened).identities)

    def _renewed(self, opened: OpenKeyring) -> OpenKeyring:
        """The newest keyring, where it goes on from this one. Raises ValueError where none does."""
        with self._lock:
            if self._opened is opened:
                newer = self._load()
                if newer is None or not newer.ring.goes_on_from(opened.ring):
                    raise ValueError("the store has no other key")
                self._opened = newer
            return self._opened or opened

    def _load(self) -> OpenKeyring | None:
        newest = self.keyrings.newest()
        if newest is None:
            if self._keys.is_required:
                raise Failure(error("ACK3127", store=self.store))
            return None
        age.need_age()
        try:
            ring = self._unlocked(decode_keyring(*newest))
            identities = tuple(age.identity_of(text) for text in ring.identities)
            recipient = age.recipient_of(age.recipient_of_identity(ring.identities[-1]))
        except (ValueError, RecursionError) as fault:
            raise Failure(error("ACK3126.broken", store=self.store, why=fault)) from None
        if self._keys.key_id not in {"", ring.key_id}:
            raise Failure(error("ACK3132", store=self.store, key_id=ring.key_id, wanted=self._keys.key_id))
        return OpenKeyring(ring, identities, recipient)

    def _unlocked(self, locked: LockedKeyring) -> Keyring:
        """The keyring, by the identities of this machine or by the passphrase. Raises Failure, ValueError for none."""
        keys = self._keys
        if not keys.identity and not (keys.passphrase and locked.passphrase):
            raise Failure(error("ACK3126.passphrase" if keys.passphrase else "ACK3125", store=self.store))
        if keys.identity:
            own = age.read_identities(keys.identity)
            try:
                return locked.open(own)
            except age.NotDecryptable:
                if not (keys.passphrase and locked.passphrase):
                    raise Failure(error("ACK3126", store=self.store)) from None
        return locked.open([self._by_passphrase(locked.passphrase)])

    def _by_passphrase(self, identity: str) -> object:
        try:
            text = age.decrypt_by_passphrase(identity, self._keys.passphrase).decode()
        except age.NotDecryptable:
            raise Failure(error("ACK3126.passphrase", store=self.store)) from None
        return age.identity_of(text)
