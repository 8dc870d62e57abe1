"""Everything goes wrong with every call that changes a pool: nothing is done twice, and the next run finishes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenes import pooled, spec
from tests.faults.virtual import Bench, bench

_APPLY = ("apply", "--auto-approve")
_NEWEST = {"strategy": "newest", "release_node": True}
_LABELS = {"labels": [{"key": "role", "value": "web"}]}
_ATTACHED = {"attach": [{"instances": ["i-one"]}]}
# The operation, the pool before and after.
_CHANGES: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    "create_node_pool": (None, {}),
    "scale_node_pool": ({}, {"desired_size": 5}),
    "remove_node_pool_nodes": ({}, {"desired_size": 1, "scale_in": _NEWEST}),
    "modify_node_pool": ({}, {"kubernetes_config": _LABELS}),
    "attach_to_node_pool": ({}, _ATTACHED),
    "delete_node_pool": ({}, None),
}
_MISHAPS = {
    "error after": {"kind": "error", "when": "after", "status": 500, "first": 1},
    "reset before": {"kind": "reset", "when": "before", "first": 1},
    "reset after": {"kind": "reset", "when": "after", "first": 1},
    "garbage": {"kind": "garbage", "first": 1},
    "late": {"kind": "late_commit", "seconds": 40, "first": 1},
    "throttled": {"kind": "throttle", "retry_after": 25, "first": 2},
}


_QUIET = (("plan", "--detailed-exitcode"), ("plan", "--no-refresh", "--detailed-exitcode"), ("drift",))


@pytest.mark.parametrize(
    "pool",
    [
        {"attach": [{"instances": ["i-one", "i-two"]}]},
        {"kubernetes_config": _LABELS, "data_disks": [{"category": "cloud_essd", "size": 40}]},
        {"desired_size": 0, "system_disk_size": 200},
    ],
    ids=["attached", "settings", "empty"],
)
def test_what_was_applied_is_no_difference_whoever_looks(tmp_path: Path, pool: dict[str, Any]) -> None:
    (tmp_path / "ackplan.yaml").write_text(_spec(pool))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        at.skip(7200)
        for command in _QUIET:
            shown = at.run(*command)
            assert shown.code == 0, (command, shown.out, shown.err)


def _spec(pool: dict[str, Any] | None) -> str:
    return spec({"shop": pooled(**({"web": pool} if pool is not None else {}))})


@pytest.fixture
def changed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """A project whose pool was applied as it was before, and edited since; a rule holds for the operation."""
    operation, rule = request.param
    before, after = _CHANGES[operation]
    file, db = tmp_path / "ackplan.yaml", tmp_path / "world.db"
    file.write_text(_spec(before))
    with bench(tmp_path, db) as at:
        assert at.run(*_APPLY).code == 0
    file.write_text(_spec(after))
    with bench(tmp_path, db, faults={"faults": [{"operation": operation, **rule}] if rule else []}) as at:
        at.skip(7200)
        yield at, operation


def _named(rules: dict[str, dict[str, Any]]) -> Any:
    rows = [(operation, rule) for operation in _CHANGES for rule in rules.values()]
    ids = [f"{operation}, {name}" for operation in _CHANGES for name in rules]
    return pytest.mark.parametrize("changed", rows, indirect=True, ids=ids)


@_named(_MISHAPS)
def test_a_mishap_is_got_over_and_nothing_is_done_twice(changed: tuple[Bench, str]) -> None:
    at, operation = changed
    runs = [at.run(*_APPLY)]
    while runs[-1].code and len(runs) < 4:
        at.skip(300)
        runs.append(at.run(*_APPLY))
    said = "\n".join(run.out + run.err for run in runs)
    assert runs[-1].code == 0, said
    assert "Traceback" not in said
    took = [call for call in at.calls if call.operation == operation and call.status in {200, 202, 0, 500, 504}]
    effects = [call for call in at.calls if call.operation == operation and call.status in {200, 202}]
    assert len(effects) <= 1 or operation == "modify_node_pool", said
    assert took, said
    left = at.run("plan", "--detailed-exitcode")
    assert left.code == 0, left.out + left.err


@_named({"fails": {"kind": "task_fails", "first": 1}})
def test_a_task_that_fails_fails_the_step_and_is_done_again(changed: tuple[Bench, str]) -> None:
    at, operation = changed
    failed = at.run(*_APPLY)
    assert failed.code == 1
    assert "ACK5013" in failed.out + failed.err
    again = at.run(*_APPLY)
    assert again.code == 0, (operation, again.out, again.err)
    assert at.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("changed", [("scale_node_pool", {})], indirect=True)
def test_a_pool_that_moved_since_it_was_planned_is_not_scaled(changed: tuple[Bench, str]) -> None:
    at, _ = changed
    assert at.run("plan", "--out", "it.plan").code == 0
    (cluster,) = at.world.clusters()
    pools = at.run("api", "GET", f"/clusters/{cluster['cluster_id']}/nodepools").out
    pool = pools.partition('"nodepool_id": "')[2].partition('"')[0]
    path = f"/clusters/{cluster['cluster_id']}/nodepools/{pool}"
    assert at.run("api", "POST", path, "--body", '{"count": 1}').code == 0
    at.skip(3600)
    refused = at.run("apply", "it.plan")
    assert refused.code == 1
    assert "ACK6005 shop/web" in refused.err


@pytest.mark.parametrize("changed", [("create_node_pool", {"kind": "task_fails", "first": 1})], indirect=True)
def test_a_pool_whose_creation_failed_is_replaced_without_consent(changed: tuple[Bench, str]) -> None:
    at, _ = changed
    assert at.run(*_APPLY).code == 1
    planned = at.run("plan").out
    assert "its creation failed" in planned
    assert "BLOCKED" not in planned
    assert at.run(*_APPLY).code == 0
    assert at.run("plan", "--detailed-exitcode").code == 0
