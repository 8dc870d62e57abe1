"""Node pools in the JSON of plans: ids with those of their clusters, one block for all, and the workers of the guide."""

from __future__ import annotations

import json
from typing import Any

from ackplan.core import catalog
from ackplan.core.actions import Action, Reason
from ackplan.core.address import parse
from ackplan.plan.model import Change, Pins, Plan
from ackplan.record import Record, RecordedCluster
from ackplan.render.terraform import stream
from ackplan.render.terraform.plan import dumps, plan_json, record_json
from ackplan.resources.types import BUILT_IN
from tests.unit.render import fleets

TYPE = "alicloud_cs_kubernetes_node_pool"
CLUSTER = catalog.DEFAULT.kind("pooled-managed")
POOL = BUILT_IN.sections["node_pools"].kind
WEB = {"scaling_group.desired_size": 3, "scaling_group.instance_types": ["ecs.g7.large"], "count": 1}
DB = {**WEB, "scaling_group.desired_size": 1, "management.auto_repair": True}


def change(name: str, action: Action, values: dict[str, Any], own: str = "") -> Change:
    kind = POOL if "/" in name else CLUSTER
    before = values if own else None
    return Change(parse(name), kind, action, Reason.NEW, own, before=before, after=values, depends_on=("shop",))


def made(*changes: Change, record: Record | None = None) -> dict[str, Any]:
    plan = Plan("normal", changes, Pins("l", 1, "d"))
    document: dict[str, Any] = json.loads(dumps(plan_json(plan, record or Record("l"))))
    return document


def changed(document: dict[str, Any], index: str) -> dict[str, Any]:
    (entry,) = [entry for entry in document["resource_changes"] if entry.get("index") == index]
    inner: dict[str, Any] = entry["change"]
    return inner


def test_a_pool_follows_a_cluster_that_is_made_anew() -> None:
    cluster = change("shop", Action.REPLACE, {}, "c1")
    pool = changed(made(cluster, change("shop/web", Action.REPLACE, WEB, "np1")), "web")
    ids = ("id", "cluster_id", "node_pool_id")
    assert [pool["before"].get(name) for name in ids] == ["c1:np1", "c1", "np1"]
    assert [pool["after"].get(name) for name in ids] == [None, None, None]
    assert [pool["after_unknown"].get(name) for name in ids] == [True, True, True]


def test_a_new_pool_of_a_cluster_that_stays_knows_its_cluster() -> None:
    for cluster in (change("shop", Action.NOOP, {}, "c1"), None):
        record = Record(
            "l",
            clusters={"shop": RecordedCluster("c1", CLUSTER, {})},
            nested={"shop/x": RecordedCluster("npx", POOL, WEB)},
        )
        changes = [each for each in (cluster, change("shop/web", Action.CREATE, WEB)) if each]
        pool = changed(made(*changes, record=record), "web")
        assert pool["after"]["cluster_id"] == "c1"
        assert {name for name, mark in pool["after_unknown"].items() if mark is True} == {"id", "node_pool_id"}


def test_pools_of_a_cluster_are_one_block() -> None:
    document = made(
        change("shop", Action.CREATE, {}), change("shop/web", Action.CREATE, WEB), change("shop/db", Action.CREATE, DB)
    )
    (block,) = [each for each in document["configuration"]["root_module"]["resources"] if each["type"] == TYPE]
    assert (block["address"], block["name"], block["for_each_expression"]) == (f"{TYPE}.shop", "shop", {})
    assert "depends_on" not in block
    assert block["expressions"] == {
        "cluster_id": {"references": ["alicloud_cs_managed_kubernetes.shop.id", "alicloud_cs_managed_kubernetes.shop"]},
        "count": {"constant_value": 1},
        "desired_size": {"references": ["each.value.desired_size", "each.value"]},
        "instance_types": {"constant_value": ["ecs.g7.large"]},
        "management": {"references": ["each.value.management", "each.value"]},
        "node_pool_name": {"references": ["each.value.node_pool_name", "each.value"]},
    }
    assert [each["index"] for each in document["planned_values"]["root_module"]["resources"][:2]] == ["db", "web"]


def test_workers_of_the_guide_are_shown_as_a_pool_in_a_module() -> None:
    document = json.loads(dumps(plan_json(fleets.SCALE_OUT.plan(), fleets.SCALE_OUT.record)))
    (module,) = document["planned_values"]["root_module"]["child_modules"]
    (pool,) = module["resources"]
    assert (module["address"], pool["address"]) == ("module.workers", f"module.workers.{TYPE}.shop")
    assert pool["depends_on"] == ["alicloud_cs_managed_kubernetes.shop"]
    assert pool["values"] == {
        "cluster_id": "c-shop",
        "desired_size": "5",
        "instance_types": ["ecs.hfc5.xlarge"],
        "node_pool_name": "default-nodepool",
        "password": None,
        "system_disk_category": "cloud_efficiency",
        "system_disk_size": 120,
        "tags": {"team": "shop"},
        "vswitch_ids": ["vsw-a"],
    }
    assert pool["sensitive_values"]["password"] is True
    assert {entry["type"] for entry in document["resource_changes"]} == {"alicloud_cs_managed_kubernetes"}
    (before,) = document["prior_state"]["values"]["root_module"]["child_modules"]
    assert before["resources"][0]["values"]["desired_size"] == "3"
    state = json.loads(dumps(record_json(fleets.SCALE_OUT.record)))
    assert state["values"]["root_module"]["child_modules"] == [before]


def test_the_stream_names_a_pool_by_its_cluster_and_its_key() -> None:
    plan = Plan("normal", (change("shop/web", Action.CREATE, WEB),), Pins("l", 1, "d"))
    first = json.loads(stream.plan_messages(plan, at="2026-01-02T03:04:05Z")[0])
    assert first["change"]["resource"] == {
        "addr": f'{TYPE}.shop["web"]',
        "module": "",
        "resource": f'{TYPE}.shop["web"]',
        "implied_provider": "alicloud",
        "resource_type": TYPE,
        "resource_name": "shop",
        "resource_key": "web",
    }
