"""The page as text: it needs nothing else, allows nothing else, tells no secret, and data can't end their element."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ackplan.core.answers import Retry
from ackplan.core.diagnostics import error
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.render.page import html as page_html
from ackplan.render.page.data import plan_data
from ackplan.render.page.html import RunFacts, data_text, plan_html, report_html
from ackplan.render.page.run import report_data
from tests.page.schema import data_of
from tests.unit.render import fleets
from tests.unit.render.hostile import MIXED, TEXTS, poisoned

FACTS = RunFacts("a1b2", "ci@runner", "2026-01-02T03:04:05Z", "2026-01-02T03:24:05Z")


def test_the_page_holds_its_data_and_allows_its_own_script_and_style_alone() -> None:
    planned = MIXED.plan()
    page = plan_html(planned)
    assert data_of(page) == json.loads(json.dumps(plan_data(planned) | {"view": "clusters"}))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    for rule, tag in (("script-src", "script"), ("style-src", "style")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = plan_html(MIXED.plan())
    assert not re.search(r"\s(?:src|href)=\"(?!#)", page)
    assert not re.search(r"url\((?!#)|@import|\binnerHTML\b|\bfetch\(|XMLHttpRequest|\beval\(", page)
    assert set(re.findall(r"https?://[^\"']+", page)) == {"http://www.w3.org/2000/svg"}


def test_the_script_is_all_of_its_files_without_their_comments() -> None:
    folder = Path(page_html.__file__).parent
    assert sorted(page_html._SCRIPTS) == sorted(file.stem for file in folder.glob("*.js"))
    (script,) = re.findall("<script>(.*?)</script>", plan_html(MIXED.plan()), re.DOTALL)
    assert not re.search(r"^\s*(?://|/?\*)", script, re.MULTILINE)
    code = [line for name in page_html._SCRIPTS for line in (folder / f"{name}.js").read_text("utf-8").splitlines()]
    assert set(re.findall(r"^function \w+", "\n".join(code), re.MULTILINE)) <= set(
        re.findall(r"^function \w+", script, re.MULTILINE)
    )


def test_the_same_plan_gives_the_same_page() -> None:
    planned = MIXED.plan()
    assert plan_html(planned) == plan_html(planned)


@pytest.mark.parametrize("text", TEXTS)
def test_data_stand_in_their_element_whatever_is_in_them(text: str) -> None:
    page = plan_html(poisoned(text))
    harmless = plan_html(poisoned("1"))
    assert re.findall(r"<[/!a-z]+", page) == re.findall(r"<[/!a-z]+", harmless)
    assert data_of(page)["clusters"][0]["name"].startswith("bigger")
    assert data_text({"x": text}).isascii()
    assert json.loads(data_text({"x": text})) == {"x": text}


def test_no_secret_and_no_name_of_one_is_in_the_page() -> None:
    page = plan_html(MIXED.plan())
    assert "ACK_NODE_PASSWORD" not in page
    assert "(sensitive value)" in page


def test_what_is_shown_first() -> None:
    data = plan_data(MIXED.plan())
    assert data["headline"] == "1 to create, 2 to scale out, 1 to destroy, 1 blocked"
    assert [alert["tone"] for alert in data["alerts"]] == ["danger", "danger", "drift"]
    assert [alert["names"] for alert in data["alerts"]] == [["replaced"], ["deleted"], ["moved"]]
    assert "<title>Plan: 1 to create, 2 to scale out, 1 to destroy, 1 blocked</title>" in plan_html(MIXED.plan())


def test_texts_that_clusters_share_are_kept_once() -> None:
    data = plan_data(MIXED.plan())
    assert len(data["texts"]) == len(set(data["texts"]))
    names = {cluster["name"]: cluster for cluster in data["clusters"]}
    fields = {data["texts"][field["name"]]: field for field in names["bigger"]["fields"]}
    size = fields["num_of_nodes"]
    assert (size["mark"], data["texts"][size["before"]], data["texts"][size["after"]]) == ("~", "3", "5")
    assert "notes" not in size
    assert "before" not in fields["depends_on"]


def test_parts_of_lists_are_compared() -> None:
    (cluster,) = plan_data(fleets.DETACH.plan())["clusters"]
    texts = plan_data(fleets.DETACH.plan())["texts"]
    lines = [(line["mark"], texts[line["text"]]) for field in cluster["fields"] for line in field.get("lines", [])]
    assert {mark for mark, _ in lines} >= {"+", "-"}


def test_steps_know_when_they_start_and_what_they_wait_for() -> None:
    data = plan_data(MIXED.plan())
    steps = {(step["kind"], step["cluster"]): step for step in data["steps"]}
    assert steps["create", "created"]["start"] == 0
    assert steps["scale-out", "bigger"]["start"] == 600
    assert [data["steps"][need]["cluster"] for need in steps["scale-out", "bigger"]["needs"]] == ["created"]
    assert steps["scale-out", "bigger"]["critical"]
    assert steps["delete", "replaced"]["tone"] == "blocked"
    assert "start" not in steps["delete", "replaced"]


def test_a_cluster_that_nothing_happens_to_is_there_in_short() -> None:
    (cluster,) = plan_data(fleets.SAME.plan())["clusters"]
    assert (cluster["tone"], cluster["headline"]) == ("no-op", "stays as it is")
    assert "fields" not in cluster


def report(**ends: Outcome) -> dict[str, Any]:
    planned = MIXED.plan()
    names = {step.id: step.name for step in planned.steps}
    outcomes = {
        step: ends.get(cluster, Outcome(Status.DONE, started=100.0, seconds=1.0)) for step, cluster in names.items()
    }
    return report_data(planned, Result(outcomes, 12.0), FACTS)


def test_a_report_tells_what_became_of_each_step() -> None:
    fault = error("ACK5003", "The API refused the call", "Throttling")
    failed = Outcome(
        Status.FAILED, (fault,), "c-1", ("R-1",), ("T-1",), True, 102.0, 7.5, (Retry("Throttling", "R-0", 2.5),)
    )
    data = report(created=failed, bigger=Outcome(Status.SKIPPED))
    ends = {(step["kind"], step["cluster"]): step["end"] for step in data["steps"]}
    assert ends["create", "created"] == {
        "status": "failed",
        "start": 2.0,
        "seconds": 7.5,
        "took": "8s",
        "id": "c-1",
        "requests": ["R-1"],
        "tasks": ["T-1"],
        "retries": [{"code": "Throttling", "request": "R-0", "pause": 2.5}],
        "errors": [
            {
                "severity": "error",
                "code": "ACK5003",
                "summary": "The API refused the call",
                "detail": "Throttling",
            }
        ],
    }
    assert "start" not in ends["scale-out", "bigger"]
    assert {c["name"]: c["status"] for c in data["clusters"]}["bigger"] == "skipped"
    assert data["title"] == "Apply incomplete"
    assert data["headline"] == "1 failed, 1 skipped, 3 done"
    assert data["seconds"] == 9.5
    assert {"name": "Run", "text": "a1b2"} in data["facts"]


def test_a_step_of_an_earlier_run_counts_as_done() -> None:
    data = report_data(MIXED.plan(), Result({}, 0.0), FACTS)
    assert {step["end"]["note"] for step in data["steps"]} == {"done by an earlier run"}
    assert data["title"] == "Apply complete"


def test_an_interrupted_destroy_says_so() -> None:
    planned = fleets.SAME.plan(mode="destroy")
    (step,) = planned.steps
    result = Result({step.id: Outcome(Status.INTERRUPTED, started=1.0, seconds=2.0)}, 2.0, interrupted=True)
    page = report_html(planned, result, FACTS)
    assert "<title>Destroy interrupted: 1 interrupted</title>" in page
