"""What a run asks while it waits, in virtual time: more with time, hardly more with clusters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.scenes import spec
from tests.faults.virtual import bench

FEW, MANY = 10, 200


def asked(folder: Path, clusters: int, **settings: float) -> Counter[str]:
    """The calls of an apply that creates so many clusters at once, by operation."""
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec({f"shop-{number:03}": {} for number in range(clusters)}))
    with bench(folder, **settings) as at:
        run = at.run("apply", "--auto-approve", "--parallelism", str(clusters))
        assert run.code == 0, run.out[-2000:]
        return Counter(call.operation for call in at.calls)


def test_creates_of_ten_minutes_are_polled_with_few_calls_however_many_there_are(tmp_path: Path):
    calls = asked(tmp_path / "long", 300, time_scale=1)
    assert calls.pop("create_cluster") == 300
    assert calls.total() < 400


@pytest.fixture
def calls(tmp_path: Path) -> dict[int, Counter[str]]:
    return {clusters: asked(tmp_path / str(clusters), clusters) for clusters in (FEW, MANY)}


def test_calls_for_polling_grow_with_time_not_with_clusters(calls: dict[int, Counter[str]]):
    few, many = (calls[clusters] for clusters in (FEW, MANY))
    assert (few["create_cluster"], many["create_cluster"]) == (FEW, MANY)
    assert many["list_clusters"] <= 2 * few["list_clusters"]
    # The list tells how a create ends: a task is asked for in turn, two of them each time that clusters are listed.
    assert many["get_task"] <= 2 * many["list_clusters"]
    assert many["get_cluster"] <= few["get_cluster"] + 6
