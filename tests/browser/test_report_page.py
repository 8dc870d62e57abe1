"""The page of a run: what became of each step, how long it took, its ids, its errors."""

from __future__ import annotations

from typing import Any

import pytest
from hostile import MIXED

from ackplan.diagnostics import error
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.plan.model import Plan
from ackplan.render.html import RunFacts, report_html

FACTS = RunFacts("a1b2c3d4", "ci@runner", "2026-01-02T03:04:05Z", "2026-01-02T03:24:05Z")


def failed_run(planned: Plan) -> Result:
    """`created` fails, what waits for it is skipped, all else is done."""
    fault = error("ACK5013", "Task failed", "QuotaExceeded: <b>3</b> workers", "ackplan apply", cluster="created")
    ends = {
        "created": Outcome(Status.FAILED, (fault,), "c-new", ("R-created",), ("T-created",), True, 100.0, 300.0),
        "bigger": Outcome(Status.SKIPPED),
    }
    done = Outcome(Status.DONE, (), "", ("R-done",), (), True, 100.0, 60.0)
    return Result({step.id: ends.get(step.cluster, done) for step in planned.steps}, 300.0)


@pytest.fixture(scope="module")
def report_page() -> str:
    planned = MIXED.plan()
    return report_html(planned, failed_run(planned), FACTS, MIXED.record)


def test_the_head_says_how_it_ended_and_why(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    assert page.locator("h1").inner_text() == "Apply incomplete"
    assert page.locator("#headline").inner_text() == "1 failed, 1 skipped, 3 done"
    facts = page.locator("#facts").inner_text().split()
    assert "a1b2c3d4" in facts
    assert "ci@runner" in facts
    alert = page.locator("#alerts [role=listitem]")
    assert alert.count() == 1
    assert "QuotaExceeded: <b>3</b> workers" in alert.inner_text()
    assert "created: create failed" in alert.inner_text()


def test_a_failed_step_tells_its_ids_and_its_error(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.click("#alerts .name:has-text('created')")
    step = page.locator("#detail .step").inner_text()
    for fact in ("took 5m", "cluster c-new", "request R-created", "task T-created", "ACK5013 Task failed"):
        assert fact in step


def test_clusters_are_filtered_by_what_became_of_them(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.click(".chip:has-text('1 failed')")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created"]
    page.click(".chip:has-text('1 skipped')")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["bigger", "created"]


def test_request_ids_can_be_searched_for(opened: Any, report_page: str) -> None:
    page = opened(report_page)
    page.fill("#search", "R-created")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["created"]


def test_the_schedule_has_the_steps_that_ran_as_long_as_they_took(opened: Any, report_page: str) -> None:
    page = opened(report_page, "#/schedule")
    labels = page.locator("#steps .label").all_inner_texts()
    assert "bigger scale-out" not in labels
    assert "created create" in labels
    row = page.locator("#steps .row", has_text="created create")
    assert row.locator(".time").inner_text() == "5m"
    assert row.locator(".bar").get_attribute("data-tone") == "failed"


def test_the_graph_shows_what_became_of_each_step(opened: Any, report_page: str) -> None:
    page = opened(report_page, "#/graph")
    assert page.locator(".node[data-tone=failed]").count() == 1
    assert page.locator(".node[data-tone=skipped]").count() == 1
    assert page.locator(".node.critical").count() == 0
