"""A protected pool keeps its cluster; a pool goes with its cluster, and no plan file can send its calls elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenes import pooled, spec
from tests.faults.virtual import Bench, bench
from tests.plan_files import packed, unpacked

_APPLY = ("apply", "--auto-approve")
_PROTECTED = {"lifecycle": {"prevent_destroy": True}}


def _write(folder: Path, **clusters: dict[str, Any]) -> None:
    (folder / "ackplan.yaml").write_text(spec(clusters))


def _ids(at: Bench) -> set[str]:
    return {str(cluster["cluster_id"]) for cluster in at.world.clusters()}


@pytest.mark.parametrize("command", [("--replace", "shop"), ("--destroy",)], ids=["replace", "destroy"])
def test_a_protected_pool_keeps_its_cluster(tmp_path: Path, command: tuple[str, ...]) -> None:
    _write(tmp_path, shop=pooled(web=_PROTECTED, batch={}), side=pooled())
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        before = _ids(at)
        refused = at.run("apply", "--auto-approve", *command)
        assert refused.code == 1
        assert "ACK2004" in refused.out
        at.run("apply", "--auto-approve", "--skip-blocked", *command)
        (shop,) = [each for each in at.world.clusters() if each["name"] == "shop"]
        assert shop["cluster_id"] in before


def test_a_pool_left_out_keeps_its_cluster_too(tmp_path: Path) -> None:
    _write(tmp_path, shop=pooled(web={}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        left = at.run("plan", "--destroy", "--exclude", "shop/web")
        assert "shop (delete, waits for shop/web)" in left.out
        assert at.run(*_APPLY, "--destroy", "--target", "shop").code == 0
        assert at.run("state", "list").out.strip() == ""
        assert not [call for call in at.calls if call.operation == "delete_node_pool"]


def test_a_cluster_made_anew_gets_its_pools_anew(tmp_path: Path) -> None:
    _write(tmp_path, shop=pooled(web={"attach": [{"instances": ["i-one"]}]}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        assert at.run(*_APPLY, "--replace", "shop").code == 0
        assert [call.operation for call in at.calls].count("create_node_pool") == 2
        at.skip(7200)
        assert at.run("plan", "--detailed-exitcode").code == 0


_FORGED: list[tuple[str, Any]] = [
    ("parent_id", "c-another"),
    ("cluster_id", "np-another"),
    ("body", {"count": 9}),
    ("query", {"force": "true"}),
    ("workers_after", 9),
    ("region", "us-west-1"),
]


@pytest.mark.parametrize(("key", "value"), _FORGED, ids=[key for key, _ in _FORGED])
def test_a_forged_plan_file_is_refused(tmp_path: Path, key: str, value: Any) -> None:
    _write(tmp_path, shop=pooled(web={}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        _write(tmp_path, shop=pooled(web={"desired_size": 3}))
        assert at.run("plan", "--out", "it.plan").code == 0
        file = tmp_path / "it.plan"
        document = json.loads(unpacked(file.read_bytes()))
        (change,) = [each for each in document["changes"] if each["cluster"] == "shop/web"]
        (step,) = change["steps"]
        (step["call"] if key in {"body", "query"} else step)[key] = value
        del document["sha256"]
        file.write_bytes(packed(json.dumps(document, separators=(",", ":"))))
        refused = at.run("apply", "it.plan")
        assert refused.code == 1
        assert "ACK6003" in refused.err or "ACK6001" in refused.err
        assert [call.operation for call in at.calls].count("scale_node_pool") == 0
