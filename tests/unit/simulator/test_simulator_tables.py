"""The tables of versions and add-ons: complete, in order, and fitting each other."""

from __future__ import annotations

import pytest

from ackplan.simulator.upkeep import addon_catalogue, version_table
from ackplan.simulator.upkeep.addon_catalogue import Addon, catalogue
from ackplan.simulator.upkeep.version_table import numbers

KINDS = {"dedicated", "managed", "edge", "serverless"}
ADDONS = catalogue().values()


def test_versions_are_told_apart_and_reach_from_the_guide_s_to_today_s() -> None:
    versions = version_table.known()
    assert len({numbers(version) for version in versions}) == len(versions)
    assert (versions[0], versions[-1]) == ("1.12.6-aliyun.1", "1.33.3-aliyun.1")


@pytest.mark.parametrize("version", version_table.known())
def test_every_version_leads_to_the_newest_without_a_way_back(version: str) -> None:
    seen = [version]
    while steps := version_table.steps(seen[-1]):
        assert all(numbers(step) > numbers(seen[-1]) for step in steps)
        seen.append(steps[0])
    assert seen[-1] == version_table.known()[-1]


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_an_add_on_is_described_whole(addon: Addon) -> None:
    assert addon.category in {"core", "network", "security", "storage", "monitor", "application"}
    assert KINDS >= set(addon.kinds) > set()
    assert len({one.version for one in addon.versions}) == len(addon.versions) > 1
    minimums = [numbers(one.minimum) for one in addon.versions]
    assert minimums == sorted(set(minimums))
    assert addon.by_default or addon.network or not addon.required


@pytest.mark.parametrize("version", version_table.known())
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_new_cluster_gets_add_ons_that_its_version_takes(kind: str, version: str) -> None:
    usual = addon_catalogue.usual(kind, ())
    assert all(addon.newest(version) for addon in usual)
    networks = [addon.name for addon in usual if addon.network]
    assert networks == ([] if kind == "serverless" else ["flannel"])


@pytest.mark.parametrize("kind", ["dedicated", "managed"])
def test_a_cluster_of_terway_has_no_flannel(kind: str) -> None:
    names = {addon.name for addon in addon_catalogue.usual(kind, ["terway-eniip"])}
    assert "terway-eniip" in names
    assert "flannel" not in names
