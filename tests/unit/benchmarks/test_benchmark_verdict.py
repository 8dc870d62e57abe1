"""A change fails for ratios that got worse, never for seconds, and the document tells what the baseline tells."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from benchmarks import verdict

ROOT = Path(__file__).parents[3]
KEY = "plain/10000/validate"


def test_the_baseline_is_not_worse_than_itself_nor_for_a_slower_machine():
    baseline = json.loads((ROOT / "benchmarks/baseline.json").read_text("utf-8"))
    slower = copy.deepcopy(baseline)
    for entry in slower["phases"].values():
        entry["seconds"] *= 10
    assert verdict.worse(slower, baseline) == []


def test_a_ratio_beyond_the_room_is_named():
    baseline = json.loads((ROOT / "benchmarks/baseline.json").read_text("utf-8"))
    worse = copy.deepcopy(baseline)
    worse["phases"][KEY]["ratio"] *= verdict.ROOM * 1.01
    worse["startup"]["version"] *= verdict.ROOM * 0.99
    (found,) = verdict.worse(worse, baseline)
    assert found.startswith(f"{KEY}: ")


def test_every_target_is_measured_and_only_those_that_the_document_names_are_missed():
    baseline = json.loads((ROOT / "benchmarks/baseline.json").read_text("utf-8"))
    text = (ROOT / "docs/performance.md").read_text("utf-8")
    found = list(verdict.targets(baseline))
    assert {name.split(":")[0] for name, *_ in found} >= {*verdict.FLOORS, *verdict.STARTUP, "apply"}
    missed = [line for line in text.splitlines() if line.startswith("|") and "missed" in line]
    assert len([name for name, _, _, holds in found if not holds]) == len(missed)


def test_a_command_that_grows_faster_than_the_fleet_is_named():
    baseline = json.loads((ROOT / "benchmarks/baseline.json").read_text("utf-8"))
    most = verdict.GROWN * verdict.ROOM
    grown = {**baseline, "growing": {"show a plan file": most * 1.01, "plan, one chain": verdict.GROWN}}
    (found,) = verdict.worse(grown, baseline)
    assert found.startswith("show a plan file: ")
    assert [name for name, _, _, holds in verdict.targets({"phases": {}, "growing": grown["growing"]}) if not holds]


def test_a_board_is_held_to_its_bars():
    board = {"clusters": 100_000, "seconds": 31.0, "bytes": 13_000_000, "painted": 900.0}
    told = {name.rpartition(" ")[2]: holds for name, _, _, holds in verdict.board_targets(board)}
    assert told == {"seconds": False, "megabytes": True, "painted": True}
    assert list(verdict.board_targets(None)) == []
