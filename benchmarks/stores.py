"""Stores that are far away beside a folder: `python -m benchmarks.stores COUNT PARALLELISM`.

An apply of creates that take no time, over real servers behind a proxy that delays; how long a lock is waited for whose
holder was killed; and a record of 30,000 clusters. Seconds of the clock, for what is measured is waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ackplan.app.workspace import Workspace
from ackplan.core.resource import CLUSTER_KINDS
from ackplan.record import Record
from ackplan.record.codec import decode_cluster
from benchmarks.applying import applied, in_folder, simulator
from benchmarks.delaying import delaying
from tests.stores.cases import ENVIRONMENT, TTL, opened, postgres_case, s3_case, weed
from tests.stores.processes import player

_AT_ONCE = "1000000000"
_ROUNDS = 3
_PACE = 20.0
_CLUSTERS = 30_000
Kept = Callable[[Path], Workspace]


def at(url: str) -> Kept:
    return lambda _folder: opened(url, ttl=60.0)


@contextlib.contextmanager
def postgres(round_trip: float) -> Iterator[Kept]:
    """A database of its own, so far away."""
    url = postgres_case().url
    folder = parse_qs(urlsplit(url).query)["host"][0]
    with delaying(f"{folder}/.s.PGSQL.5432", round_trip) as port:
        yield at(url.replace(f"host={folder}", f"host=127.0.0.1&port={port}"))


@contextlib.contextmanager
def s3(round_trip: float) -> Iterator[Kept]:
    """A prefix of its own in a bucket that is so far away."""
    url, server = s3_case(weed().url).url, urlsplit(weed().url)
    with delaying((server.hostname or "", server.port or 0), round_trip) as port:
        yield at(url.replace(f":{server.port}", f":{port}"))


@contextlib.contextmanager
def folder(_round_trip: float) -> Iterator[Kept]:
    yield in_folder


STORES = {
    "folder": (folder, 0.0),
    "postgresql, 1 ms": (postgres, 0.001),
    "postgresql, 20 ms": (postgres, 0.02),
    "s3, 30 ms": (s3, 0.03),
}


def applies(count: int, parallelism: int, names: tuple[str, ...], rounds: int, pace: float = 0.0) -> dict[str, float]:
    """The seconds of an apply over each store, as times of those over a folder. They take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, taken in seconds.items():
            store, round_trip = STORES[name]
            with simulator(_AT_ONCE) as url, store(round_trip) as kept:
                taken.append(asyncio.run(applied(url, count, parallelism, kept, pace))[0])
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {name: taken / medians["folder"] for name, taken in medians.items() if name != "folder"}


def take_over(url: str) -> float:
    """The seconds until somebody has the lock whose holder was killed, beyond those for which a lock lasts."""
    workspace = opened(url)

    async def waited() -> float:
        begun = time.monotonic()
        async with workspace.lock("bench", 60.0):
            return time.monotonic() - begun - TTL

    with player(url) as holder:
        holder.say("lock")
        holder.kill()
        return asyncio.run(waited())


def record(kept: Workspace) -> float:
    """The seconds to write a record of 30,000 clusters of 22 parameters, and to read it."""
    parameters = {f"parameter_{number:02}": f"value-of-a-usual-length-{number:04}" for number in range(22)}
    entry = {"cluster_id": "c" * 32, "kind": "managed", "parameters": parameters}
    clusters = {f"cluster-{number:05}": decode_cluster("c", entry, CLUSTER_KINDS) for number in range(_CLUSTERS)}

    async def written() -> float:
        async with kept.lock("bench"):
            before = kept.record.read()
            begun = time.monotonic()
            kept.record.write(dataclasses.replace(Record("lineage"), clusters=clusters), expect=before)
            assert len(kept.record.read().clusters) == _CLUSTERS
            return time.monotonic() - begun

    return asyncio.run(written())


def measure(count: int, parallelism: int) -> dict[str, Any]:
    os.environ.update(ENVIRONMENT)
    names = tuple(STORES)
    results: dict[str, Any] = {"apply": applies(count, parallelism, names, _ROUNDS)}
    results["paced"] = applies(count, parallelism, ("folder", "postgresql, 20 ms", "s3, 30 ms"), 1, _PACE)
    urls = {"postgresql": postgres_case().url, "s3": s3_case(weed().url).url}
    results["take over"] = {name: take_over(url) for name, url in urls.items()}
    results["record"] = {name: record(opened(url, "large", ttl=60.0)) for name, url in urls.items()}
    return results


def main() -> None:
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
