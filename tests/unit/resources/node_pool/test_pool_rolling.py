"""`rolling_policy` of a pool: sent with its upgrade alone, shown in the plan, followed to its pauses and beyond."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.virtual import Bench, bench
from tests.plan_files import packed, text_of
from tests.running import Command

OLD, NEW = "1.31.9-aliyun.1", "1.32.7-aliyun.1"
SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  shop:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    kubernetes_version: VERSION
    node_pools:
      web:
        rolling_policy: POLICY
        scaling_group:
          instance_types: [ecs.g7.xlarge]
          vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
          desired_size: 7
"""


class Pool:
    """The project of a pool of seven nodes."""

    def __init__(self, at: Bench) -> None:
        self.at = at

    def wants(self, version: str, policy: object) -> None:
        text = SPEC.replace("VERSION", version).replace("POLICY", json.dumps(policy))
        (self.at.folder / "ackplan.yaml").write_text(text)

    def apply(self) -> Command:
        return self.at.run("apply", "--auto-approve")

    def upgrades(self) -> list[Any]:
        """The bodies of the calls that upgraded the pool."""
        calls = [call for call in list(self.at.calls) if call.method == "POST" and "/nodepools/" in call.path]
        return [call.body for call in calls if call.path.endswith("/upgrade")]

    def recorded(self) -> dict[str, Any]:
        record = json.loads((self.at.folder / "state" / "default.json").read_text())
        return dict(record["resources"]["cluster/shop/node_pool/web"])

    def paused(self, said: Command) -> str:
        """The task that the command says it has left paused."""
        assert said.code == 1, said.out
        assert "ACK5022" in said.out
        return said.out.partition("ackplan tasks resume ")[2].split(";")[0]

    def resume(self, task_id: str) -> None:
        said = self.at.run("tasks", "resume", task_id, "--auto-approve")
        assert said.code == 0, said.err


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    with bench(tmp_path) as at:
        yield Pool(at)


def upgraded(pool: Pool, policy: object) -> Command:
    """Applies the pool, then an upgrade of it."""
    pool.wants(OLD, policy)
    assert pool.apply().code == 0
    pool.wants(NEW, policy)
    return pool.apply()


def test_it_is_recorded_and_no_call_is_made_for_it(pool: Pool) -> None:
    pool.wants(OLD, {"max_parallelism": 2})
    assert pool.apply().code == 0
    (made,) = [call.body for call in list(pool.at.calls) if call.path.endswith("/nodepools") and call.method == "POST"]
    assert "rolling_policy" not in made
    assert pool.recorded()["own"]["rolling_policy"] == {"max_parallelism": 2}
    pool.wants(OLD, {"max_parallelism": 3})
    before = len(pool.at.calls)
    planned = pool.at.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "rolling_policy = {max_parallelism: 2} -> {max_parallelism: 3}" in planned.out
    assert pool.apply().code == 0
    assert [call for call in list(pool.at.calls)[before:] if call.method != "GET"] == []
    assert pool.recorded()["own"]["rolling_policy"] == {"max_parallelism": 3}


def test_it_goes_with_the_upgrade_and_the_plan_says_so(pool: Pool) -> None:
    policy = {"max_parallelism": 2, "pause_policy": "NotPause", "batch_interval": 5}
    pool.wants(OLD, policy)
    assert pool.apply().code == 0
    pool.wants(NEW, policy)
    planned = pool.at.run("plan", "--out", "it.plan")
    assert f"upgrade to {NEW} (at most 2 nodes at once, does not pause, 5 minutes between batches)" in planned.out
    assert pool.at.run("show", "it.plan").out == planned.out
    ended = pool.at.run("apply", "it.plan")
    assert ended.code == 0, ended.err
    assert pool.upgrades() == [{"kubernetes_version": NEW, "rolling_policy": policy}]
    assert pool.at.run("plan", "--detailed-exitcode").code == 0


def test_a_plan_file_that_rolls_otherwise_than_it_shows_is_refused(pool: Pool) -> None:
    pool.wants(OLD, {"max_parallelism": 2})
    assert pool.apply().code == 0
    pool.wants(NEW, {"max_parallelism": 2})
    assert pool.at.run("plan", "--out", "it.plan").code == 0
    file = pool.at.folder / "it.plan"
    text = text_of(file.read_bytes())
    body = f'"kubernetes_version":"{NEW}","rolling_policy":{{"max_parallelism":'
    assert f"{body}2" in text
    file.write_bytes(packed(text.replace(f"{body}2", f"{body}9")))
    said = pool.at.run("apply", "it.plan")
    assert said.code == 1
    assert "ACK6003" in said.err
    assert pool.upgrades() == []


def test_it_pauses_after_the_first_batch_and_the_next_apply_goes_on(pool: Pool) -> None:
    said = upgraded(pool, {"max_parallelism": 4, "pause_policy": "FirstBatch"})
    task_id = pool.paused(said)
    assert pool.recorded()["parameters"]["kubernetes_version"] == OLD
    assert pool.paused(pool.apply()) == task_id
    pool.resume(task_id)
    ended = pool.apply()
    assert ended.code == 0, ended.out + ended.err
    assert len(pool.upgrades()) == 1
    assert pool.recorded()["parameters"]["kubernetes_version"] == NEW
    assert pool.at.run("plan", "--detailed-exitcode").code == 0


def test_it_may_pause_after_every_batch(pool: Pool) -> None:
    said = upgraded(pool, {"max_parallelism": 4, "pause_policy": "EveryBatch"})
    pauses = 0
    while said.code:
        pool.resume(pool.paused(said))
        pauses += 1
        said = pool.apply()
    assert pauses == 2
    assert len(pool.upgrades()) == 1


def test_one_that_ended_meanwhile_is_not_done_twice_in_vain(pool: Pool) -> None:
    said = upgraded(pool, {"pause_policy": "FirstBatch"})
    pool.resume(pool.paused(said))
    pool.at.skip(7200)
    said = pool.apply()
    while said.code:
        pool.resume(pool.paused(said))
        said = pool.apply()
    assert pool.recorded()["parameters"]["kubernetes_version"] == NEW


def test_an_apply_says_how_far_it_is(tmp_path: Path) -> None:
    with bench(tmp_path, time_scale=20) as at:
        said = upgraded(Pool(at), {"max_parallelism": 1})
    assert said.code == 0
    assert "% of its task" in said.out


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"max_parallelism": 11}, "max_parallelism"),
        ({"pause_policy": "Sometimes"}, "pause_policy"),
        ({"batch_interval": 3}, "Between batches lie 5 to 120 minutes"),
        ({"speed": 3}, "speed"),
    ],
)
def test_what_the_api_does_not_take_is_refused_in_the_spec(pool: Pool, policy: object, says: str) -> None:
    pool.wants(OLD, policy)
    said = pool.at.run("validate")
    assert said.code == 1
    assert says in said.out + said.err


@pytest.mark.parametrize("todays", [True, False])
def test_a_cluster_has_none(pool: Pool, todays: bool) -> None:
    pool.wants(OLD, {})
    spec = pool.at.folder / "ackplan.yaml"
    text = spec.read_text().replace("    node_pools:", "    rolling_policy: {max_parallelism: 2}\n    node_pools:")
    spec.write_text(text if todays else text.partition("    node_pools:")[0])
    said = pool.at.run("validate")
    assert said.code == 1
    assert "in node_pools" in said.out + said.err
