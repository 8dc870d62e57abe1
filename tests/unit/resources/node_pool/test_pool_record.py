"""The record of pools, mended by hand: forgotten, taken in again, followed where they were renamed outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.scenes import pooled, spec
from tests.faults.virtual import Bench, bench

_APPLY = ("apply", "--auto-approve")


def _write(folder: Path, **clusters: object) -> None:
    (folder / "ackplan.yaml").write_text(spec(dict(clusters)))


def _rename(at: Bench, name: str) -> None:
    """By hand, outside of ackplan."""
    (cluster,) = at.world.clusters()
    listed = at.run("api", "GET", f"/clusters/{cluster['cluster_id']}/nodepools").out
    pool = listed.partition('"nodepool_id": "')[2].partition('"')[0]
    body = f'{{"nodepool_info": {{"name": "{name}"}}}}'
    path = f"/clusters/{cluster['cluster_id']}/nodepools/{pool}"
    assert at.run("api", "PUT", path, "--body", body).code == 0
    at.skip(3600)


def test_a_renamed_pool_is_followed(tmp_path: Path) -> None:
    _write(tmp_path, shop=pooled(web={}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        refused = at.run("state", "mv", "shop/web", "shop/front")
        assert "ACK3040" in refused.err
        _rename(at, "front")
        assert at.run("state", "mv", "shop/web", "shop/front").code == 0
        _write(tmp_path, shop=pooled(front={}))
        assert at.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("shop/none", "shop/front", "ACK3005"),
        ("shop/web", "shop/node_pool/front", "ACK3070"),
        ("shop/web", "shop/batch", "ACK3006"),
        ("shop/web", "side/front", "ACK3040"),
    ],
)
def test_nothing_else_is(tmp_path: Path, old: str, new: str, code: str) -> None:
    _write(tmp_path, shop=pooled(web={}, batch={}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        refused = at.run("state", "mv", old, new)
        assert (refused.code, refused.err[:7]) == (1, code)


def test_one_that_was_forgotten_is_taken_in_again(tmp_path: Path) -> None:
    _write(tmp_path, shop=pooled(web={"attach": [{"instances": ["i-one"]}]}))
    with bench(tmp_path) as at:
        assert at.run(*_APPLY).code == 0
        at.skip(7200)
        assert at.run("state", "rm", "shop/web").code == 0
        assert at.run("import", "shop/web").code == 0
        assert at.run("plan", "--detailed-exitcode").code == 0
        assert "i-one" in at.run("state", "show", "shop/web").out
