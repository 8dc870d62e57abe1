"""The three sides: exact where they are known, and not told where they are not."""

from __future__ import annotations

import dataclasses
from typing import Any

from ackplan.core.values import ABSENT
from ackplan.render.page.three_sides import UNKNOWN, ThreeSides, sides
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet


def shop(fleet: Fleet, **options: Any) -> ThreeSides:
    return sides(fleet.change(**options), options.get("mode", "normal"))


def row(found: ThreeSides, name: str) -> tuple[Any, Any, Any]:
    (given,) = [row for row in found.rows if row.name == name]
    return given.wanted, given.recorded, given.live


def test_a_new_cluster_has_one_side() -> None:
    found = shop(fleets.CREATE)
    assert (found.wanted, found.recorded, found.live) == ("yes", "no", "no")
    assert row(found, "num_of_nodes") == (3, ABSENT, ABSENT)


def test_a_drifted_size_is_as_recorded_and_wanted_but_not_live() -> None:
    found = shop(fleets.DRIFT)
    assert row(found, "num_of_nodes") == (3, 3, 2)
    assert found.rows[0].name == "num_of_nodes"
    assert found.rows[0].changes
    assert not found.rows[1].changes


def test_an_edited_size_is_wanted_alone() -> None:
    assert row(shop(fleets.SCALE_OUT), "num_of_nodes") == (5, 3, 3)


def test_a_file_of_the_first_format_does_not_tell_what_is_recorded() -> None:
    for fleet in (fleets.SCALE_OUT, fleets.VANISHED):
        found = sides(dataclasses.replace(fleet.change(), recorded=None), "normal")
        assert found.recorded == "unknown"
        assert row(found, "num_of_nodes")[1] is UNKNOWN


def test_edited_and_drifted_shows_three_values() -> None:
    fleet = dataclasses.replace(fleets.SCALE_OUT, moved={"shop": {"size": 2}})
    assert row(shop(fleet), "num_of_nodes") == (5, 3, 2)


def test_what_the_api_shows_is_live_and_the_rest_is_not_told() -> None:
    found = shop(fleets.SCALE_OUT)
    assert row(found, "vpcid") == ("vpc-a", "vpc-a", "vpc-a")
    assert row(found, "worker_system_disk_size") == (120, 120, UNKNOWN)


def test_a_cluster_that_goes_is_not_wanted() -> None:
    for fleet, options in ((fleets.DELETE, {}), (fleets.SAME, {"mode": "destroy"})):
        found = shop(fleet, **options)
        assert (found.wanted, found.recorded, found.live) == ("no", "yes", "yes")
        assert row(found, "vpcid")[:2] == (ABSENT, "vpc-a")


def test_a_vanished_cluster_is_recorded_and_not_live() -> None:
    found = shop(fleets.VANISHED)
    assert (found.recorded, found.live) == ("yes", "no")
    assert row(found, "num_of_nodes") == (3, 3, ABSENT)


def test_a_replacement_has_other_values() -> None:
    found = shop(fleets.REPLACE)
    assert row(found, "container_cidr")[:2] == ("172.24.0.0/16", "172.20.0.0/16")


def test_a_refresh_wants_nothing_and_shows_what_moved() -> None:
    found = shop(fleets.DRIFT, mode="refresh-only")
    assert found.wanted == "unknown"
    assert row(found, "num_of_nodes") == (UNKNOWN, 3, 2)


def test_an_adopted_cluster_was_not_recorded() -> None:
    found = shop(fleets.ADOPT, adopt=frozenset({"shop"}))
    assert (found.recorded, found.live) == ("no", "yes")
    assert row(found, "vpcid") == ("vpc-a", ABSENT, "vpc-a")


def test_a_refused_namesake_is_live_but_not_told() -> None:
    found = shop(fleets.ADOPT)
    assert (found.recorded, found.live) == ("no", "unknown")
    assert row(found, "vpcid") == ("vpc-a", ABSENT, UNKNOWN)


def test_own_keys_stand_on_their_sides() -> None:
    found = shop(fleets.RECORD_ONLY)
    assert row(found, "lifecycle") == ({"prevent_destroy": True}, ABSENT, UNKNOWN)
