"""The page in Chinese: no English words are left on it but names, parameters, calls and what is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ackplan.app.drift import Drift
from ackplan.core import language
from ackplan.execute.outcomes import Outcome, Result, Status
from ackplan.render.page.html import RunFacts, drift_html, plan_html, report_html
from tests.unit.render import fleets
from tests.unit.render.hostile import MIXED

# What stands outside of code and is no phrase: the product, its parts, and names of the fleet.
_NAMES = frozenset(
    {"ackplan", "ack", "api", "worker", "ssd", "id", "serverless", "json", "kubernetes", "apply", "javascript"}
    | {
        "addons",
        "default",
        "vpcid",
        "tags",
        "replaced",
        "deleted",
        "moved",
        "bigger",
        "created",
        "shop",
        "cn",
        "beijing",
        "running",
        "mid",
        "new",
        "false",
    }
)
# All texts and labels that a reader meets, but those of code, values and parameters.
_TEXTS = """() => {
  const kept = "code, pre, .value, .key, .moves, .call, script, style, noscript, .mark, .sign";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(kept)) texts.push(walker.currentNode.data);
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    for (const name of ["aria-label", "title", "placeholder"])
      if (!node.closest(kept)) texts.push(node.getAttribute(name) ?? "");
  return texts;
}"""
# Commands, options, parameters, addresses, places, times and codes.
_TYPED = re.compile(
    r"ackplan [a-z][\w -]*|--[a-z-]+|[\w.-]*[_/][\w./:-]*|(?:GET|POST|PUT|DELETE) \S+|[\w-]+\.[a-z]+\S*|\b\d\S*|ACK\d+|\{\S+\}"
)


def pages() -> dict[str, str]:
    """A plan, a run that failed and was cut short, drift, and a scale-in, in Chinese."""
    with language.speaking(language.CHINESE):
        planned = MIXED.plan()
        states = [Status.DONE, Status.FAILED, Status.SKIPPED, Status.INTERRUPTED, Status.NOT_STARTED]
        ends = {step.id: Outcome(states[n % 5], started=1.0, seconds=5.0) for n, step in enumerate(planned.steps)}
        back = {change.name: change for change in planned.changes}
        return {
            "plan": plan_html(planned),
            "report": report_html(planned, Result(ends, 9.0), RunFacts()),
            "drift": drift_html(Drift(MIXED.plan(mode="refresh-only"), back)),
            "scale-in": plan_html(fleets.SCALE_IN.plan()),
            "nothing": plan_html(fleets.SAME.plan()),
        }


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    return pages()


def english(page: Any) -> set[str]:
    words = (word for text in page.evaluate(_TEXTS) for word in re.findall(r"[A-Za-z]{2,}", _TYPED.sub(" ", text)))
    return {word for word in words if word.lower() not in _NAMES}


@pytest.mark.parametrize("name", ["plan", "report", "drift", "scale-in", "nothing"])
def test_no_english_is_left(opened: Any, chinese: dict[str, str], name: str) -> None:
    page = opened(chinese[name], viewport={"width": 1400, "height": 1400})
    assert page.get_attribute("html", "lang") == "zh-CN"
    left = english(page)
    for view in ("graph", "schedule", "findings", "clusters"):
        if page.locator(f"#tab-{view}").is_visible():
            page.click(f"#tab-{view}")
            left |= english(page)
    for number in range(page.locator("#clusters .row").count()):
        page.click(f"#clusters .row >> nth={number}")
        left |= english(page)
    page.fill("#search", "没有")
    assert left | english(page) == set()


def test_words_and_numbers_are_chinese(opened: Any, chinese: dict[str, str]) -> None:
    page = opened(chinese["plan"])
    assert page.locator("h1").inner_text() == "计划"
    assert page.locator("#headline").inner_text() == "1 个待创建，2 个待扩容，1 个待销毁，1 被阻止"
    assert page.locator("#count").inner_text() == "5 个集群"
