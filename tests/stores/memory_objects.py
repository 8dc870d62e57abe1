"""A store of objects in memory, whose faults are those that a test wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from ackplan.adapters.stores.log.object_store import StoredObject
from ackplan.adapters.stores.store_settings import StoreKeys
from ackplan.adapters.stores.waiting import StoreAway
from ackplan.core.diagnostics import Diagnostic, Failure, error


class MemoryObjects:
    """Objects by their keys. `before` and `after` run around each request, by its verb and key, and may raise.

    `opened_with` are the keys of a store that is encrypted.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.opened_with = StoreKeys()
        self.objects: dict[str, StoredObject] = {}
        self.requests: list[tuple[str, str]] = []
        self.before: Callable[[str, str], None] = lambda _verb, _key: None
        self.after: Callable[[str, str], None] = lambda _verb, _key: None
        self._clock = clock
        self._lock = threading.Lock()

    def create(self, key: str, data: bytes) -> bool:
        self._begin("create", key)
        with self._lock:
            is_new = key not in self.objects
            if is_new:
                self.objects[key] = StoredObject(data, self._clock())
        self.after("create", key)
        return is_new

    def put(self, key: str, data: bytes) -> None:
        self._begin("put", key)
        self.objects[key] = StoredObject(data, self._clock())
        self.after("put", key)

    def get(self, key: str, most: int) -> StoredObject | None:
        self._begin("get", key)
        stored = self.objects.get(key)
        if stored and len(stored.data) > most:
            raise Failure(error("ACK3111", store="memory", key=key, size=len(stored.data), most=most))
        return stored

    def keys(self, prefix: str, after: str, most: int) -> Sequence[str]:
        self._begin("keys", prefix)
        with self._lock:
            return sorted(key for key in self.objects if key.startswith(prefix) and key > after)[:most]

    def faults(self) -> Iterator[Diagnostic]:
        return iter(())

    def _begin(self, verb: str, key: str) -> None:
        self.requests.append((verb, key))
        self.before(verb, key)


def lost(verb: str, part: str, times: int = 1) -> Callable[[str, str], None]:
    """What loses the answers to so many of these requests, whose keys have such a part."""
    left = [times]

    def hook(asked: str, key: str) -> None:
        if asked == verb and part in key and left[0]:
            left[0] -= 1
            raise StoreAway("no answer")

    return hook
