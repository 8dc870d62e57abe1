"""From the command line to the browser: what `ackplan` prints is a page that works, and a report is one too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.running import command_line

SECRET = "Node-password-1"
ENVIRONMENT = {"ACKPLAN_SANDBOX": "1", "ACKPLAN_TIME_SCALE": "60000", "ACK_NODE_PASSWORD": SECRET}
WEB = """\
    cluster_type: ManagedKubernetes
    snat_entry: true
    num_of_nodes: 3
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    login_password: {env: ACK_NODE_PASSWORD}
    tags: [{key: team, value: "<img src=x onerror=alert(1)>"}]
"""
SPEC = f"ackplan: 1\nregion: cn-beijing\nclusters:\n  data:\n{WEB}  web:\n{WEB}    depends_on: [data]\n"


# In the process of the tests the browser has its own event loop, in which a command can't run: each is run before.
@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "ackplan.yaml").write_text(SPEC)

    def run(*arguments: str) -> str:
        done = command_line(folder, *arguments, environment=ENVIRONMENT)
        assert done.code == 0, done.err
        return done.out

    pages = {"plan": run("plan", "--out", "it.plan", "--format", "html")}
    pages["show"] = run("show", "it.plan", "--format", "html")
    pages["graph"] = run("graph", "it.plan", "--format", "html")
    pages["rehearse"] = run("rehearse", "it.plan", "--format", "html")
    run("apply", "it.plan", "--report", "report.html")
    pages["report"] = (folder / "report.html").read_text(encoding="utf-8")
    pages["svg"] = run("graph", "it.plan", "--format", "svg")
    return pages


def test_a_plan_and_its_plan_file_are_the_same_page(printed: dict[str, str]) -> None:
    assert printed["show"] == printed["plan"]
    assert all(SECRET not in page for page in printed.values())


def test_what_plan_prints_opens_in_a_browser(printed: dict[str, str], opened: Any) -> None:
    page = opened(printed["plan"])
    assert page.locator("#headline").inner_text() == "2 to create"
    page.fill("#search", "onerror")
    assert page.locator("#clusters .row .label").all_inner_texts() == ["data", "web"]
    page.click("#clusters .row >> nth=1")
    assert "<img src=x onerror=alert(1)>" in page.locator("#detail").inner_text()
    assert page.locator("img").count() == 0


def test_the_graph_of_the_command_opens_at_the_graph(printed: dict[str, str], opened: Any) -> None:
    page = opened(printed["graph"])
    assert page.locator("#graph").is_visible()
    assert page.locator(".node").count() == 2


def test_a_report_has_the_requests_that_were_made(printed: dict[str, str], opened: Any) -> None:
    page = opened(printed["report"])
    assert page.locator("h1").inner_text() == "Apply complete"
    page.click("#clusters .row >> nth=0")
    data = json.loads(page.locator("#data").text_content())
    (request,) = data["steps"][0]["end"]["requests"]
    assert request in page.locator("#detail .step").inner_text()
    page.click("#tab-schedule")
    assert page.locator("#steps .bar").count() == 2


def test_a_rehearsal_shows_virtual_time(printed: dict[str, str], opened: Any) -> None:
    page = opened(printed["rehearse"], "#/schedule")
    assert page.locator("h1").inner_text() == "Rehearsal complete"
    assert page.locator("#steps .time").first.inner_text().startswith(("9m", "10m"))


def test_the_picture_is_drawn(printed: dict[str, str], browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "graph.svg"
    file.write_text(printed["svg"], encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.locator("g > rect").count() == 2
    assert page.evaluate("document.querySelector('path[marker-end]').getBBox().width") > 40
    page.close()
