"""The part of the plan's JSON that only ackplan has: every step with its call, every reason."""

from __future__ import annotations

import json
from typing import Any

from ackplan.render.terraform.plan import dumps, plan_json
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet


def own_part(fleet: Fleet) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(dumps(plan_json(fleet.plan(), fleet.record)))["ackplan"]
    return data


def test_own_part_has_each_step_with_its_call() -> None:
    fleet = Fleet(
        after="  b: {extends: web, attach: [{instances: [i-a], password: {env: ROOT}}]}\n", others=[fleets.STRANGER]
    )
    own = own_part(fleet)
    create, attach = own["steps"]
    assert create["call"]["method"] == "POST"
    assert create["call"]["path"] == "/clusters"
    assert create["call"]["region"] == "cn-beijing"
    assert create["call"]["body"]["num_of_nodes"] == 3
    assert create["call"]["body"]["login_password"] == "(sensitive value)"
    assert create["expected_seconds"] == 600
    assert attach["needs"] == ["create:b"]
    assert attach["call"]["body"] == {"instances": ["i-a"], "password": "(sensitive value)"}
    assert own["critical_path"] == ["create:b", "attach:b:1"]
    assert own["expected_seconds"] == 900
    assert own["unmanaged"] == 1
    assert own["mode"] == "normal"


def test_own_part_says_why_and_which_side_moved() -> None:
    (change,) = own_part(fleets.SPEC_AND_DRIFT)["changes"]
    assert (change["action"], change["reason"]) == ("update", "spec_and_drift")
    assert change["parameters"] == [
        {"name": "timeout_mins", "before": 60, "after": 90, "effect": "recorded", "side": "spec", "secret": False},
        {"name": "num_of_nodes", "before": 2, "after": 3, "effect": "scale", "side": "live", "secret": False},
    ]


def test_own_part_tells_absent_from_null() -> None:
    (change,) = own_part(fleets.RECORD_ONLY)["changes"]
    lifecycle = change["parameters"][-1]
    assert lifecycle["name"] == "lifecycle"
    assert "before" not in lifecycle
    assert lifecycle["after"] == {"prevent_destroy": True}
