"""What a plan does to machines and disks that its calls don't say: one warning of each sort a cluster, at its place."""

from __future__ import annotations

from typing import Any

import pytest
from sides import DEDICATED, EDGE, MANAGED, live, nodes, one, plan_of, recorded, sides

from ackplan.core.diagnostics import Severity

PAID = {"worker_instance_charge_type": "PrePaid", "worker_period_unit": "Month", "worker_period": 1}
DISK = {"worker_data_disk": True, "worker_data_disk_category": "cloud_essd", "worker_data_disk_size": "200"}
THREE = ("i-1", "i-2", "i-3")


def group(*instances: str, **more: Any) -> dict[str, Any]:
    return {"instances": list(instances), "key_pair": "k", **more}


def warned(was, wanted, present=(), **options):
    """The details of the warnings of a plan for one cluster, by code."""
    given = sides(
        [wanted] if wanted else [],
        {"c": recorded(was)} if was else {},
        [live(was)] if was else [],
        {"id-c": nodes(*present)} if present else {},
    )
    found = plan_of(given, **options).diagnostics
    assert {(fault.severity, fault.cluster) for fault in found} <= {(Severity.WARNING, "c")}
    assert all(fault.span == wanted.span_of(fault.parameter) for fault in found if wanted)
    assert len({fault.code for fault in found}) == len(found)
    return {fault.code: fault.detail for fault in found}


@pytest.mark.parametrize("kind", [MANAGED, EDGE, DEDICATED])
def test_attaching_replaces_system_disks(kind):
    told = warned(None, one(kind, attach=[group("i-a"), group("i-b", format_disk=False)]))
    assert [code for code in told if code != "ACK2056"] == ["ACK2051"]
    assert "i-a, i-b" in told["ACK2051"]
    assert ("ACK2056" in told) == (kind is EDGE)
    assert kind is not EDGE or ("i-a, i-b" in told["ACK2056"] and "attach_script" in told["ACK2056"])


def test_an_edge_cluster_without_attached_instances_needs_no_word():
    assert warned(None, one(EDGE, attach_script={})) == {}


def test_attaching_formats_the_data_disks_of_those_that_ask_for_it():
    wanted = one(MANAGED, attach=[group("i-a"), group("i-b", "i-c", format_disk=True)])
    told = warned(one(MANAGED), wanted, THREE)
    assert list(told) == ["ACK2051", "ACK2052"]
    assert "i-a, i-b, i-c" in told["ACK2051"]
    assert "i-b, i-c" in told["ACK2052"]
    assert "i-a" not in told["ACK2052"]


def test_what_is_attached_already_is_not_attached_again():
    was = one(MANAGED, attach=[group("i-a", format_disk=True)])
    assert warned(was, was, (*THREE, "i-a")) == {}


def test_many_instances_are_counted_past_a_dozen():
    told = warned(None, one(MANAGED, attach=[group(*(f"i-{n:02}" for n in range(20)))]))
    assert "i-11 and 8 more" in told["ACK2051"]
    assert "i-12" not in told["ACK2051"]


@pytest.mark.parametrize("kind", [MANAGED, DEDICATED])
def test_a_scale_out_says_what_new_workers_come_without(kind):
    was = one(kind, **PAID, **DISK)
    told = warned(was, one(kind, **PAID, **DISK, num_of_nodes=4))
    assert list(told) == ["ACK2053"]
    for fact in (
        'worker_instance_charge_type "PrePaid"',
        "worker_period 1",
        'worker_period_unit "Month"',
        'worker_data_disk_category "cloud_essd"',
        'worker_data_disk_size "200"',
    ):
        assert fact in told["ACK2053"]


@pytest.mark.parametrize(
    "like", [{}, {"worker_instance_charge_type": "PostPaid", "worker_auto_renew": False}, {"worker_data_disk": True}]
)
def test_a_scale_out_that_carries_all_says_nothing(like):
    was = one(MANAGED, **like)
    assert warned(was, one(MANAGED, **like, num_of_nodes=4)) == {}


def test_a_scale_out_has_three_vswitches_at_most():
    five = [f"vsw-{n}" for n in range(5)]
    was, wanted = one(MANAGED, vswitch_ids=five), one(MANAGED, vswitch_ids=five, num_of_nodes=4)
    assert "more than 3 of the 5 vswitch_ids" in warned(was, wanted)["ACK2053"]
    (step,) = plan_of(sides([wanted], {"c": recorded(was)}, [live(was)])).steps
    assert step.call.body["vswitch_ids"] == five[:3]


def test_a_creation_carries_all():
    assert warned(None, one(MANAGED, **PAID, **DISK, vswitch_ids=[f"vsw-{n}" for n in range(5)])) == {}


@pytest.mark.parametrize(("options", "wanted"), [({"mode": "destroy"}, True), ({}, False)])
def test_a_deletion_names_what_was_attached(options, wanted):
    was = one(MANAGED, attach=[group("i-a", "i-b")])
    told = warned(was, was if wanted else None, **options)
    assert list(told) == ["ACK2054"]
    assert "i-a, i-b" in told["ACK2054"]
    assert warned(one(MANAGED), None) == {}


def test_a_replacement_names_what_was_attached_and_what_is_attached_anew():
    was = one(MANAGED, attach=[group("i-a")])
    told = warned(was, was, (*THREE, "i-a"), replace=frozenset({"c"}))
    assert list(told) == ["ACK2051", "ACK2054"]


@pytest.mark.parametrize(("release", "codes"), [(True, ["ACK2055"]), (False, []), (None, [])])
@pytest.mark.parametrize("by", [{"nodes": ["i-3", "i-2"]}, {"strategy": "newest"}])
def test_a_scale_in_that_releases_names_the_instances(by, release, codes):
    said = by if release is None else {**by, "release_node": release}
    told = warned(one(MANAGED), one(MANAGED, num_of_nodes=1, scale_in=said), THREE)
    assert list(told) == codes
    assert not codes or "i-3, i-2" in told["ACK2055"]


def test_a_detachment_harms_nothing():
    was = one(MANAGED, attach=[group("i-a")])
    assert warned(was, one(MANAGED, attach=[]), (*THREE, "i-a")) == {}


def test_what_is_blocked_does_no_harm():
    was = one(MANAGED, attach=[group("i-a")], lifecycle={"prevent_destroy": True})
    given = sides([was], {"c": recorded(was)}, [live(was)])
    planned = plan_of(given, mode="destroy")
    assert planned.blocked
    assert planned.diagnostics == ()
