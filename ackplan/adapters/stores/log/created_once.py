"""Whether a store of objects keeps what the log relies on: of two that create one object, one is refused."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ackplan.adapters.stores.log.object_store import ObjectStore
from ackplan.adapters.stores.store_clock import skew_of, skew_told
from ackplan.adapters.stores.waiting import Waiter
from ackplan.core.diagnostics import Diagnostic, Failure, error

FORMAT: Final = 1
# No workspace is called so.
_OWN = ".ackplan"
_MARKER = f"{_OWN}/format"
_PROBE = f"{_OWN}/created-once"
_CLOCK = f"{_OWN}/clock"
_MOST_BYTES = 1000
_RACERS = 8


def check_version(objects: ObjectStore, waiter: Waiter) -> None:
    """Raises Failure for a store that is not set up, or by a newer version."""
    if not is_set_up(objects, waiter):
        raise Failure(error("ACK3102", store=waiter.store))


def is_set_up(objects: ObjectStore, waiter: Waiter) -> bool:
    """Whether a store was made ready. Raises Failure for one of a newer version."""
    marker = waiter.until_there(lambda: objects.get(_MARKER, _MOST_BYTES))
    if marker is None:
        return False
    try:
        version = int(json.loads(marker.data)["version"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Failure(error("ACK3105", store=waiter.store, version="unknown")) from None
    if version != FORMAT:
        raise Failure(error("ACK3105", store=waiter.store, version=version))
    return True


def set_up(objects: ObjectStore, waiter: Waiter) -> None:
    """Makes a store ready that keeps its conditions. Raises Failure for one that does not."""
    faults = [*waiter.until_there(lambda: list(objects.faults())), *_probed(objects, waiter), *_raced(objects, waiter)]
    if faults:
        raise Failure(*faults)
    marker = json.dumps({"version": FORMAT}).encode()
    waiter.until_there(lambda: objects.create(_MARKER, marker))
    check_version(objects, waiter)


def check_store(objects: ObjectStore, waiter: Waiter) -> Iterator[Diagnostic]:
    """What stands in the way of this store. Raises Failure where it can't be used at all."""
    waiter.until_there(lambda: objects.keys(f"{_OWN}/", "", _MOST_BYTES))
    check_version(objects, waiter)
    yield from waiter.until_there(lambda: list(objects.faults()))
    yield from _probed(objects, waiter)
    yield from _clocked(objects, waiter)


def _probed(objects: ObjectStore, waiter: Waiter) -> Iterator[Diagnostic]:
    """Creates one object twice, with two contents: the second is to be refused, and the first to stay."""
    mine, other = (secrets.token_hex(8).encode() for _ in range(2))
    waiter.until_there(lambda: objects.create(_PROBE, mine))
    before = waiter.until_there(lambda: objects.get(_PROBE, _MOST_BYTES))
    again = waiter.until_there(lambda: objects.create(_PROBE, other))
    after = waiter.until_there(lambda: objects.get(_PROBE, _MOST_BYTES))
    if again or before is None or after is None or before.data != after.data:
        yield error("ACK3110", store=waiter.store)


def _raced(objects: ObjectStore, waiter: Waiter) -> Iterator[Diagnostic]:
    """Lets many create one object at the same time: one is to win, and what it wrote to stay."""
    key = f"{_PROBE}-{secrets.token_hex(8)}"
    contents = [f"{number:02d}".encode() for number in range(_RACERS)]
    with ThreadPoolExecutor(_RACERS) as threads:
        won = list(threads.map(lambda data: waiter.until_there(lambda: objects.create(key, data)), contents))
    kept = waiter.until_there(lambda: objects.get(key, _MOST_BYTES))
    # An answer that was lost makes the winner one that does not know it.
    winners = [data for data, is_winner in zip(contents, won, strict=True) if is_winner]
    if kept is None or any(data != kept.data for data in winners):
        yield error("ACK3110.raced", store=waiter.store, winners=len(winners))


def _clocked(objects: ObjectStore, waiter: Waiter) -> Iterator[Diagnostic]:
    """How far our clock is from that of the store."""
    begun = time.time()
    waiter.until_there(lambda: objects.put(_CLOCK, secrets.token_hex(8).encode()))
    ended = time.time()
    stored = waiter.until_there(lambda: objects.get(_CLOCK, _MOST_BYTES))
    skew = skew_of(stored.modified, begun, ended) if stored else 0.0
    yield from skew_told(waiter.store, skew)
