"""Each folder is a scenario: a spec, a record and a live state give this plan, these calls, this record.

`pytest tests/scenarios --update` rewrites what is expected, for review.
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ackplan import __version__
from ackplan.core.provenance import Provenance
from tests.page.schema import faults
from tests.running import Command, Simulator, command_line, simulator

HERE = Path(__file__).parent
SCENARIOS = sorted(folder for folder in HERE.iterdir() if (folder / "spec.yaml").exists())
# The file that holds what a format prints of the plan.
ENDINGS = {"markdown": "md", "sarif": "sarif.json", "junit": "junit.xml", "github": "github.txt"}
MADE = Provenance("2026-01-05T03:00:00Z", "lin@desk", "", "0123456789abcdef0123456789abcdef01234567", "main")
PASSWORDS = {
    "ACK_NODE_PASSWORD": "Node-password-1",
    "ACK_OTHER_PASSWORD": "Other-password-1",
    "ECS_ROOT_PASSWORD": "Root-password-1",
}


class Scenario:
    """One scenario in a folder of its own, with a simulator that holds its live state."""

    def __init__(self, folder: Path, work: Path, served: Simulator) -> None:
        self.settings: dict[str, Any] = _json(folder / "scenario.json") or {}
        self._served = served
        self._work = work
        shutil.copy(folder / "spec.yaml", work / "ackplan.yaml")
        if (folder / "record.json").exists():
            (work / "state").mkdir()
            shutil.copy(folder / "record.json", work / "state" / "default.json")
        if (folder / "policies").exists():
            shutil.copytree(folder / "policies", work / "policies")

    def run(self, *arguments: str) -> Command:
        environment = {**self._served.credentials, **PASSWORDS, "ACKPLAN_ENDPOINT": self._served.url}
        now = datetime.datetime.fromisoformat(self.settings.get("now", "2026-01-05T03:00:00+00:00"))
        with (
            mock.patch("ackplan.adapters.local.clock.now", return_value=now),
            mock.patch("ackplan.project.wiring.provenance_now", return_value=MADE),
        ):
            return command_line(self._work, *arguments, environment=environment)

    def changing_calls(self) -> str:
        calls = [call for call in self._served.calls if call.method != "GET"]
        return "".join(f"{call.method} {call.path} {json.dumps(call.body, ensure_ascii=False)}\n" for call in calls)

    def record(self) -> str:
        path = self._work / "state" / "default.json"
        text = path.read_text("utf-8") if path.exists() else ""
        return re.sub(r'"lineage": "(?!5f0f7f3e)[^"]*"', '"lineage": "new"', text)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None


@pytest.fixture
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scenario]:
    folder: Path = request.param
    with simulator(live=_json(folder / "live.json"), time_scale=60_000) as served:
        yield Scenario(folder, tmp_path, served)


class Expectations:
    """The `expect` folder of a scenario: compares, or rewrites with --update."""

    def __init__(self, folder: Path, update: bool) -> None:
        self._folder = folder / "expect"
        self._update = update

    def check(self, name: str, actual: str) -> None:
        path = self._folder / name
        actual = actual.replace(f'version": "{__version__}"', 'version": "0.1.0"')  # of any release
        if self._update:
            self._folder.mkdir(exist_ok=True)
            path.write_text(actual, "utf-8")
        assert actual == (path.read_text("utf-8") if path.exists() else ""), f"{path} differs; --update rewrites it"


@pytest.mark.parametrize(
    ("scenario", "folder"),
    [(folder, folder) for folder in SCENARIOS],
    indirect=["scenario"],
    ids=[f.name for f in SCENARIOS],
)
def test_scenario(scenario: Scenario, folder: Path, request: pytest.FixtureRequest) -> None:
    expect = Expectations(folder, request.config.getoption("--update"))
    asked = scenario.settings.get("plan", [])
    planned = scenario.run("plan", "--detailed-exitcode", "--out", "it.plan", *asked)
    assert "Traceback" not in planned.err
    expect.check("plan.txt", f"{planned.out}(exit {planned.code})\n")
    expect.check("plan.json", _pretty(scenario.run("show", "it.plan", "--format", "json").out))
    assert faults(scenario.run("show", "it.plan", "--format", "html").out) == []
    for form in scenario.settings.get("formats", ()):
        expect.check(f"plan.{ENDINGS[form]}", scenario.run("show", "it.plan", "--format", form).out)
    assert scenario.changing_calls() == "", "plan must change nothing"
    applied = scenario.run("apply", "it.plan")
    expect.check("calls.txt", scenario.changing_calls())
    expect.check("record.json", scenario.record())
    assert applied.code == scenario.settings.get("applied", int(planned.code == 1)), applied.err + applied.out
    if planned.code != 1:
        again = scenario.run("plan", "--detailed-exitcode", *scenario.settings.get("again", asked))
        assert again.code == scenario.settings.get("left", 0), again.out


def _pretty(text: str) -> str:
    assert text.count("\n") == 1, "JSON comes on one line"
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
