"""How many workers a plan adds and removes in all."""

from __future__ import annotations

import pytest

from ackplan.plan.worker_totals import WorkerTotals, worker_moves, worker_totals
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet

DEDICATED = (
    "  shop: {extends: web, cluster_type: Kubernetes, login_password: {env: P}, master_count: 3, "
    "vswitch_ids: null, worker_vswitch_ids: [vsw-a], master_vswitch_ids: [vsw-a, vsw-a, vsw-a], "
    "master_instance_types: [ecs.c5.xlarge, ecs.c5.xlarge, ecs.c5.xlarge], master_system_disk_category: cloud_ssd, "
    "master_system_disk_size: 120}\n"
)


@pytest.mark.parametrize(
    ("fleet", "added", "removed"),
    [
        (fleets.CREATE, 3, 0),
        (fleets.SAME, 0, 0),
        (fleets.SCALE_OUT, 2, 0),
        (fleets.SCALE_IN, 0, 2),
        (fleets.ATTACH, 2, 0),
        (fleets.DETACH, 0, 1),
        (fleets.DELETE, 0, 3),
        (fleets.FORGET, 0, 0),
        (fleets.VANISHED, 3, 0),
        (fleets.DRIFT, 1, 0),
        (fleets.RECORD_ONLY, 0, 0),
        (Fleet(after=DEDICATED), 3, 0),
        (Fleet(before=DEDICATED), 0, 3),
    ],
)
def test_workers_that_come_and_go(fleet: Fleet, added: int, removed: int) -> None:
    assert worker_totals(fleet.plan()) == WorkerTotals(added, removed)


def test_a_replacement_removes_all_and_adds_all() -> None:
    plan = fleets.REPLACE.plan(replace=frozenset({"shop"}))
    assert worker_totals(plan) == WorkerTotals(3, 3)
    assert list(worker_moves(plan)) == ["shop"]


def test_what_is_blocked_is_not_counted() -> None:
    plan = fleets.REPLACE.plan()
    assert plan.blocked
    assert worker_totals(plan) == WorkerTotals()


def test_what_goes_is_what_is_live_not_what_is_recorded() -> None:
    assert worker_totals(Fleet(before=fleets.WEB, moved={"shop": {"size": 8}}).plan()) == WorkerTotals(0, 8)


def test_a_size_that_is_not_told_is_not_counted_as_none() -> None:
    totals = worker_totals(Fleet(before=fleets.WEB, moved={"shop": {"size": None}}).plan())
    assert totals == WorkerTotals(uncounted=("shop",))
