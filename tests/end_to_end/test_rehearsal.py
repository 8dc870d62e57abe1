"""A rehearsal goes as the apply does: against the same simulator, in virtual time, on its own world."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ackplan.cli.commands.rehearse import Progress
from ackplan.core.actions import Reason, Side
from ackplan.core.address import parse
from ackplan.core.work import Create
from ackplan.execute.outcomes import Event, Moment, Outcome, Status
from ackplan.plan.model import Step
from tests.faults.scenes import SCENES, SECRETS, spec
from tests.running import Command, Simulator, command_line, simulator
from tests.works import WORKS

FLEET = Path(__file__).parents[2] / "examples" / "fleet" / "fleet"
ATTACH = """
    attach:
      - instances: [i-bp1shopfloor00000001, i-bp1shopfloor00000002]
        password: {env: ECS_ROOT_PASSWORD}
"""


def ackplan(folder: Path, api: Simulator, *arguments: str) -> Command:
    ran = command_line(folder, *arguments, environment={**api.credentials, **SECRETS, "ACKPLAN_ENDPOINT": api.url})
    assert ran.code == 0, ran.out + ran.err
    return ran


def rehearsed(folder: Path, *options: str) -> dict[str, Any]:
    ran = command_line(folder, "rehearse", "it.plan", "--format", "json", *options)
    told: dict[str, Any] = json.loads(ran.out)
    assert (ran.code, told["complete"]) == (0, True), [step for step in told["steps"] if step["errors"]]
    return told


def same_as_applied(folder: Path, api: Simulator) -> None:
    """Plans, rehearses, applies: the same steps are done, and nothing of it touched the real world before."""
    ackplan(folder, api, "plan", "--out", "it.plan")
    before = len(api.calls)
    told = rehearsed(folder)
    assert len(api.calls) == before
    assert told == rehearsed(folder)
    ackplan(folder, api, "apply", "it.plan", "--report", "report.json")
    report = json.loads((folder / "report.json").read_text())
    assert {step["step"] for step in report["steps"]} == {step["step"] for step in told["steps"]}


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_change_goes_through(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]
    with simulator(time_scale=60_000) as api:
        if scene.before:
            (tmp_path / "ackplan.yaml").write_text(spec(scene.before))
            ackplan(tmp_path, api, "apply", "--auto-approve")
        (tmp_path / "ackplan.yaml").write_text(spec(scene.after))
        same_as_applied(tmp_path, api)


def test_a_fleet_in_several_files_is_edited(tmp_path: Path) -> None:
    """The world has instances that a simulator named before: one that names others in the same way must not collide."""
    shutil.copytree(FLEET, tmp_path / "fleet")
    with simulator(time_scale=60_000) as api:
        same_as_applied(tmp_path, api)
        templates, hangzhou = tmp_path / "fleet" / "00-templates.yaml", tmp_path / "fleet" / "hangzhou.yaml"
        text = templates.read_text().replace(
            "web_size: {type: integer, default: 3", "web_size: {type: integer, default: 4"
        )
        fewer = "    num_of_nodes: 3\n    scale_in: {strategy: newest, release_node: true}\n"
        templates.write_text(text.replace("    num_of_nodes: 4\n", fewer))
        hangzhou.write_text(hangzhou.read_text() + ATTACH.lstrip("\n"))
        singapore = tmp_path / "fleet" / "singapore.yaml"
        singapore.write_text(re.sub(r"(?ms)^  floor-singapore:.*?^    depends_on[^\n]*\n", "", singapore.read_text()))
        same_as_applied(tmp_path, api)
        assert command_line(tmp_path, "plan", "--detailed-exitcode", environment={
            **api.credentials, "ACKPLAN_ENDPOINT": api.url}).code == 0  # fmt: skip


@pytest.mark.parametrize(("state", "waits"), [("initial", 600), ("deleting", 300), ("scaling", 300)])
def test_what_a_cluster_is_busy_with_ends(state: str, waits: int, tmp_path: Path) -> None:
    file, live = tmp_path / "ackplan.yaml", {"shop": {}}
    file.write_text(spec(live))
    with simulator(time_scale=60_000) as api:
        ackplan(tmp_path, api, "apply", "--auto-approve")
        (cluster,) = api.running.world.clusters()
    seeded = {**cluster, "state": state}
    record = tmp_path / "state" / "default.json"
    if state == "initial":
        written = json.loads(record.read_text())
        written["clusters"]["shop"]["created"] = False
        record.write_text(json.dumps(written))
    with simulator(live={"clusters": [seeded]}) as api:
        file.write_text(spec({} if state == "deleting" else live))
        more = ("--destroy",) if state == "scaling" else ()
        planned = command_line(tmp_path, "plan", "--out", "it.plan", *more, environment={
            **api.credentials, **SECRETS, "ACKPLAN_ENDPOINT": api.url})  # fmt: skip
        assert planned.code == 0, planned.out + planned.err
        told = rehearsed(tmp_path)
    assert [step["status"] for step in told["steps"]] == ["done"]
    assert told["seconds"] >= waits


def test_the_critical_path_is_the_rehearsed_one(tmp_path: Path) -> None:
    """What is expected to take longest is not what took longest this time."""
    fleet = {"base": {}, "shop": {"depends_on": ["base"]}, "slow": {}}
    (tmp_path / "ackplan.yaml").write_text(spec(fleet))
    planned = command_line(tmp_path, "plan", "--no-refresh", "--out", "it.plan", "--format", "json")
    assert json.loads(planned.out)["ackplan"]["critical_path"] == ["create:base", "create:shop"]
    assert rehearsed(tmp_path)["critical_path"] == ["create:base", "create:shop"]
    rule = {"kind": "task_slow", "operation": "create_cluster", "cluster": "slow", "seconds": 1500}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [rule]}))
    assert rehearsed(tmp_path, "--faults", "faults.json")["critical_path"] == ["create:slow"]
    text = command_line(tmp_path, "rehearse", "it.plan", "--faults", "faults.json")
    assert "Critical path: create:slow\n" in text.out
    page = command_line(tmp_path, "rehearse", "it.plan", "--faults", "faults.json", "--format", "html").out
    assert '"path":[]' in page


def test_many_at_once_take_about_as_long_as_one(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(spec({f"shop-{number:03}": {} for number in range(60)}))
    command_line(tmp_path, "plan", "--no-refresh", "--out", "it.plan")
    for parallelism in ("1", "32"):
        assert 600 < rehearsed(tmp_path, "--parallelism", parallelism)["seconds"] < 900


class _Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_it_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    virtual, real = _Hand(), _Hand()
    step = Step("create:a", parse("a"), WORKS[Create], Reason.NEW, Side.SPEC)
    tell = Progress(3, virtual, real)
    tell(Event(Moment.STARTED, step))
    tell(Event(Moment.STARTED, step))
    real.at, virtual.at = 35.0, 125.0
    tell(Event(Moment.PROGRESS, step))
    tell(Event(Moment.PROGRESS, step))
    tell(Event(Moment.ENDED, step, outcome=Outcome(Status.FAILED)))
    real.at, virtual.at = 70.0, 4000.0
    tell(Event(Moment.ENDED, step, outcome=Outcome(Status.SKIPPED)))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "Rehearsing 3 steps in virtual time...",
        "2:05: 0 of 3 steps ended, 2 under way",
        "1:06:40: 2 of 3 steps ended, 1 under way",
    ]
