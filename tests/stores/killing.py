"""Kills a PostgreSQL with -9 before and after each statement of an `apply`, and starts it again: the run goes on, whole.

`python -m tests.stores.killing` does so at every statement; `--sample N` takes N of each kind.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from ackplan.adapters.stores.postgres.database import Database
from ackplan.adapters.stores.waiting import StoreAway
from tests.running import Command, Simulator, command_line, simulator

from .cases import ENVIRONMENT, opened
from .postgres_process import Postgres

_FLEETS = (
    "{web: {cluster_type: Ask}, db: {cluster_type: Ask, depends_on: [web]}}",
    "{web: {cluster_type: Ask}, cache: {cluster_type: Ask}}",
)
KINDS = ("before", "after")


@dataclass
class Trap:
    """Counts statements, of all threads. At number `at` the server dies, before it gets the statement, or `after`."""

    server: Postgres
    at: int = 0
    kind: str = "before"
    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _hit(self) -> bool:
        with self._lock:
            self.count += 1
            return self.count == self.at

    def _restart(self) -> None:
        self.server.kill()
        self.server.start()

    @contextlib.contextmanager
    def set(self) -> Iterator[None]:
        once = Database._once

        def watched(database: Database, *arguments: Any) -> Any:
            is_here = self._hit()
            if is_here and self.kind == "before":
                self._restart()
            found = once(database, *arguments)
            if is_here and self.kind == "after":
                self._restart()
                raise StoreAway("the answer is lost")
            return found

        with mock.patch.object(Database, "_once", watched):
            yield


def _run(folder: Path, api: Simulator, url: str, fleet: str, *arguments: str) -> Command:
    (folder / "ackplan.yaml").write_text(f"ackplan: 1\nregion: cn-beijing\nclusters: {fleet}\n")
    settings = {**ENVIRONMENT, **api.credentials, "ACKPLAN_ENDPOINT": api.url, "ACKPLAN_STATE": url}
    return command_line(folder, *arguments, environment={**settings, "ACKPLAN_STORE_PATIENCE": "2m"})


def _trial(server: Postgres, url: str, trap: Trap) -> str:
    """What is wrong with an apply that creates, keeps and deletes, during which the server dies; empty: nothing."""
    with tempfile.TemporaryDirectory() as name, simulator(time_scale=100_000) as api:
        folder = Path(name)
        made = _run(folder, api, url, _FLEETS[0], "apply", "--auto-approve")
        with trap.set():
            ended = _run(folder, api, url, _FLEETS[1], "apply", "--auto-approve")
        planned = _run(folder, api, url, _FLEETS[1], "plan", "--detailed-exitcode")
        record, leftover = opened(url).snapshot()
        live = {each["name"]: each["cluster_id"] for each in api.running.world.clusters()}
        creates = [call.body["name"] for call in api.calls if call.operation == "create_cluster" and call.status < 300]
        _run(folder, api, url, "{}", "apply", "--auto-approve")
    wrong = [
        (made.code, made.err) if made.code else "",
        (ended.code, ended.err) if ended.code else "",
        (planned.code, planned.out) if planned.code else "",
        f"created: {creates}" if sorted(creates) != ["cache", "db", "web"] else "",
        f"live {live}, recorded {record}" if {n: e.cluster_id for n, e in record.clusters.items()} != live else "",
        f"left in the journal: {leftover}" if leftover.head or leftover.entries else "",
    ]
    return "; ".join(str(each) for each in wrong if each)


def kill(sample: int, seed: int) -> tuple[int, int, list[str]]:
    """How many statements an apply has, how often the server was killed, and what went wrong."""
    with tempfile.TemporaryDirectory(prefix="ackplan-killed-") as folder:
        server = Postgres(folder)
        try:
            opened(server.url).set_up()
            counting = Trap(server)
            broken = [f"undisturbed: {why}" for why in [_trial(server, server.url, counting)] if why]
            numbers = range(1, counting.count + 1)
            chance, kills = random.Random(seed), 0
            for kind in KINDS:
                for at in sorted(chance.sample(numbers, min(sample, len(numbers)))) if sample else numbers:
                    kills += 1
                    if why := _trial(server, server.url, Trap(server, at, kind)):
                        broken.append(f"{kind} statement {at}: {why}")
        finally:
            server.close()
    return counting.count, kills, broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stores.killing", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="statements of each kind; 0: every one")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    statements, kills, broken = kill(given.sample, given.seed)
    print("\n".join([*broken, f"{statements} statements, {kills} kills of the server, {len(broken)} broken"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
