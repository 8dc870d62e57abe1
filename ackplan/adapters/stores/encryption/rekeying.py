"""Who opens an encrypted store: the first keyring of a store, and each after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ackplan.adapters.stores.encryption import age
from ackplan.adapters.stores.encryption.keyring import Keyring, KeyringStore, encode_keyring
from ackplan.adapters.stores.encryption.store_cipher import StoreCipher
from ackplan.adapters.stores.store_settings import StoreKeys
from ackplan.app.store_encryption import Readers, StoreKey
from ackplan.core.diagnostics import Failure, error, printable


class KeyringEncryption:
    """The encryption of a store, with the keys that this machine has."""

    def __init__(self, keyrings: KeyringStore, store: str, keys: StoreKeys) -> None:
        self._keyrings = keyrings
        self._store = store
        self._keys = keys

    @property
    def is_required(self) -> bool:
        return self._keys.is_required

    def key(self) -> StoreKey | None:
        opened = self._cipher().opened()
        return _key(opened.ring) if opened else None

    def check_readers(self, readers: Readers) -> None:
        age.need_age()
        for text in readers.recipients:
            age.recipient_of(text)

    def begin(self, readers: Readers) -> StoreKey:
        self.check_readers(readers)
        if self._keyrings.newest() is not None:
            return self._same(readers)
        if not self._keyrings.is_empty():
            raise Failure(error("ACK3131.content", store=self._store))
        ring = _for(readers, Keyring(1, (age.new_identity(),), _texts(readers.recipients)))
        return self._added(ring)

    def _same(self, readers: Readers) -> StoreKey:
        """The key of a store that was encrypted for just these before. Raises Failure for others."""
        key = self.key()
        wanted = set(_texts(readers.recipients)), bool(readers.passphrase)
        if key is None or (set(key.recipients), key.by_passphrase) != wanted:
            raise Failure(error("ACK3131.others", store=self._store))
        return key

    def rekey(self, added: Readers, removed: Sequence[str], *, keeps_passphrase: bool = True) -> StoreKey:
        self.check_readers(added)
        opened = self._cipher().opened()
        if opened is None:
            raise Failure(error("ACK3131.none", store=self._store))
        before, gone = opened.ring, _texts(removed)
        for recipient in gone:
            if recipient not in before.recipients:
                raise Failure(error("ACK3131.absent", store=self._store, recipient=printable(recipient[:80])))
        recipients = _texts((*(each for each in before.recipients if each not in gone), *added.recipients))
        identities = (*before.identities, age.new_identity())
        passphrase = (before.passphrase, before.passphrase_recipient) if keeps_passphrase else ()
        ring = _for(added, Keyring(before.number + 1, identities, recipients, *passphrase))
        return self._added(ring, added.passphrase)

    def _added(self, ring: Keyring, passphrase: str = "") -> StoreKey:
        if not ring.recipients and not ring.passphrase:
            raise Failure(error("ACK3131.nobody", store=self._store))
        data = encode_keyring(ring)
        if ring.number > 1:
            self._check_opens(ring.number, data, passphrase or self._keys.passphrase)
        if not self._keyrings.add(ring.number, data):
            raise Failure(error("ACK3131.changed", store=self._store))
        return _key(ring)

    def _check_opens(self, number: int, data: bytes, passphrase: str) -> None:
        """Raises Failure for a keyring that this machine could not open: nobody locks itself out."""
        keys = replace(self._keys, passphrase=passphrase)
        try:
            StoreCipher(_One(number, data), self._store, keys).opened()
        except Failure:
            raise Failure(error("ACK3131.out", store=self._store)) from None

    def _cipher(self) -> StoreCipher:
        return StoreCipher(self._keyrings, self._store, self._keys)


class _One:
    """A keyring that is nowhere yet."""

    def __init__(self, number: int, data: bytes) -> None:
        self._ring = number, data

    def newest(self) -> tuple[int, bytes]:
        return self._ring

    def add(self, number: int, data: bytes) -> bool:  # noqa: ARG002 - it holds the one that it has
        return False

    def is_empty(self) -> bool:
        return False


def _for(readers: Readers, ring: Keyring) -> Keyring:
    """The keyring with the passphrase of these readers, where they have one: a new identity that it opens."""
    if not readers.passphrase:
        return ring
    identity = age.new_identity()
    locked = age.encrypt_by_passphrase(identity.encode(), readers.passphrase)
    return Keyring(ring.number, ring.identities, ring.recipients, locked, age.recipient_of_identity(identity))


def _texts(recipients: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(age.recipient_text, recipients)))


def _key(ring: Keyring) -> StoreKey:
    return StoreKey(ring.key_id, ring.recipients, bool(ring.passphrase))
