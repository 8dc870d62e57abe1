"""A board as a reader uses it: open it from a disk, look, search, filter, sort, follow, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_accessibility import violations

from ackplan.render.board.assets import assets
from ackplan.render.board.data import workspace_data
from ackplan.render.board.fleet_page import BoardRow, fleet_page, names_script
from ackplan.render.board.workspace_page import history_script, workspace_page
from tests.unit.render.board.surveys import HOSTILE, NOW, hostile, in_order, in_trouble, unreadable

SURVEYS = {"shop": in_order, "trouble": in_trouble, "broken": unreadable, "hostile": hostile}
# The pages say when they were made, and that it is a while ago.
AT = "2026-05-28T20:26:40Z"
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    (folder / "workspaces").mkdir()
    every = {page: workspace_data(survey(), NOW, 86_400.0) for page, survey in SURVEYS.items()}
    files = {**assets(), "index.html": fleet_page([BoardRow(page, data) for page, data in every.items()], AT)}
    files["clusters.js"] = names_script(
        (page, [each["name"] for each in data["entries"]]) for page, data in every.items()
    )
    for page, data in every.items():
        files[f"workspaces/{page}.html"] = workspace_page(data, page, AT)
        files[f"workspaces/{page}.js"] = history_script(data)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def shown(page: Any) -> list[str]:
    return list(page.locator("#workspaces tbody tr:visible td:nth-child(2) a").all_inner_texts())


def test_the_gravest_stand_first(opened: Any, board: Path) -> None:
    page = opened(board / "index.html")
    assert page.title() == "Board: 4 workspaces, 15 clusters"
    assert shown(page) == ["broken", "hostile", "trouble", "shop"]
    assert page.locator("#count").inner_text() == "4 workspaces"
    assert page.locator("#workspaces tbody tr").nth(2).locator("td").nth(5).inner_text().startswith("5 clusters of 2")
    assert "This board was made" in page.locator(".old").inner_text()


def test_workspaces_are_searched_filtered_and_sorted(opened: Any, board: Path) -> None:
    page = opened(board / "index.html")
    page.fill("#search", "1234567890 interrupted")
    assert shown(page) == ["trouble"]
    assert page.locator("#count").inner_text() == "1 of 4 workspaces"
    page.press("#search", "Escape")
    page.click(".chip:has-text('in order')")
    assert shown(page) == ["shop"]
    page.click(".chip:has-text('interrupted')")
    assert set(shown(page)) == {"trouble", "hostile", "shop"}
    page.click(".chip:has-text('in order')")
    page.click(".chip:has-text('interrupted')")
    page.click("th button:has-text('Workspace')")
    assert shown(page) == ["broken", "hostile", "shop", "trouble"]
    page.click("th button:has-text('Workspace')")
    assert shown(page) == ["trouble", "shop", "hostile", "broken"]
    page.click("th button:has-text('Clusters')")
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Clusters"
    assert shown(page)[0] == "broken"
    assert shown(page)[-1] == "hostile"


def test_a_cluster_is_found_in_all_workspaces_and_opened(opened: Any, board: Path) -> None:
    page = opened(board / "index.html")
    page.fill("#search", "测试集群")
    page.click("#hits a")
    page.wait_for_selector(".history")
    assert page.url.partition("#")[0].endswith("workspaces/hostile.html")
    assert page.evaluate("document.activeElement.textContent") == "测试集群-生产"
    assert "created" in page.locator(".history").inner_text()


def test_the_history_of_a_cluster_opens_and_closes(opened: Any, board: Path) -> None:
    page = opened(board / "workspaces" / "shop.html")
    assert page.locator(".history").count() == 0
    page.click("#clusters .name:has-text('shop')")
    history = page.locator(".history")
    assert history.locator(".what").all_inner_texts() == ["changed", "created"]
    assert "num_of_nodes: 3 → 5" in history.inner_text()
    assert "login_password: (sensitive value) → (sensitive value)" in history.inner_text()
    assert history.locator("a").first.get_attribute("href") == "https://ci.example.com/jobs/42"
    assert history.locator("a").first.get_attribute("rel") == "noopener noreferrer"
    page.click("#clusters .name:has-text('shop')")
    assert page.locator(".history").count() == 0
    page.fill("#search", "old")
    assert page.locator("#clusters tr:visible .name").all_inner_texts() == ["old"]
    assert page.locator("#clusters h3:visible").all_inner_texts() == ["No longer recorded"]
    page.click(".tools a")
    assert page.url.endswith("index.html")


def test_the_keyboard_is_enough(opened: Any, board: Path) -> None:
    page = opened(board / "workspaces" / "shop.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".name[aria-expanded=true]").count() == 1
    page.keyboard.press("Enter")
    assert page.locator(".name[aria-expanded=true]").count() == 0


def test_nothing_of_a_store_runs_or_leads_away(opened: Any, board: Path) -> None:
    page = opened(board / "index.html")
    for words in (*HOSTILE[:6], "alert", "proto"):
        page.fill("#search", words)
    page = opened(board / "workspaces" / "hostile.html")
    for name in page.locator("#clusters .name").all():
        name.click()
    assert page.locator("script").count() == 2
    assert page.locator("img, svg, iframe, textarea").count() == 0
    addresses = page.locator("a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert set(addresses) == {"#clusters", "../index.html"}


def test_without_its_script_the_board_can_be_read(opened: Any, board: Path) -> None:
    page = opened(board / "index.html", java_script_enabled=False)
    assert shown(page) == ["broken", "hostile", "trouble", "shop"]
    assert page.locator("#bar").is_hidden()
    page.click("a:has-text('trouble')")
    assert "ackplan apply --workspace trouble" in page.locator("main").inner_text()
    assert "num_of_nodes: 5 → 7" in page.locator("main").inner_text()


@pytest.mark.parametrize("name", ["index", "workspaces/shop", "workspaces/trouble", "workspaces/hostile"])
def test_a_phone_shows_it_without_scrolling_aside(opened: Any, board: Path, name: str) -> None:
    page = opened(board / f"{name}.html", viewport=NARROW)
    for button in page.locator("#clusters .name").all()[:3]:
        button.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_theme_can_be_turned(opened: Any, board: Path) -> None:
    page = opened(board / "index.html", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.click("#theme")
    assert page.evaluate(background) == "rgb(13, 17, 23)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1200, "height": 900}, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", ["index", "workspaces/shop", "workspaces/trouble"])
def test_axe_finds_nothing(opened: Any, board: Path, name: str, scheme: str, viewport: Any) -> None:
    page = opened(board / f"{name}.html", color_scheme=scheme, viewport=viewport, bypass_csp=True)
    if name == "index":
        page.fill("#search", "shop")
    else:
        page.click("#clusters .name >> nth=0")
    assert violations(page) == []
