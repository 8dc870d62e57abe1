"""Plans over node pools are rehearsed: the private world has the pools that the plan saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenes import SECRETS, pooled, spec
from tests.running import command_line, simulator

_NEWEST = {"strategy": "newest", "release_node": True}
_CASES: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    "all new": (None, {"web": {}}),
    "one more": ({"web": {}}, {"web": {}, "more": {"attach": [{"instances": ["i-one"]}]}}),
    "out": ({"web": {}}, {"web": {"desired_size": 5}}),
    "in": ({"web": {"desired_size": 4}}, {"web": {"desired_size": 2, "scale_in": _NEWEST}}),
    "detach": ({"web": {"attach": [{"instances": ["i-one"]}]}}, {"web": {}}),
    "settings": ({"web": {}}, {"web": {"kubernetes_config": {"labels": [{"key": "a", "value": "b"}]}}}),
    "delete": ({"web": {}, "old": {}}, {"web": {}}),
}


@pytest.mark.parametrize(("before", "after"), _CASES.values(), ids=list(_CASES))
def test_a_plan_over_pools_is_rehearsed(
    tmp_path: Path, before: dict[str, Any] | None, after: dict[str, Any]
) -> None:  # fmt: skip
    with simulator(time_scale=60_000) as served:
        environment = {**served.credentials, **SECRETS, "ACKPLAN_ENDPOINT": served.url}
        if before is not None:
            (tmp_path / "ackplan.yaml").write_text(spec({"shop": pooled(**before)}))
            assert command_line(tmp_path, "apply", "--auto-approve", environment=environment).code == 0
        (tmp_path / "ackplan.yaml").write_text(spec({"shop": pooled(**after)}))
        assert command_line(tmp_path, "plan", "--out", "it.plan", environment=environment).code == 0
        rehearsed = command_line(tmp_path, "rehearse", "it.plan", environment=environment)
        assert rehearsed.code == 0, rehearsed.out + rehearsed.err
