"""What a reader chooses of the list: numbers that follow the search, groups, and an address that keeps all of it."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.render.page.html import plan_html
from tests.unit.render.fleets import SCALE_IN
from tests.unit.render.hostile import MIXED


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


def test_workers_that_go_are_a_danger(opened: Any) -> None:
    page = opened(plan_html(SCALE_IN.plan()))
    assert page.locator("#alerts b").first.inner_text() == "2 workers will be removed, their instances released"
    assert page.locator(".chip[data-tone=scale-in]").inner_text() == "1 to scale in"
    assert "2 workers removed, instances released" in page.locator("#clusters .row").inner_text()
