"""The plan's JSON is of Terraform's shape, tells what the plan tells, and holds no secret."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ackplan import spec
from ackplan.core import catalog
from ackplan.core.catalog.terraform_names import attributes_of
from ackplan.plan.plan_file_codec import decode_file, encode_file
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record
from ackplan.render.terraform.plan import dumps, file_json, plan_json, record_json
from ackplan.resources.types import BUILT_IN
from tests.unit.render import fleets
from tests.unit.render.fleets import Fleet

ROOT = Path(__file__).parents[4]
TYPE = "alicloud_cs_managed_kubernetes"
ADDRESS = f"{TYPE}.shop"


def made(fleet: Fleet, **options: Any) -> dict[str, Any]:
    """The JSON as a reader gets it: through text and back."""
    data: dict[str, Any] = json.loads(dumps(plan_json(fleet.plan(**options), fleet.record)))
    return data


def changed(fleet: Fleet, **options: Any) -> dict[str, Any]:
    (change,) = made(fleet, **options)["resource_changes"]
    found: dict[str, Any] = change
    return found


CREATED = {
    "addons": [{"name": "flannel"}, {"name": "nginx-ingress-controller"}],
    "cluster_type": "ManagedKubernetes",
    "name": "shop",
    "new_nat_gateway": True,
    "password": None,
    "pod_cidr": "172.20.0.0/16",
    "region_id": "cn-beijing",
    "service_cidr": "172.21.0.0/20",
    "slb_internet_enabled": False,
    "tags": {"team": "shop"},
    "version": "1.12.6-aliyun.1",
    "vpc_id": "vpc-a",
    "vswitch_ids": ["vsw-a"],
    "worker_disk_category": "cloud_efficiency",
    "worker_disk_size": 120,
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_number": 3,
    "worker_vswitch_ids": ["vsw-a"],
}
OUTLINE = {
    "addons": [{}, {}],
    "tags": {},
    "vswitch_ids": [False],
    "worker_instance_types": [False],
    "worker_vswitch_ids": [False],
}


def test_a_created_cluster_is_a_created_resource() -> None:
    assert changed(fleets.CREATE) == {
        "address": ADDRESS,
        "mode": "managed",
        "type": TYPE,
        "name": "shop",
        "provider_name": "registry.terraform.io/aliyun/alicloud",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": CREATED,
            "after_unknown": {**OUTLINE, "id": True},
            "before_sensitive": False,
            "after_sensitive": {**OUTLINE, "password": True},
        },
    }


def test_the_whole_has_terraforms_parts() -> None:
    data = made(fleets.CREATE)
    assert data["format_version"] == "1.2"
    assert data["terraform_version"] == "1.9.0"
    assert (data["errored"], data["applyable"], data["complete"]) == (False, True, True)
    assert data["planned_values"]["root_module"]["resources"] == [
        {
            "address": ADDRESS,
            "mode": "managed",
            "type": TYPE,
            "name": "shop",
            "provider_name": "registry.terraform.io/aliyun/alicloud",
            "schema_version": 0,
            "values": CREATED,
            "sensitive_values": {**OUTLINE, "password": True},
        }
    ]
    assert data["prior_state"] == {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {}}}
    assert data["resource_drift"] == []


def test_the_configuration_holds_expressions_and_dependencies() -> None:
    after = "  shop: {extends: web}\n  late: {extends: web, depends_on: [shop]}\n"
    configuration = made(Fleet(after=after))["configuration"]
    assert configuration["provider_config"]["alicloud"]["full_name"] == "registry.terraform.io/aliyun/alicloud"
    late, shop = configuration["root_module"]["resources"]
    assert late["depends_on"] == [ADDRESS]
    assert "depends_on" not in shop
    assert shop["provider_config_key"] == "alicloud"
    assert shop["expressions"]["pod_cidr"] == {"constant_value": "172.20.0.0/16"}
    assert shop["expressions"]["addons"][0] == {"name": {"constant_value": "flannel"}}
    assert shop["expressions"]["tags"] == {"constant_value": {"team": "shop"}}
    assert shop["expressions"]["password"] == {}


ACTIONS: list[tuple[str, Fleet, Mapping[str, Any], list[str], str | None]] = [
    ("create", fleets.CREATE, {}, ["create"], None),
    ("nothing", fleets.SAME, {}, ["no-op"], None),
    ("scale out", fleets.SCALE_OUT, {}, ["update"], None),
    ("scale in", fleets.SCALE_IN, {}, ["update"], None),
    ("attach", fleets.ATTACH, {}, ["update"], None),
    ("replace", fleets.REPLACE, {}, ["delete", "create"], "replace_because_cannot_update"),
    ("by request", fleets.SAME, {"replace": {"shop"}}, ["delete", "create"], "replace_by_request"),
    ("failed", fleets.FAILED, {}, ["delete", "create"], "replace_because_tainted"),
    ("delete", fleets.DELETE, {}, ["delete"], "delete_because_no_resource_config"),
    ("destroy", fleets.SAME, {"mode": "destroy"}, ["delete"], None),
    ("protected", fleets.PROTECTED, {}, ["delete"], "delete_because_no_resource_config"),
    ("not recorded", fleets.ADOPT, {}, ["no-op"], None),
    ("adopt", fleets.ADOPT, {"adopt": {"shop"}}, ["no-op"], None),
    ("forget", fleets.FORGET, {}, ["forget"], None),
    ("vanished", fleets.VANISHED, {}, ["create"], None),
    ("record only", fleets.RECORD_ONLY, {}, ["update"], None),
    ("drift", fleets.DRIFT, {}, ["update"], None),
    ("refresh", fleets.DRIFT, {"mode": "refresh-only"}, ["no-op"], None),
]


@pytest.mark.parametrize(
    ("fleet", "options", "actions", "reason"), [c[1:] for c in ACTIONS], ids=[c[0] for c in ACTIONS]
)
def test_actions(fleet: Fleet, options: Mapping[str, Any], actions: list[str], reason: str | None) -> None:
    entry = changed(fleet, **options)
    change = entry["change"]
    assert change["actions"] == actions
    assert entry.get("action_reason") == reason
    assert (change["after"] is None) == (actions in (["delete"], ["forget"]))
    assert ("id" in change["after_unknown"]) == ("create" in actions)


def test_an_update_shows_the_number_of_workers_as_the_provider_names_it() -> None:
    change = changed(fleets.SCALE_OUT)["change"]
    assert (change["before"]["worker_number"], change["after"]["worker_number"]) == (3, 5)
    assert change["before"]["id"] == change["after"]["id"] == "c-shop"
    rest = [{k: v for k, v in change[side].items() if k != "worker_number"} for side in ("before", "after")]
    assert rest[0] == rest[1]


def test_a_refused_replacement_is_in_it_and_can_not_be_applied() -> None:
    data = made(fleets.REPLACE)
    assert (data["errored"], data["applyable"], data["complete"]) == (True, False, False)
    change = data["resource_changes"][0]["change"]
    assert change["replace_paths"] == [["pod_cidr"]]
    assert (change["before"]["pod_cidr"], change["after"]["pod_cidr"]) == ("172.20.0.0/16", "172.24.0.0/16")
    assert "id" not in change["after"]
    (blocked,) = data["ackplan"]["changes"][0]["blocked"]
    assert blocked["code"] == "ACK2003"
    assert blocked["place"]["line"] == 21


def test_the_id_of_a_replacement_is_not_known() -> None:
    data = made(fleets.REPLACE, replace=frozenset({"shop"}))
    (planned,) = data["planned_values"]["root_module"]["resources"]
    assert "id" not in planned["values"]
    (prior,) = data["prior_state"]["values"]["root_module"]["resources"]
    assert prior["values"]["id"] == "c-shop"


def test_a_plan_that_does_nothing_is_not_applyable_and_not_errored() -> None:
    data = made(fleets.SAME)
    assert (data["errored"], data["applyable"], data["complete"]) == (False, False, True)
    assert data["planned_values"]["root_module"]["resources"][0]["values"]["id"] == "c-shop"


def test_an_adopted_cluster_is_imported() -> None:
    data = made(fleets.ADOPT, adopt=frozenset({"shop"}))
    change = data["resource_changes"][0]["change"]
    assert change["importing"] == {"id": "c-shop"}
    assert change["before"] == change["after"]
    assert data["prior_state"]["values"]["root_module"]["resources"][0]["values"]["id"] == "c-shop"


def test_a_change_of_kind_says_where_the_resource_was() -> None:
    entry = changed(fleets.KIND_CHANGED)
    assert entry["address"] == "alicloud_cs_edge_kubernetes.shop"
    assert entry["previous_address"] == ADDRESS


def test_drift_is_told_apart_from_what_the_plan_does() -> None:
    data = made(fleets.DRIFT)
    (drift,) = data["resource_drift"]
    assert drift["change"]["actions"] == ["update"]
    assert (drift["change"]["before"]["worker_number"], drift["change"]["after"]["worker_number"]) == (3, 2)
    (resource,) = data["prior_state"]["values"]["root_module"]["resources"]
    assert resource["values"]["worker_number"] == 2
    refreshed = made(fleets.DRIFT, mode="refresh-only")
    assert refreshed["resource_drift"] == [drift]
    assert refreshed["planned_values"]["root_module"]["resources"][0]["values"]["worker_number"] == 2


@pytest.mark.parametrize("fleet", [fleets.VANISHED, fleets.FORGET], ids=["wanted", "not wanted"])
def test_a_cluster_that_is_gone_drifted_away(fleet: Fleet) -> None:
    (drift,) = made(fleet)["resource_drift"]
    assert drift["change"]["actions"] == ["delete"]
    assert drift["change"]["after"] is None


@pytest.mark.parametrize("fleet", [fleets.SAME, fleets.SCALE_OUT, fleets.ADOPT, fleets.REPLACE])
def test_where_nothing_drifted_no_drift_is_told(fleet: Fleet) -> None:
    assert made(fleet)["resource_drift"] == []


def test_recorded_clusters_outside_of_the_plan_stay_in_the_prior_state() -> None:
    both = "  a: {extends: web}\n  b: {extends: web, depends_on: [a]}\n"
    data = made(Fleet(before=both, after=both), targets=("a",))
    a, b = data["prior_state"]["values"]["root_module"]["resources"]
    assert (a["name"], b["name"]) == ("a", "b")
    assert b["depends_on"] == [f"{TYPE}.a"]
    assert [change["name"] for change in data["resource_changes"]] == ["a"]


def test_no_secret_and_no_source_of_one_is_in_it() -> None:
    entry = fleets.SAME.record.clusters["shop"]
    literal = {"parameters": {**entry.parameters, "login_password": "hunter2!A"}}
    for fleet in (fleets.SCALE_OUT, fleets.REPLACE, fleets.DELETE, fleets.ATTACH, fleets.DRIFT):
        leaky = dataclasses.replace(fleet, entries={"shop": literal})
        text = dumps(plan_json(leaky.plan(), leaky.record)) + dumps(record_json(leaky.record))
        assert "hunter2" not in text
        assert "_PASSWORD" not in text


def test_every_kind_of_the_guide_becomes_its_resource() -> None:
    for kind in catalog.DEFAULT.families[0].kinds:
        read = spec.read(spec.Inputs(ROOT, paths=[str(ROOT / "examples" / kind.name)]))
        planned = plan(Sides(read.clusters, Record(""), ()), Options(), BUILT_IN)
        (entry,) = plan_json(planned, Record(""))["resource_changes"]
        assert entry["type"] == kind.resource
        places = {place.path[0] for places in attributes_of(kind).values() for place in places}
        assert set(entry["change"]["after"]) <= places


def test_resources_are_sorted_by_address() -> None:
    read = spec.read(spec.Inputs(ROOT, paths=[str(ROOT / "examples/fleet/fleet")]))
    data = plan_json(plan(Sides(read.clusters, Record(""), ()), Options(), BUILT_IN), Record(""))
    addresses = [change["address"] for change in data["resource_changes"]]
    assert len(addresses) == 12
    assert addresses == sorted(addresses)
    assert addresses == [resource["address"] for resource in data["planned_values"]["root_module"]["resources"]]


def test_the_text_is_one_line_and_begins_with_the_versions() -> None:
    text = dumps(plan_json(fleets.CREATE.plan(), fleets.CREATE.record))
    assert text.startswith('{"format_version":"1.2","terraform_version":"1.9.0","ackplan_version":"')
    assert "\n" not in text
    assert '": ' not in text
    assert '"商店":"\\u202e\\u009b\\ud800\\u200b"' in dumps({"商店": "\u202e\x9b\ud800\u200b"})
    hostile = {"a\x7f": "\u202e\ud800\U000e0041\xad\u2028\x1b 商店"}
    assert dumps(hostile).isprintable()
    assert json.loads(dumps(hostile)) == hostile


@pytest.mark.parametrize("fleet", [fleets.CREATE, fleets.REPLACE, fleets.DRIFT, fleets.ATTACH, fleets.FORGET])
def test_a_plan_file_gives_back_the_same_text(fleet: Fleet) -> None:
    planned = fleet.plan()
    shown = plan_json(planned, fleet.record)
    pins = dataclasses.replace(planned.pins, record="0" * 64, spec_digest="0" * 64)
    planned = dataclasses.replace(planned, pins=pins)
    again = decode_file(b"".join(encode_file(planned, fleet.record)), "x.plan")
    assert dumps(file_json(again)) == dumps(shown) == dumps(plan_json(again.plan, again.record or Record("")))


def test_the_record_is_a_state() -> None:
    both = "  a: {extends: web}\n  b: {extends: web, depends_on: [a]}\n"
    data = json.loads(dumps(record_json(Fleet(before=both).record)))
    assert data["format_version"] == "1.0"
    a, b = data["values"]["root_module"]["resources"]
    assert a["values"] == {**CREATED, "name": "a", "id": "c-a"}
    assert a["sensitive_values"]["password"] is True
    assert b["depends_on"] == [f"{TYPE}.a"]
    assert data["ackplan"] == {"lineage": "lineage-1", "serial": 7}
    assert record_json(Record("x"))["values"] == {"root_module": {}}
