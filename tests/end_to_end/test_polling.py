"""What a run asks while it waits, in virtual time: more with time, hardly more with clusters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.scenes import spec
from tests.faults.virtual import bench

FEW, MANY = 10, 200


def asked(folder: Path, clusters: int) -> Counter[str]:
    """The calls of an apply that creates so many clusters at once, by operation."""
    folder.mkdir()
    (folder / "ackplan.yaml").write_text(spec({f"shop-{number:03}": {} for number in range(clusters)}))
    with bench(folder) as at:
        run = at.run("apply", "--auto-approve", "--parallelism", str(clusters))
        assert run.code == 0, run.out[-2000:]
        return Counter(call.operation for call in at.calls)


@pytest.fixture
def calls(tmp_path: Path) -> dict[int, Counter[str]]:
    return {clusters: asked(tmp_path / str(clusters), clusters) for clusters in (FEW, MANY)}


def test_calls_for_polling_grow_with_time_not_with_clusters(calls: dict[int, Counter[str]]):
    few, many = (calls[clusters] for clusters in (FEW, MANY))
    assert (few["create_cluster"], many["create_cluster"]) == (FEW, MANY)
    assert many["list_clusters"] <= 2 * few["list_clusters"]
    # Beside the one that tells how it ended, a task is asked in turn: four of them each time that clusters are listed.
    assert many["get_task"] <= MANY + 4 * many["list_clusters"]
    assert many["get_cluster"] <= few["get_cluster"] + 6
