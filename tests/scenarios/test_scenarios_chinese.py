"""What a plan, its comment, its apply and its drift say to a reader of Chinese has no English but what was given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.chinese_text import english
from tests.scenarios.test_scenarios import MADE, SCENARIOS, Scenario, scenario

__all__ = ["scenario"]

# What the API says, and names of the service that have no other.
_NAMES = {
    MADE.branch,
    "failed",
    "ingress",
    "pod",
    "privatezone",
    "rego",
    "server",
    "prepaid",
    "error",
    "warning",
    "false",
    "sat",
    "value",
    "iptables",
}
_INPUTS = ("spec.yaml", "live.json", "record.json", "policies/**/*")


@pytest.mark.parametrize(
    ("scenario", "folder"),
    [(folder, folder) for folder in SCENARIOS],
    indirect=["scenario"],
    ids=[f.name for f in SCENARIOS],
)
def test_scenario_in_chinese(scenario: Scenario, folder: Path) -> None:
    asked = scenario.settings.get("plan", [])
    planned = scenario.run("plan", "--lang", "zh", "--out", "it.plan", *asked)
    told = [
        planned,
        *(scenario.run("show", "--lang", "zh", "it.plan", "--format", name) for name in ("text", "markdown")),
    ]
    told += [scenario.run("apply", "--lang", "zh", "it.plan"), scenario.run("drift", "--lang", "zh", "--keep")]
    given = {
        word.lower() for pattern in _INPUTS for file in folder.glob(pattern) if file.is_file() for word in _words(file)
    }
    assert [each for done in told for each in english(done.out + done.err, _NAMES | given)] == []


def _words(file: Path) -> list[str]:
    return re.findall("[A-Za-z]+", file.read_text("utf-8"))
