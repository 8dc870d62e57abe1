"""The way of an upgrade: over each minor version, to the newest build that is offered, never past the wanted one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ackplan.core.kubernetes_version import is_newer, is_older, means
from ackplan.plan.upgrade_route import UpgradeRoute, find_route

OFFERED = {
    "1.29.7-aliyun.1": ("1.30.7-aliyun.1", "1.30.1-aliyun.1"),
    "1.30.1-aliyun.1": ("1.30.7-aliyun.1", "1.31.9-aliyun.1"),
    "1.30.7-aliyun.1": ("1.31.9-aliyun.1",),
    "1.31.9-aliyun.1": ("1.32.7-aliyun.1", "1.32.1-aliyun.1"),
    "1.32.1-aliyun.1": ("1.32.7-aliyun.1", "1.33.3-aliyun.1"),
    "1.32.7-aliyun.1": ("1.33.3-aliyun.1",),
}


def route(current: str, wanted: str, offered: dict[str, tuple[str, ...]] = OFFERED) -> UpgradeRoute:
    async def following(version: str) -> Sequence[str]:
        return offered.get(version, ())

    return asyncio.run(find_route(current, wanted, following))


@pytest.mark.parametrize(
    ("current", "wanted", "steps"),
    [
        ("1.29.7-aliyun.1", "1.30.1-aliyun.1", ["1.30.1-aliyun.1"]),
        ("1.29.7-aliyun.1", "1.31.9-aliyun.1", ["1.30.7-aliyun.1", "1.31.9-aliyun.1"]),
        ("1.29.7-aliyun.1", "1.31", ["1.30.7-aliyun.1", "1.31.9-aliyun.1"]),
        ("1.31.9-aliyun.1", "1.32", ["1.32.7-aliyun.1"]),
        ("1.32.1-aliyun.1", "1.32.7-aliyun.1", ["1.32.7-aliyun.1"]),
        (
            "1.29.7-aliyun.1",
            "1.33.3-aliyun.1",
            ["1.30.7-aliyun.1", "1.31.9-aliyun.1", "1.32.7-aliyun.1", "1.33.3-aliyun.1"],
        ),
        ("1.29.7-aliyun.1", "1.30.9-aliyun.1", []),
        ("1.29.7-aliyun.1", "1.40.1-aliyun.1", []),
        ("1.33.3-aliyun.1", "1.32.1-aliyun.1", []),
        ("1.27.1-aliyun.1", "1.28", []),
    ],
)
def test_the_way_leaves_no_minor_version_out(current: str, wanted: str, steps: list[str]) -> None:
    assert list(route(current, wanted).steps) == steps


def test_what_is_offered_is_told_where_the_way_ends_short() -> None:
    assert route("1.31.9-aliyun.1", "1.32.3-aliyun.1").offered == ("1.32.7-aliyun.1", "1.33.3-aliyun.1")


def test_an_api_that_goes_round_in_circles_ends() -> None:
    circle = {"1.30.1": ("1.31.1",), "1.31.1": ("1.30.1", "1.31.1")}
    assert route("1.30.1", "1.40.1", circle).steps == ()


@pytest.mark.parametrize(
    ("one", "other", "older", "newer"),
    [
        ("1.30.1-aliyun.1", "1.31", True, False),
        ("1.31.9-aliyun.1", "1.31", False, False),
        ("1.32.1-aliyun.1", "1.31", False, True),
        ("v1.9.3", "1.10.0", True, False),
        ("1.32.1-aliyun.2", "1.32.1-aliyun.1", False, True),
        ("", "1.31", False, False),
    ],
)
def test_versions_are_compared_as_far_as_a_name_goes(one: str, other: str, older: bool, newer: bool) -> None:
    assert (is_older(one, other), is_newer(one, other)) == (older, newer)


def test_a_name_means_what_begins_with_it() -> None:
    assert means("1.3", "1.3.9")
    assert not means("1.3", "1.30.1")
    assert not means("", "1.30.1")
