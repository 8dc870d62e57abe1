"""What is lost or doubled is noticed; `python -m tests.chaos` looks whether anything is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from ackplan.simulator import SIMULATOR, SimulatorConfig, make_app
from ackplan.simulator.traits import Traits
from tests.stores.cases import StoreCase

from .fleet import Fleet
from .places import Place
from .storm import Storm, Told
from .world import SIZES, Watch


class Still:
    """An account that always holds these clusters."""

    def __init__(self, *names: str) -> None:
        clusters = [{"name": name, "id": f"c-{name}", "size": 1, "pools": {}} for name in names]
        self._seen: dict[str, Any] = {"clusters": clusters, "broken": [], "calls": {}}

    def look(self) -> dict[str, Any]:
        return self._seen


def test_names_and_sizes_that_must_not_be_are_noticed() -> None:
    world = make_app(SimulatorConfig(traits=Traits(unique_names=False)))[SIMULATOR].world
    clusters = [{"name": "plain-0", "size": 2}, {"name": "twin", "size": 2}, {"name": "plain-1", "size": 3}]
    world.load({"clusters": clusters})
    (twin,) = [each["cluster_id"] for each in world.clusters() if each["name"] == "twin"]
    world.change(twin, name="plain-0")
    wrong = list(Watch(world).wrong())
    assert wrong == [
        "doubled: 2 clusters are called plain-0",
        "doubled: plain-1/default-nodepool has 3 nodes",
        "doubled: plain-1 has 3 nodes",
    ]


def test_no_scale_out_done_twice_leads_to_another_size() -> None:
    twice = {after + after - before for before in SIZES for after in SIZES if after > before}
    assert not twice & set(SIZES)


def test_what_is_neither_recorded_nor_written_down_is_lost(tmp_path: Path) -> None:
    case = StoreCase(f"file:{tmp_path}/shared", leased=False)
    told = Told("folder", 1)
    storm = Storm(told, Place(case, case), Still("shop"), [], Fleet(random.Random(1)))  # type: ignore[arg-type]
    storm._look()
    assert told.lost == ["shop is live, and neither recorded nor written down"]
    assert not told.is_whole
