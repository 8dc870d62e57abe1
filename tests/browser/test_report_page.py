"""The page of a run: what became of each step, how long it took, its ids, its errors."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.core.answers import Retry
from ackplan.core.diagnostics import error
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.plan.model import Plan
from ackplan.render.page.html import RunFacts, report_html
from tests.unit.render.hostile import MIXED, TEXTS, poisoned

TRIES = (Retry("Throttling.User", "R-first", 0.5), Retry("Throttling.User", "R-second", 1.25))
FACTS = RunFacts("a1b2c3d4", "ci@runner", "2026-01-02T03:04:05Z", "2026-01-02T03:24:05Z")


def failed_run(planned: Plan) -> Result:
    """`created` fails, what waits for it is skipped, all else is done."""
    fault = error("ACK5013", "Task failed", "QuotaExceeded: <b>3</b> workers", "ackplan apply", cluster="created")
    ends = {
        "created": Outcome(Status.FAILED, (fault,), "c-new", ("R-created",), ("T-created",), True, 100.0, 300.0, TRIES),
        "bigger": Outcome(Status.SKIPPED),
    }
    done = Outcome(Status.DONE, (), "", ("R-done",), (), True, 100.0, 60.0)
    return Result({step.id: ends.get(step.name, done) for step in planned.steps}, 300.0)


@pytest.fixture(scope="module")
def report_page() -> str:
    planned = MIXED.plan()
    return report_html(planned, failed_run(planned), FACTS)


def test_the_head_says_how_it_ended_and_why(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    assert page.locator("h1").inner_text() == "Apply incomplete"
    assert page.locator("#headline").inner_text() == "1 failed, 1 skipped, 3 done"
    facts = page.locator("#facts").inner_text().split()
    assert "a1b2c3d4" in facts
    assert "ci@runner" in facts
    alert = page.locator("#alerts [role=listitem]")
    assert alert.count() == 2
    assert "looks renamed" in alert.last.inner_text()
    alert = alert.first
    assert "QuotaExceeded: <b>3</b> workers" in alert.inner_text()
    assert "created: create failed" in alert.inner_text()


def test_a_failed_step_tells_its_ids_and_its_error(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.click("#alerts .name:has-text('created')")
    step = page.locator("#detail .step")
    told = dict(zip(step.locator("dt").all_inner_texts(), step.locator("dd").all_inner_texts(), strict=True))
    assert told == {
        "Expected": "10m, timeout 1h",
        "Took": "5m, from 0s on",
        "Cluster": "c-new",
        "Request": "R-created",
        "Task": "T-created",
        "Retried": "Throttling.User, request R-first, again after 0.5s; "
        "Throttling.User, request R-second, again after 1.2s",
    }
    assert "ACK5013 Task failed" in step.inner_text()


def test_retries_are_seen_at_a_glance_and_found_by_a_search(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    assert page.locator(".cluster .badge", has_text="2 retries").count() == 1
    assert "2" in page.locator("#facts div", has_text="Retries").inner_text()
    page.fill("#search", "R-second")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created"]


def test_a_row_says_what_became_of_its_cluster(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    said = dict(
        zip(
            page.locator("#clusters .row .label").all_inner_texts(),
            page.locator("#clusters .row .what > div:first-child").all_inner_texts(),
            strict=True,
        )
    )
    assert said["created"] == "QuotaExceeded: <b>3</b> workers"
    assert said["bigger"] == "was to be updated in place"
    assert said["deleted"] == "destroyed"


def test_clusters_are_filtered_by_what_became_of_them(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.click(".chip:has-text('1 failed')")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created"]
    page.click(".chip:has-text('1 skipped')")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created", "bigger"]


def test_request_ids_can_be_searched_for(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.fill("#search", "R-created")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created"]


def test_the_schedule_has_the_steps_that_ran_as_long_as_they_took(opened: Any, report_page: str) -> None:
    page = opened(report_page, "#/schedule")
    labels = page.locator("#steps .label").all_inner_texts()
    assert "bigger scale out" not in labels
    assert "created create" in labels
    row = page.locator("#steps .row", has_text="created create")
    assert row.locator(".time").inner_text() == "5m"
    assert row.locator(".bar").get_attribute("data-tone") == "failed"


def test_the_graph_shows_what_became_of_each_step(opened: Any, report_page: str) -> None:
    page = opened(report_page, "#/graph")
    assert page.locator(".node[data-tone=failed]").count() == 1
    assert page.locator(".node[data-tone=skipped]").count() == 1
    assert page.locator(".node.critical").count() == 1


def test_what_the_api_says_is_text_and_nothing_else(opened: Any) -> None:
    text = "".join(TEXTS)
    planned = poisoned(text)
    fault = error("ACK5013", f"1{text}", text, text, cluster=text)
    end = Outcome(Status.FAILED, (fault,), text, (text,), (text,), True, 1.0, 2.0, (Retry(text, text, 0.5),))
    result = Result({step.id: end for step in planned.steps}, 3.0)
    page = opened(report_html(planned, result, RunFacts(text, text, text, text)))
    for view, row in (("graph", ".node"), ("schedule", "#steps .row"), ("clusters", "#clusters .row")):
        page.click(f"#tab-{view}")
        page.click(f"{row} >> nth=0")
        assert "javascript:alert(1)" in page.locator("#detail").inner_text()
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate("document.querySelectorAll('img, iframe, a:not(.skip), link, object, form').length") == 0
