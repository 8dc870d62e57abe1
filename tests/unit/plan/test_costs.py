"""What a plan changes of the costs of a month."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ackplan.plan.costs import Unpriced, costs_of
from ackplan.plan.price_list import PriceList
from tests.unit.plan.test_worker_totals import DEDICATED
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet

PRICES = PriceList(
    "CNY",
    {
        "cn-beijing": {
            "instance_types": {"ecs.hfc5.xlarge": Decimal("0.1"), "ecs.c5.xlarge": Decimal(10)},
            "disks": {"cloud_efficiency": Decimal("0.3"), "cloud_ssd": Decimal(1)},
        }
    },
)
WORKER = Decimal("0.1") * 730 + 120 * Decimal("0.3")
MASTER = Decimal(10) * 730 + 120
KEPT = "  shop: {extends: web, num_of_nodes: 1, scale_in: {strategy: newest, release_node: false}}\n"


@pytest.mark.parametrize(
    ("fleet", "added", "removed"),
    [
        (fleets.CREATE, 3 * WORKER, 0),
        (fleets.SCALE_OUT, 2 * WORKER, 0),
        (fleets.SCALE_IN, 0, 2 * WORKER),
        (Fleet(before=fleets.WEB, after=KEPT, nodes=fleets.SCALE_IN.nodes), 0, 0),
        (fleets.ATTACH, 0, 0),
        (fleets.DETACH, 0, 0),
        (fleets.DELETE, 0, 3 * WORKER),
        (fleets.SAME, 0, 0),
        (Fleet(after=DEDICATED), 3 * WORKER + 3 * MASTER, 0),
        (Fleet(before=DEDICATED), 0, 3 * WORKER + 3 * MASTER),
    ],
)
def test_what_is_added_and_removed(fleet: Fleet, added: Decimal, removed: Decimal) -> None:
    costs = costs_of(fleet.plan(), PRICES)
    assert (costs.added, costs.removed, costs.unpriced) == (added, removed, ())
    assert isinstance(costs.change, Decimal)


def test_what_has_no_price_is_named_and_not_counted() -> None:
    costs = costs_of(fleets.CREATE.plan(), PriceList("USD", {"cn-hangzhou": PRICES.regions["cn-beijing"]}))
    assert costs.added == 0
    assert costs.unpriced == (Unpriced("ecs.hfc5.xlarge", "cn-beijing"), Unpriced("cloud_efficiency", "cn-beijing"))


def test_what_is_blocked_costs_nothing() -> None:
    assert costs_of(fleets.REPLACE.plan(), PRICES).clusters == ()


def test_of_several_types_the_dearest_with_a_price_counts() -> None:
    after = "  shop: {extends: web, worker_instance_types: [ecs.hfc5.xlarge, ecs.g6.large, ecs.c5.xlarge]}\n"
    costs = costs_of(Fleet(after=after).plan(), PRICES)
    assert costs.added == 3 * (Decimal(10) * 730 + 120 * Decimal("0.3"))
    assert costs.dearest == ("shop",)
    assert costs.unpriced == (Unpriced("ecs.g6.large", "cn-beijing"),)
    assert costs_of(fleets.CREATE.plan(), PRICES).dearest == ()
