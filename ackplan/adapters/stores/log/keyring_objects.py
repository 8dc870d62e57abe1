"""The keyrings of an encrypted store: objects that are created once, by their numbers."""

from __future__ import annotations

import re
from typing import Final

from ackplan.adapters.stores.encryption.keyring import MAX_KEYRING
from ackplan.adapters.stores.log.object_store import KEYRINGS, NAMES, PLANS, ObjectStore
from ackplan.adapters.stores.waiting import StoreAway, Waiter

_DIGITS: Final = 6
_NUMBER: Final = re.compile(f"[0-9]{{{_DIGITS}}}")
_MOST: Final = 100_000


class KeyringObjects:
    """Those of the store of objects under one prefix."""

    def __init__(self, objects: ObjectStore, waiter: Waiter) -> None:
        self._objects = objects
        self._waiter = waiter

    def newest(self) -> tuple[int, bytes] | None:
        """Raises Failure."""
        keys = self._waiter.until_there(lambda: self._objects.keys(KEYRINGS, "", _MOST))
        numbers = [int(text) for key in keys if _NUMBER.fullmatch(text := key.removeprefix(KEYRINGS))]
        if not numbers:
            return None
        number = max(numbers)
        return number, self._waiter.until_there(lambda: self._read(number))

    def _read(self, number: int) -> bytes:
        stored = self._objects.get(_key(number), MAX_KEYRING)
        if stored is None:
            raise StoreAway("it lists an object that it says is not there")
        return stored.data

    def add(self, number: int, data: bytes) -> bool:
        """Raises Failure. An answer that was lost makes our own meet us: what lies there decides."""
        self._waiter.until_there(lambda: self._objects.create(_key(number), data))
        return self._waiter.until_there(lambda: self._read(number)) == data

    def is_empty(self) -> bool:
        """Raises Failure."""
        return not (self._is_there(NAMES) or self._is_there(PLANS))

    def _is_there(self, prefix: str) -> bool:
        return bool(self._waiter.until_there(lambda: self._objects.keys(prefix, "", 1)))


def _key(number: int) -> str:
    return f"{KEYRINGS}{number:0{_DIGITS}d}"
