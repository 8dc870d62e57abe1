"""What belongs to a cluster: kept with the world, seen late on a bad day, gone with the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ackplan.simulator import VirtualClock, World
from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.identifiers import Identifiers
from ackplan.simulator.store import Store
from ackplan.simulator.view import View
from tests.unit.simulator.callers import NOW

LIVE = {"clusters": [{"name": "shop", "cluster_id": "c1"}, {"name": "games", "cluster_id": "c2"}]}


@contextmanager
def opened(path: Path | None, clock: VirtualClock) -> Iterator[tuple[World, Ledger]]:
    ledger = Ledger(Store(path), clock, Identifiers(7), time_scale=1.0, max_clusters=50, max_workers=300)
    world = World(ledger)
    yield world, ledger
    world.close()


def names(ledger: Ledger, kind: str, cluster: str) -> list[str]:
    return [one.name for one in ledger.store.belongings(kind, cluster)]


def test_belongings_outlive_a_restart_and_tell_kinds_and_clusters_apart(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with opened(tmp_path / "world.db", clock) as (world, ledger), world.moment():
        for kind, cluster, name in [
            ("pool", "c1", "b"),
            ("pool", "c1", "a"),
            ("addon", "c1", "a"),
            ("pool", "c2", "a"),
        ]:
            ledger.store.keep_belonging(Belonging(kind, cluster, name, {"of": cluster}))
    clock.advance(60)
    with opened(tmp_path / "world.db", clock) as (world, ledger), world.moment():
        assert names(ledger, "pool", "c1") == ["b", "a"]
        ledger.store.keep_belonging(Belonging("pool", "c1", "b", {"of": "another"}))
        assert ledger.store.belonging("pool", "c1", "b") == Belonging("pool", "c1", "b", {"of": "another"}, NOW)
        ledger.store.drop_belonging("pool", "c1", "a")
        assert names(ledger, "pool", "c1") == ["b"]
        assert names(ledger, "addon", "c1") == ["a"]
        assert ledger.store.belonging("addon", "c2", "a") is None


def test_what_was_undone_was_never_there() -> None:
    with opened(None, VirtualClock(NOW)) as (world, ledger):

        def broken() -> None:
            with world.moment():
                ledger.store.keep_belonging(Belonging("pool", "c1", "a"))
                raise KeyError

        with pytest.raises(KeyError):
            broken()
        with world.moment():
            assert names(ledger, "pool", "c1") == []


def test_belongings_go_with_their_cluster() -> None:
    clock = VirtualClock(NOW)
    with opened(None, clock) as (world, ledger):
        world.load(LIVE)
        with world.moment():
            for cluster in ("c1", "c2"):
                ledger.store.keep_belonging(Belonging("pool", cluster, "a"))
        world.delete("c1")
        clock.advance(3600)
        with world.moment():
            assert (names(ledger, "pool", "c1"), names(ledger, "pool", "c2")) == ([], ["a"])


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ({"kind": "lag", "seconds": 30.0}, ["old"]),
        ({"kind": "lag", "seconds": 30.0, "names": ["old"]}, ["old", "young"]),
        ({"kind": "partial", "names": ["o*"]}, ["young"]),
        ({"kind": "stale", "seconds": 30.0}, ["old", "young"]),
    ],
)
def test_a_bad_day_hides_belongings_as_it_hides_nodes(rule: dict[str, object], seen: list[str]) -> None:
    clock = VirtualClock(NOW)
    with opened(None, clock) as (world, ledger):
        for name in ("old", "young"):
            with world.moment():
                ledger.store.keep_belonging(Belonging("pool", "c1", name))
            clock.advance(20)
        with world.moment():
            assert [one.name for one in View([rule]).belongings(ledger, "pool", "c1")] == seen
