"""The world on disk: it survives restarts and kills, and is shared by processes."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ackplan.simulator import VirtualClock, World, database
from ackplan.simulator.account import Ledger
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.store import Store
from tests.unit.simulator.callers import NOW, example

# Creates clusters for as long as it lives, and names each one once it has been accepted.
_WRITER = """
import itertools, sys
from pathlib import Path
from ackplan.simulator import VirtualClock, World
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.account import Ledger
from ackplan.simulator import database
from ackplan.simulator.store import Store
world = World(Ledger(Store(Path(sys.argv[1])), VirtualClock(0.0), Identifiers(0), 1.0, 10**6, 300))
for number in itertools.count():
    body = {"cluster_type": "Ask", "name": f"{sys.argv[2]}-{number}", "region_id": "cn-beijing"}
    accepted = world.create(body)
    print(body["name"], accepted["cluster_id"], accepted["task_id"], flush=True)
"""


def _world(path: Path, clock: VirtualClock) -> World:
    return World(Ledger(Store(path), clock, Identifiers(7), time_scale=1.0, max_clusters=10**6, max_workers=300))


def test_a_reopened_file_goes_on(tmp_path: Path) -> None:
    clock, path = VirtualClock(NOW), tmp_path / "world.db"
    with closing(_world(path, clock)) as world:
        accepted = world.create(example("managed"))
        before = world.cluster(accepted["cluster_id"])
    with closing(_world(path, clock)) as world:
        assert world.cluster(accepted["cluster_id"]) == before
        clock.advance(3600)
        assert world.task(accepted["task_id"])["state"] == "success"
        assert world.create(example("managed", name="second"))["cluster_id"] != accepted["cluster_id"]


def test_the_same_seed_and_calls_make_the_same_world() -> None:
    answers = []
    for _ in range(2):
        clock = VirtualClock(NOW)
        with closing(World(Ledger(Store(None), clock, Identifiers(3), 1.0, 10, 300))) as world:
            accepted = world.create(example("dedicated"))
            clock.advance(3600)
            answers.append((world.clusters(), world.task(accepted["task_id"]), world.nodes(accepted["cluster_id"])))
    assert answers[0] == answers[1]


def test_no_secret_reaches_the_file(tmp_path: Path) -> None:
    clock, path = VirtualClock(NOW), tmp_path / "world.db"
    with closing(_world(path, clock)) as world:
        cluster_id = world.create(example("managed", login_password="Hunter-2222"))["cluster_id"]
        clock.advance(3600)
        world.scale_out(cluster_id, example("scale-out", key_pair=None, login_password="Hunter-3333"))
        clock.advance(3600)
        world.attach(cluster_id, example("attach", password="Hunter-4444"))
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"ManagedKubernetes" in data
    assert b"Hunter" not in data


def test_a_request_that_broke_leaves_no_trace(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with closing(_world(tmp_path / "world.db", clock)) as world:
        cluster_id = world.create(example("managed"))["cluster_id"]
        clock.advance(3600)
        before = (world.clusters(), world.nodes(cluster_id))
        with contextlib.suppress(ZeroDivisionError), world.moment():
            world.scale_out(cluster_id, {"count": 1})
            assert world.cluster(cluster_id)["state"] == "scaling"
            raise ZeroDivisionError
        assert (world.clusters(), world.nodes(cluster_id)) == before


def test_nonces_are_kept_for_their_time_and_no_longer(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with closing(_world(tmp_path / "world.db", clock)) as world:
        assert world.spend_nonce("n", NOW, keep=1800)
        assert not world.spend_nonce("n", NOW + 1799, keep=1800)
    with closing(_world(tmp_path / "world.db", clock)) as world:
        assert not world.spend_nonce("n", NOW + 1799, keep=1800)
        assert world.spend_nonce("n", NOW + 1801, keep=1800)


def test_what_was_accepted_survives_kill_nine(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    accepted: list[list[str]] = []
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), f"r{round_}"], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            accepted += [writer.stdout.readline().split() for _ in range(20)]
            writer.kill()
            accepted += [line.split() for line in writer.stdout if line.endswith("\n") and line.count(" ") == 2]
    with closing(_world(path, VirtualClock(0.0))) as world:
        clusters = {cluster["name"]: cluster["cluster_id"] for cluster in world.clusters()}
        assert {name: cluster_id for name, cluster_id, _ in accepted}.items() <= clusters.items()
        assert len(clusters) - len(accepted) <= 3
        assert len(set(clusters.values())) == len(clusters)
        assert {world.task(task_id)["state"] for _, _, task_id in accepted} == {"running"}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        orphans = "SELECT count(*) FROM tasks WHERE json_extract(record, '$.cluster_id') NOT IN (SELECT cluster_id FROM clusters)"
        assert connection.execute(orphans).fetchone() == (0,)


def test_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name], stdout=subprocess.PIPE, text=True)
        for name in ("left", "right")
    ]
    seen = []
    for writer in writers:
        with writer:
            assert writer.stdout is not None
            seen += [writer.stdout.readline().split()[1] for _ in range(20)]
            writer.kill()
    assert len(set(seen)) == 40


def test_a_file_that_another_process_is_setting_up_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(database.time, "sleep", pause)
    with closing(sqlite3.connect(tmp_path / "world.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        Store(tmp_path / "world.db").close()
    assert len(pauses) == 3


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match="format 99"):
        Store(path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(ValueError, match=r"world\.db"):
        Store(path)
    assert path.read_bytes().startswith(b"not a database")
    with pytest.raises(ValueError, match="nowhere"):
        Store(tmp_path / "nowhere/world.db")
