"""The page of a plan as a reader uses it: look, search, click, move, by mouse and by keyboard."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from ackplan.core.address import CLUSTER, Address
from ackplan.core.diagnostics import warning
from ackplan.render.page.html import plan_html
from tests.unit.render.fleets import DETACH, SAME
from tests.unit.render.hostile import MIXED, TEXTS, poisoned
from tests.unit.render.markdown.test_render_markdown import many


@pytest.fixture(scope="module")
def plan_page() -> str:
    return plan_html(MIXED.plan())


def names(page: Any) -> list[str]:
    return list(page.locator("#clusters .row .label").all_inner_texts())


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className.baseVal || ''"))


def transform(page: Any) -> str:
    return str(page.locator("#graph svg > g").get_attribute("transform"))


def zoom(page: Any) -> float:
    found = re.search(r"scale\(([\d.]+)\)", transform(page))
    assert found is not None
    return float(found[1])


def test_the_page_shows_the_plan(opened: Any, plan_page: str, tmp_path: Any) -> None:
    page = opened(plan_page)
    assert page.title() == "Plan: 1 to create, 2 to scale out, 1 to destroy, 1 blocked"
    assert page.locator("h1").inner_text() == "Plan"
    assert names(page) == ["replaced", "deleted", "bigger", "moved", "created"]
    assert page.locator("#alerts [role=listitem] b").all_inner_texts() == [
        "1 change is blocked: nothing is applied while that is so",
        "1 cluster will be destroyed",
        "1 cluster changed outside of ackplan since the last apply",
        "ACK2057 Cluster that looks renamed is deleted",
    ]
    assert page.locator("#path").inner_text() == "Critical path: created → bigger"
    assert page.locator("#count").inner_text() == "5 clusters"
    assert page.locator("#detail").is_hidden()
    page.screenshot(path=tmp_path / "plan.png")
    assert (tmp_path / "plan.png").stat().st_size > 20_000


def test_search_finds_names_parameters_and_values(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.fill("#search", "172.24.0.0")
    assert names(page) == ["replaced"]
    assert page.locator("#count").inner_text() == "1 of 5 clusters"
    page.fill("#search", "CN-Beijing update")
    assert names(page) == ["bigger", "moved"]
    page.fill("#search", "nothing-like-it")
    assert names(page) == []
    page.press("#search", "Escape")
    assert len(names(page)) == 5


def test_filters_add_up_and_go_off_again(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.click(".chip:has-text('to destroy')")
    assert names(page) == ["deleted"]
    page.click(".chip:has-text('drifted')")
    assert names(page) == ["deleted", "moved"]
    assert page.locator(".chip[aria-pressed=true]").count() == 2
    page.click(".chip:has-text('to destroy')")
    assert names(page) == ["moved"]


def test_a_cluster_shows_its_diff_its_call_and_its_three_sides(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.click(".row:has-text('moved')")
    detail = page.locator("#detail")
    assert detail.locator("h2").inner_text() == "moved"
    changed = detail.locator("table[aria-label='What changes'] tbody tr")
    assert changed.locator("td").all_inner_texts() == ["~", "num_of_nodes\ndrift", "2", "3"]
    assert detail.locator(".step .call code").inner_text() == "POST /api/v2/clusters/c-moved"
    assert '"count": 1' in detail.locator(".step pre").inner_text()
    sides = detail.locator("table[aria-label='Wanted, recorded, live'] tbody tr.moved td")
    assert sides.all_inner_texts() == ["num_of_nodes", "3", "3", "2"]
    assert page.url.endswith("#/clusters/moved")


def test_a_refusal_stands_with_its_cluster_and_says_what_to_do(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.click("#alerts .name:has-text('replaced')")
    text = page.locator("#detail .alert").inner_text()
    assert "ACK2003 Parameter can't be changed in place" in text
    assert "ackplan plan --replace replaced" in text
    assert page.locator("#detail .badge", has_text="forces replacement").count() == 1


def test_lists_are_compared_part_by_part(opened: Any) -> None:
    page = opened(plan_html(DETACH.plan()))
    page.click(".row")
    lines = page.locator("#detail .diff div").all_inner_texts()
    assert any(line.startswith("- ") and "i-b" in line for line in lines)
    assert any(line.startswith("+ ") and "i-b" not in line for line in lines)


def test_what_stays_as_it_is_is_shown_when_asked_for(opened: Any) -> None:
    page = opened(plan_html(SAME.plan()))
    assert names(page) == []
    page.click(".chip:has-text('1 unchanged')")
    assert names(page) == ["shop"]
    page.click(".row")
    assert "stays as it is" in page.locator("#detail").inner_text()


def test_the_keyboard_is_enough(opened: Any, plan_page: str) -> None:
    page = opened(plan_page)
    page.keyboard.press("/")
    assert focused(page) == "search"
    page.focus("#clusters")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#detail h2").inner_text() == "deleted"
    active = page.get_attribute("#clusters", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    page.keyboard.press("End")
    assert page.locator("#detail h2").inner_text() == "created"
    page.keyboard.press("Escape")
    assert page.locator("#detail").is_hidden()
    page.focus("#tab-clusters")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-graph"
    assert page.locator("#graph").is_visible()


def test_steps_of_the_graph_are_reached_by_keys(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, "#/graph")
    page.locator(".node[tabindex='0']").focus()
    page.locator(".node:has-text('created')").focus()
    page.keyboard.press("ArrowRight")
    assert "bigger" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    assert page.locator("#detail h2").inner_text() == "bigger"
    assert "bigger" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowLeft")
    assert "created" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    before = zoom(page)
    page.keyboard.press("+")
    assert zoom(page) > before


def test_the_graph_moves_zooms_and_shows_a_step(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, "#/graph")
    assert page.locator(".node").count() == 6
    assert page.locator(".arrow").count() == 2
    assert page.locator(".arrow.critical").count() == 1
    assert page.locator(".node.blocked").count() == 2
    box = page.locator("#graph svg").bounding_box()
    x, y = box["x"] + box["width"] - 60, box["y"] + box["height"] - 120
    before = transform(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 90, y - 40, steps=4)
    page.mouse.up()
    assert transform(page) != before
    near = zoom(page)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "near => Number(/scale\\(([\\d.]+)/.exec(document.querySelector('#graph svg > g').getAttribute('transform'))[1]) > near",
        arg=near,
    )
    page.click("button[aria-label='Fit all']")
    page.click(".node:has-text('bigger')")
    assert page.locator("#detail .step.chosen b").inner_text() == "scale out"
    assert page.locator(".node.chosen").count() == 1


def test_names_stay_in_their_boxes(opened: Any) -> None:
    planned = many(2)
    long = ["a-name-that-is-longer-than-any-box-is-wide", "生产环境支付服务华北二区生产环境支付服务"]
    changes = tuple(
        dataclasses.replace(
            c,
            address=Address(CLUSTER, n),
            steps=tuple(dataclasses.replace(s, id=n, address=Address(CLUSTER, n)) for s in c.steps),
        )
        for c, n in zip(planned.changes, long, strict=True)
    )
    page = opened(plan_html(dataclasses.replace(planned, changes=changes)), "#/graph")
    for node in page.locator(".node").all():
        box, label = node.locator(".box").bounding_box(), node.locator(".label").bounding_box()
        assert label["x"] + label["width"] <= box["x"] + box["width"]
        shown = node.locator(".label").text_content()
        assert "…" in shown
        assert shown[-1] in {name[-1] for name in long}


def test_search_dims_the_rest_of_the_graph(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, "#/graph")
    page.fill("#search", "deleted")
    assert page.locator(".node:not(.dim)").count() == 1
    assert page.locator(".node.dim").count() == 5


def test_the_schedule_shows_when_each_step_runs(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, "#/schedule")
    labels = page.locator("#steps .label").all_inner_texts()
    assert labels == ["created create", "deleted destroy", "moved scale out", "bigger scale out"]
    bars = [bar.bounding_box() for bar in page.locator("#steps .bar").all()]
    assert bars[3]["x"] >= bars[0]["x"] + bars[0]["width"] - 2
    assert bars[0]["width"] > 1.5 * bars[1]["width"]
    assert page.locator("#steps .bar.critical").count() == 2
    assert "10m" in page.locator(".axis").inner_text()
    page.click("#steps .row:has-text('bigger')")
    assert page.locator("#detail h2").inner_text() == "bigger"


def test_an_address_leads_to_a_view_and_a_cluster(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, "#/schedule/moved")
    assert page.locator("#schedule").is_visible()
    assert page.locator("#detail h2").inner_text() == "moved"
    page.evaluate("location.hash = '#/clusters/created'")
    page.wait_for_selector("#detail h2:has-text('created')")


@pytest.mark.parametrize("address", ["#/nowhere", "#/clusters/%E0%A4%A", "#/__proto__/x", "#/graph/nobody", "#x/y/z"])
def test_an_address_that_leads_nowhere_does_no_harm(opened: Any, plan_page: str, address: str) -> None:
    page = opened(plan_page, address)
    assert page.locator("#detail").is_hidden()


def test_light_and_dark(opened: Any, plan_page: str) -> None:
    def background(page: Any) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light, dark = opened(plan_page, color_scheme="light"), opened(plan_page, color_scheme="dark")
    assert background(light) == "rgb(255, 255, 255)"
    assert background(dark) == "rgb(13, 17, 23)"
    light.click("#theme")
    assert background(light) == "rgb(13, 17, 23)"
    light.click("#theme")
    assert background(light) == "rgb(255, 255, 255)"


def test_on_a_narrow_screen_details_cover_the_page_and_close(opened: Any, plan_page: str) -> None:
    page = opened(plan_page, viewport={"width": 420, "height": 800})
    page.click(".row:has-text('moved')")
    assert page.locator("#detail").bounding_box()["width"] == 420
    assert focused(page) == "detail"
    page.click("#detail .close")
    assert page.locator("#detail").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


# Each page takes a while to open: several texts stand behind each other in one.
@pytest.mark.parametrize("text", ["".join(TEXTS[n::3]) for n in range(3)])
def test_what_comes_from_outside_is_text_and_nothing_else(opened: Any, text: str) -> None:
    page = opened(plan_html(poisoned(text)))
    for view in ("graph", "schedule", "clusters"):
        page.click(f"#tab-{view}")
    page.click("#clusters .row >> nth=0")
    shown = page.locator("#detail h2").text_content()
    assert shown == "replaced" + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate("document.querySelectorAll('img, iframe, a:not(.skip), link, object, form').length") == 0


def test_the_policy_forbids_what_the_page_does_not_need(opened: Any, plan_page: str, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(plan_page)
    refused = """() => { try { document.body.innerHTML = "<b>x</b>"; return "taken"; } catch (e) { return e.name; } }"""
    assert page.evaluate(refused) == "TypeError"
    added = """() => { const s = document.createElement("p"); document.body.append(s);
        try { s.setAttribute("onclick", "window.bad = 1"); } catch (e) { return e.name; }
        s.click(); return window.bad === undefined ? "refused" : "taken"; }"""
    assert page.evaluate(added) in {"TypeError", "refused"}
    fetched = """() => fetch("https://localhost:9/").then(() => "sent", (e) => "refused")"""
    reported = []
    page.on("console", lambda message: reported.append(message.text))
    assert page.evaluate(fetched) == "refused"
    assert any("Content Security Policy" in text for text in reported)
    context.close()


@pytest.fixture(scope="module")
def large_page() -> str:
    return plan_html(many(2000))


def test_two_thousand_clusters_have_elements_for_those_in_sight_alone(opened: Any, large_page: str) -> None:
    page = opened(large_page)
    assert page.locator("#count").inner_text() == "2,000 clusters"
    assert page.locator("#clusters .row").count() < 60
    page.focus("#clusters")
    page.keyboard.press("End")
    assert page.locator("#detail h2").inner_text() == "shop-1999"
    assert page.locator(".row[aria-selected=true]").get_attribute("aria-posinset") == "2000"
    assert page.locator("#clusters .row").count() < 60
    page.hover("#clusters")
    page.mouse.wheel(0, -52 * 1000)
    page.wait_for_selector("#clusters .row[aria-posinset='1000']")
    assert page.locator("#clusters .row").count() < 60
    page.fill("#search", "shop-1234")
    assert names(page) == ["shop-1234"]
    page.fill("#search", "shop-12")
    assert page.locator("#count").inner_text() == "100 of 2,000 clusters"


def test_two_thousand_steps_can_be_looked_at(opened: Any, large_page: str) -> None:
    page = opened(large_page, "#/schedule")
    assert page.locator("#steps .row").count() < 80
    page.click("#tab-graph")
    assert page.locator(".node").count() == 2000
    assert page.locator(".node text").count() == 0
    page.click(".node[data-step='700']", force=True)
    assert page.locator("#detail h2").inner_text() == "shop-0700"
    assert 0 < page.locator(".node").count() < 200
    assert page.locator(".node.chosen text.label").text_content() == "shop-0700"


def test_a_finding_leads_to_its_cluster_and_stands_there_too(opened: Any) -> None:
    planned = MIXED.plan()
    found = warning("ACK2114", "Tag is missing", "owner is not set", "Set it", cluster="created", parameter="tags")
    page = opened(plan_html(dataclasses.replace(planned, diagnostics=(found,))))
    assert page.locator(".cluster .badge", has_text="1 warning").count() == 1
    page.click("#alerts .alert:has-text('ACK2114') .name")
    assert page.locator("#detail h2").inner_text() == "created"
    assert "tags: owner is not set" in page.locator("#detail .alert").inner_text()
    page.fill("#search", "ACK2114")
    assert names(page) == ["created"]
