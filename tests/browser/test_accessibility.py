"""The pages in light and dark, every view of them: names, roles, contrast, as axe-core checks them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import missing
from test_report_page import FACTS, failed_run

from ackplan.render.page.html import plan_html, report_html
from tests.unit.render.hostile import MIXED

# What is open while the checker looks: a tab, and a row whose details are shown.
VIEWS = {
    "plan": (
        ("clusters", "#clusters .row >> nth=0"),
        ("schedule", "#steps .row >> nth=1"),
        ("graph", ".node >> nth=0"),
    ),
    "report": (("clusters", "#clusters .row >> nth=0"),),
}


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    planned = MIXED.plan()
    return {
        "plan": plan_html(planned),
        "report": report_html(planned, failed_run(planned), FACTS),
    }


def violations(page: Any) -> list[str]:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python is not installed")
    # It would load the style of a page once more, which a browser lets nobody do from a disk.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{item['id']}: {node['html'][:120]}" for item in found for node in item["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["plan", "report"])
def test_axe_finds_nothing(opened: Any, written: dict[str, str], name: str, scheme: str) -> None:
    # The policy of the page would refuse what axe brings along; other tests hold the page to it.
    page = opened(written[name], color_scheme=scheme, bypass_csp=True)
    for view, row in VIEWS[name]:
        page.click(f"#tab-{view}")
        page.click(row)
        assert violations(page) == []


def test_axe_finds_nothing_on_a_narrow_screen(opened: Any, written: dict[str, str]) -> None:
    page = opened(written["plan"], bypass_csp=True, viewport={"width": 420, "height": 800})
    page.click("#clusters .row >> nth=0")
    assert violations(page) == []


def test_axe_is_able_to_find_something(opened: Any) -> None:
    text = "<!doctype html><title>x</title><p style='color:#eee;background:#fff'>pale</p><img src=''>"
    page = opened(text, bypass_csp=True)
    assert {found.partition(":")[0] for found in violations(page)} >= {"color-contrast", "image-alt"}
