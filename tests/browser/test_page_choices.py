"""What a reader chooses of the list: numbers that follow the search, groups, and an address that keeps all of it."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from ackplan.app.drift import Drift
from ackplan.core.diagnostics import warning
from ackplan.plan.model import Plan
from ackplan.render.page.html import drift_html, plan_html
from tests.unit.render.fleets import SCALE_IN, WEB, Fleet
from tests.unit.render.hostile import MIXED

TALL = {"viewport": {"width": 1400, "height": 2000}}
MOVED = Fleet(before=WEB, after=WEB, moved={"shop": {"size": 5}})
DRIFT = Drift(MOVED.plan(mode="refresh-only"), {change.name: change for change in MOVED.plan().changes})
KINDS = Fleet(after=WEB + "  quick: {cluster_type: Ask, vpc_id: vpc-a, vswitch_id: vsw-a, region_id: cn-beijing}\n")


@pytest.fixture(scope="module")
def plan_page() -> str:
    return plan_html(MIXED.plan())


def names(page: Any) -> list[str]:
    return list(page.locator("#clusters .row .label").all_inner_texts())


def test_numbers_follow_the_search_and_nothing_found_has_a_way_back(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.fill("#search", "bigger")
    assert page.locator(".chip[data-tone=scale]").inner_text() == "1 to scale out"
    assert page.locator(".chip[data-tone=delete]").inner_text() == "0 to destroy"
    page.fill("#search", "nothing-like-it")
    assert "Nothing found for “nothing-like-it”" in page.locator("#empty").inner_text()
    page.click("#empty button")
    assert len(names(page)) == 5
    assert page.locator("#empty").is_hidden()


def test_an_address_keeps_search_filters_groups_and_order_and_back_leads_back(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.click(".chip[data-tone=scale]")
    page.select_option("#order", "name")
    page.click(".row:has-text('moved')")
    address = page.url.partition("#")[2]
    assert address == "/clusters/moved?only=scale&sort=name"
    page.go_back()
    page.wait_for_selector("#detail", state="hidden")
    other = opened(plan_page, f"#{address}&search=num_of_nodes")
    assert names(other) == ["bigger", "moved"]
    assert other.locator("#detail h2").inner_text() == "moved"
    assert other.input_value("#search") == "num_of_nodes"


def fleet(number: int) -> Plan:
    """So many new clusters in three regions, of three teams or none; each fifth waits for the one before."""
    return Fleet(after="".join(map(_cluster, range(number)))).plan()


def _cluster(number: int) -> str:
    region = ("cn-beijing", "cn-hangzhou", "us-west-1")[number % 3]
    key, value = (("team", "shop"), ("team", "games"), ("team", "\u652f\u4ed8"), ("stage", "test"))[number % 4]
    needs = f", depends_on: [app-{number - 1:03}]" if number % 5 == 4 else ""
    return f"  app-{number:03}: {{extends: web, region_id: {region}, tags: [{{key: {key}, value: {value}}}]{needs}}}\n"


@pytest.mark.parametrize(
    ("grouping", "heads"),
    [
        ("region", ["cn-beijing: 4 clusters", "cn-hangzhou: 4 clusters", "us-west-1: 4 clusters"]),
        ("team", ["games: 3 clusters", "no team: 3 clusters", "shop: 3 clusters", "\u652f\u4ed8: 3 clusters"]),
    ],
)
def test_the_list_is_grouped_and_an_address_keeps_that(opened: Any, grouping: str, heads: list[str]) -> None:
    page = opened(plan_html(fleet(12)), **TALL)
    page.select_option("#grouping", grouping)
    told = [text.partition(",")[0] for text in page.locator("#clusters .row.head").all_inner_texts()]
    assert sorted(told) == sorted(heads)
    assert len(names(page)) == 12
    assert f"group={grouping}" in page.url
    again = opened(plan_html(fleet(12)), "#" + page.url.partition("#")[2], **TALL)
    assert again.locator("#clusters .row.head").count() == len(heads)
    again.fill("#search", "app-000")
    assert again.locator("#clusters .row.head").count() == 1


def test_clusters_of_several_kinds_are_grouped_by_kind(opened: Any) -> None:
    page = opened(plan_html(KINDS.plan()), "#/clusters?group=kind", **TALL)
    told = [text.partition(":")[0] for text in page.locator("#clusters .row.head").all_inner_texts()]
    assert sorted(told) == ["managed cluster", "serverless cluster"]
    assert page.input_value("#grouping") == "kind"


def test_five_hundred_steps_are_read_from_afar(opened: Any) -> None:
    page = opened(plan_html(fleet(500)), "#/graph")
    boxes = page.locator("#graph .node.group")
    assert 2 <= boxes.count() <= 20
    assert all(height >= 7 for height in heights(page, "#graph .node.group .label"))
    assert {"cn-beijing", "cn-hangzhou", "us-west-1"} <= set(page.locator("#graph .label").all_text_contents())
    page.click("#graph .turn")
    assert page.locator("#graph .node").count() == 500
    labels = page.locator("#graph .far-label")
    assert labels.count() > 3
    assert all(height >= 9 for height in heights(page, "#graph .far-label"))
    tops = [box["y"] for box in boxes_of(page, "#graph .far-label")]
    assert all(after - before >= 9 for before, after in itertools.pairwise(tops)), "none covers another one"


def test_on_a_phone_the_graph_from_afar_can_be_read(opened: Any) -> None:
    page = opened(plan_html(fleet(500)), "#/graph", viewport={"width": 390, "height": 844})
    assert all(height >= 7 for height in heights(page, "#graph .node.group .label"))


def heights(page: Any, selector: str) -> list[float]:
    return [box["height"] for box in boxes_of(page, selector)]


def boxes_of(page: Any, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, float]] = page.locator(selector).evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
    return found


def test_below_a_long_head_what_is_opened_comes_into_sight(opened: Any) -> None:
    gone = Fleet("".join(f"  lost-{at:03}: {{extends: web}}\n" for at in range(120)))
    page = opened(plan_html(gone.plan()))
    bar = page.locator("#bar")
    assert bar.bounding_box()["y"] > 300
    page.click("#tab-graph")
    assert bar.bounding_box()["y"] < 50
    assert page.locator("#graph").bounding_box()["height"] > 500
    deep = opened(plan_html(gone.plan()), "#/clusters/lost-007")
    assert deep.locator("#bar").bounding_box()["y"] < 50
    assert deep.locator("#detail h2").inner_text() == "lost-007"
    assert deep.locator("#detail h2").bounding_box()["y"] < 400


def test_findings_of_one_sort_are_told_once(opened: Any) -> None:
    clusters = [change.name for change in MIXED.plan().changes][:4]
    several = [warning("ACK2030", "Cluster is not running", "its state is failed", "Look", cluster=n) for n in clusters]
    alone = warning("ACK2001", "Other", "it is alone", cluster=clusters[0])
    page = opened(plan_html(dataclasses.replace(MIXED.plan(), diagnostics=(*several, alone))))
    told = page.locator("#alerts .alert", has_text="ACK2030")
    assert told.count() == 1
    assert "Cluster is not running (warning, ACK2030): 4 clusters." in told.inner_text()
    assert told.inner_text().count("its state is failed") == told.inner_text().count("Look") == 1
    told.locator(".name").nth(2).click()
    assert page.locator("#detail h2").inner_text() == clusters[2]
    assert "its state is failed" in page.locator("#detail").inner_text()
    assert page.locator("#alerts .alert", has_text="ACK2001").count() == 1


def test_findings_of_one_sort_keep_what_to_do_about_each(opened: Any) -> None:
    clusters = [change.name for change in MIXED.plan().changes][:3]
    several = [warning("ACK2001", "It exists", "it is there", f"Run: ackplan import {n}", cluster=n) for n in clusters]
    page = opened(plan_html(dataclasses.replace(MIXED.plan(), diagnostics=tuple(several))))
    told = page.locator("#alerts .alert", has_text="ACK2001")
    commands = told.locator(".command code").all_inner_texts()
    assert commands == [f"ackplan import {name}" for name in clusters]
    told.locator(".name").nth(1).click()
    assert "It exists" in page.locator("#detail .alert b").inner_text()
    assert page.locator("#detail .alert .command code").all_inner_texts() == [f"ackplan import {clusters[1]}"]


def test_commands_of_a_drift_can_be_copied(opened: Any) -> None:
    page = opened(drift_html(DRIFT), "#/clusters/shop")
    command = page.locator("#detail .command", has_text="--refresh-only").first
    copied = command.locator("code").inner_text()
    assert copied.startswith("ackplan apply --refresh-only --target shop")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    command.locator("button").click()
    page.wait_for_function("window.copied")
    assert page.evaluate("window.copied") == copied
    assert command.locator("button").inner_text() == "Copied"


def test_where_nothing_may_be_copied_the_command_is_selected(opened: Any) -> None:
    page = opened(drift_html(DRIFT), "#/clusters/shop")
    page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('no'); }; }")
    command = page.locator("#detail .command").first
    command.locator("button").click()
    page.wait_for_function("String(getSelection()).startsWith('ackplan ')")
    assert command.locator("button").inner_text() == "Selected"


def test_workers_that_go_are_a_danger(opened: Any) -> None:
    page = opened(plan_html(SCALE_IN.plan()))
    assert page.locator("#alerts b").first.inner_text() == "2 workers will be removed, their instances released"
    assert page.locator(".chip[data-tone=scale-in]").inner_text() == "1 to scale in"
    assert "2 workers removed, instances released" in page.locator("#clusters .row").inner_text()


def test_equal_clusters_come_in_the_order_of_people(opened: Any) -> None:
    numbered = "".join(WEB.replace("shop", f"shop-{number}", 1) for number in (1, 2, 10))
    assert names(opened(plan_html(Fleet(after=numbered).plan()))) == ["shop-1", "shop-2", "shop-10"]
