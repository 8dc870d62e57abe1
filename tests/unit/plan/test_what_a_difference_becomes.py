"""The contract's table 'what a difference becomes', row by row, each with its exact calls and record entries."""

from __future__ import annotations

import dataclasses

import pytest
from sides import (
    DEDICATED,
    EDGE,
    MANAGED,
    PASSWORD,
    SERVERLESS,
    calls,
    change_of,
    ids,
    live,
    nodes,
    one,
    plan_of,
    recorded,
    settled,
    sides,
    want,
)

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster
from ackplan.core.call import Pinned
from ackplan.core.catalog.parameters import Effect
from ackplan.core.values import ABSENT
from ackplan.core.work import AwaitReady, Delete, Forget, WriteRecord

KINDS = {"managed": MANAGED, "dedicated": DEDICATED, "edge": EDGE, "serverless": SERVERLESS}
GROUP = {"instances": ["i-a", "i-b"], "password": PASSWORD, "format_disk": False}
SECONDS = {"managed": 600, "dedicated": 900, "edge": 480, "serverless": 180}


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_spec_and_nowhere_else_is_created(kind):
    wanted = one(KINDS[kind])
    change = change_of(wanted, None, None)
    assert (change.action, change.reason, change.is_blocked) == (Action.CREATE, Reason.NEW, False)
    body = {**KINDS[kind], "name": "c", "region_id": "cn-beijing"}
    assert calls(change.steps) == [("POST", "/clusters", body)]
    (step,) = change.steps
    assert (step.id, step.side, step.expected_seconds, step.timeout) == ("create:c", Side.SPEC, SECONDS[kind], 3600)
    assert step.call is not None
    assert step.call.region == "cn-beijing"
    assert step.after == recorded(wanted, cluster_id="")
    assert {p.name for p in change.parameters} == set(body)
    assert all(p.before is ABSENT and p.after == body[p.name] for p in change.parameters)
    assert [p.name for p in change.parameters if p.secret] == ([] if kind == "serverless" else ["login_password"])
    assert (change.before, change.after) == (None, body)


@pytest.mark.parametrize(
    ("minutes", "said", "seconds"),
    [(180, None, 10_800), (60, None, 3600), (10, None, 3600), (180, "2h", 7200), (180, "5h", 18_000)],
)
@pytest.mark.parametrize("kind", [MANAGED, DEDICATED, EDGE])
def test_a_creation_is_waited_for_as_long_as_the_api_may_take(kind, minutes, said, seconds):
    own = {"timeouts": {"create": said, "delete": "1m"}} if said else {}
    wanted = one(kind, timeout_mins=minutes, **own)
    assert [step.timeout for step in change_of(wanted, None, None).steps] == [seconds]
    unfinished = change_of(wanted, recorded(wanted, created=False), live(wanted))
    assert [step.timeout for step in unfinished.steps if isinstance(step.work, AwaitReady)] == [seconds]
    assert wanted.timeouts["create"] == seconds
    assert wanted.timeouts["scale"] == 1800


def test_a_new_cluster_gets_its_instances_after_it_stands():
    wanted = one(MANAGED, attach=[GROUP, {"instances": ["i-c"], "key_pair": "k"}], timeouts={"attach": "90s"})
    change = change_of(wanted, None, None)
    assert ids(change.steps) == ["create:c", "attach:c:1", "attach:c:2"]
    assert [step.needs for step in change.steps] == [(), ("create:c",), ("attach:c:1",)]
    assert calls(change.steps)[1:] == [
        ("POST", "/clusters/{id}/attach", {"instances": ["i-a", "i-b"], "password": PASSWORD, "format_disk": False}),
        ("POST", "/clusters/{id}/attach", {"instances": ["i-c"], "key_pair": "k"}),
    ]
    attached = [step.after.attached for step in change.steps if step.after]
    assert attached == [(), ("i-a", "i-b"), ("i-a", "i-b", "i-c")]
    assert [step.timeout for step in change.steps] == [3600, 90, 90]
    assert "attach" not in calls(change.steps)[0][2]


@pytest.mark.parametrize("kind", KINDS)
def test_settled_everywhere_is_nothing_to_do(kind):
    wanted = one(KINDS[kind])
    change = change_of(wanted, recorded(wanted), live(wanted))
    assert (change.action, change.reason, change.steps, change.parameters) == (Action.NOOP, Reason.UNCHANGED, (), ())


def test_an_empty_plan_says_so():
    wanted = want(a=MANAGED, b=SERVERLESS)
    plan = plan_of(sides(wanted.values(), *settled(*wanted.values())))
    assert plan.empty
    assert plan.applicable
    assert plan.acting == ()


def test_live_but_not_recorded_is_an_error_that_offers_adoption():
    wanted = one(MANAGED)
    change = change_of(wanted, None, live(wanted))
    assert (change.action, change.reason, change.steps) == (Action.NOOP, Reason.NOT_RECORDED, ())
    (why,) = change.blocked
    assert why.code == "ACK2001"
    assert why.span == wanted.span
    for text in ("id-c", "running", "cn-beijing", "--adopt c", "adopt: true", "ackplan import c"):
        assert text in str(why)


def test_recorded_and_no_longer_in_the_spec_is_deleted():
    was = one(MANAGED, timeouts={"delete": "45m"})
    change = change_of(None, recorded(was), live(was))
    assert (change.action, change.reason) == (Action.DELETE, Reason.NOT_IN_SPEC)
    assert calls(change.steps) == [("DELETE", "/clusters/id-c", None)]
    (step,) = change.steps
    assert (type(step.work), step.after, step.timeout, step.cluster_id) == (Delete, None, 2700, "id-c")
    assert (change.before, change.after) == (was.parameters, None)


def test_recorded_and_gone_is_created_again_and_marked_as_drift():
    wanted = one(MANAGED)
    change = change_of(wanted, recorded(wanted), None)
    assert (change.action, change.reason, change.drifted) == (Action.CREATE, Reason.VANISHED, True)
    assert [step.side for step in change.steps] == [Side.LIVE]
    assert calls(change.steps)[0][:2] == ("POST", "/clusters")
    same = change_of(wanted, recorded(wanted), live(wanted, state="deleted"))
    assert dataclasses.replace(same, live_state="") == change


@pytest.mark.parametrize("gone", [None, "deleted"])
def test_recorded_gone_and_not_wanted_is_forgotten_without_a_call(gone):
    was = one(MANAGED, lifecycle={"prevent_destroy": True})
    change = change_of(None, recorded(was), live(was, state="deleted") if gone else None)
    assert (change.action, change.reason, change.is_blocked) == (Action.FORGET, Reason.GONE, False)
    assert [(type(step.work), step.call, step.after) for step in change.steps] == [(Forget, None, None)]


def test_live_alone_is_left_alone_and_counted():
    other, swarm = one(MANAGED, "other"), Cluster("id-s", "s", "running", "cn-beijing", 3, "aliyun")
    gone, unknown = live(one(MANAGED, "gone"), state="deleted"), Cluster("id-u", "u", "running", "cn-a", 3, None)
    ours = {other.name: [live(other)], "u": [unknown], "both": [live(other), unknown]}
    for found in ours.values():
        plan = plan_of(sides([], {}, [*found, swarm, gone]))
        assert plan.empty
        assert plan.unmanaged == len(found)
    taken = plan_of(sides([other], {}, [live(other)]))
    assert taken.unmanaged == 0


@pytest.mark.parametrize("mode", ["normal", "destroy", "refresh-only"])
@pytest.mark.parametrize("wanted", [True, False])
def test_of_two_ids_the_wrong_way_round_nothing_is_forgotten_once_one_is_gone(wanted, mode):
    one_, other = one(MANAGED, "one"), one(MANAGED, "other")
    entries = {"one": recorded(other), "other": recorded(one_)}
    plan = plan_of(sides([one_, other] if wanted else [], entries, [live(one_)]), mode=mode)
    for change in plan.changes:
        assert (change.action, change.reason, change.steps) == (Action.NOOP, Reason.MISTAKEN, ())
        assert [why.code for why in change.blocked] == ["ACK2023"]
    assert "recorded as other" in plan.changes[0].blocked[0].detail


def test_a_cluster_that_is_recorded_under_another_name_is_not_adopted():
    entries = {"old": recorded(one(MANAGED, "old"))}
    store = one(MANAGED, "store")
    seen = dataclasses.replace(live(store), cluster_id=entries["old"].cluster_id)
    plan = plan_of(sides([store], entries, [seen]), adopt=frozenset({"store"}))
    assert {change.reason for change in plan.changes} == {Reason.MISTAKEN}
    assert all("ackplan state mv old store" in change.blocked[0].cure for change in plan.changes)


@pytest.mark.parametrize("moved", [{"name": "renamed"}, {"region_id": "us-west-1"}])
@pytest.mark.parametrize("wanted", [True, False])
def test_a_live_cluster_of_the_recorded_id_under_another_name_or_region_is_not_touched(moved, wanted):
    was = one(MANAGED)
    change = change_of(dataclasses.replace(was) if wanted else None, recorded(was), live(was, **moved))
    assert (change.action, change.reason, change.steps) == (Action.NOOP, Reason.MISTAKEN, ())
    (why,) = change.blocked
    assert why.code == "ACK2023"
    assert next(iter(moved.values())) in str(why)


def test_another_cluster_under_a_recorded_name_is_not_taken_for_it():
    wanted = one(MANAGED)
    change = change_of(wanted, recorded(wanted), live(wanted, cluster_id="id-other"))
    assert change.action is Action.NOOP
    (why,) = change.blocked
    assert why.code == "ACK2001"
    assert "id-c is gone" in str(why)
    forgotten = change_of(None, recorded(wanted), live(wanted, cluster_id="id-other"))
    assert (forgotten.action, calls(forgotten.steps)) == (Action.FORGET, [])


def test_a_name_that_was_taken_again_after_a_delete_is_not_taken_for_the_recorded_one():
    wanted = one(MANAGED)
    there = [live(wanted, state="deleted"), live(wanted, cluster_id="id-other")]
    (change,) = plan_of(sides([wanted], {"c": recorded(wanted)}, there)).changes
    assert (change.action, [why.code for why in change.blocked]) == (Action.NOOP, ["ACK2001"])


def test_a_change_keeps_what_was_seen_of_the_live_cluster():
    was = one(DEDICATED, master_count=5)
    given = sides([], {"c": recorded(was)}, [live(was, attributes={"certificate": "x", "vswitch_id": "vsw-a"})])
    (change,) = plan_of(given).changes
    assert change.live is not None
    seen = change.live.facts
    assert (seen["cluster_id"], seen["size"], seen["state"]) == ("id-c", 8, "running")
    assert (seen["vpc_id"], seen["vswitch_id"], seen["master_count"]) == ("vpc-a", "vsw-a", 5)
    assert "certificate" not in seen
    assert change_of(was, recorded(was), live(was)).live is None
    deleted = change_of(None, recorded(was), live(was, size=None))
    assert deleted.live is not None
    assert "size" not in deleted.live.facts


RECORDED_ONLY = [
    ("timeout_mins", {"timeout_mins": 90}, {"timeout_mins": 120}),
    ("timeout_mins from its default", {}, {"timeout_mins": 90}),
    ("disable_rollback", {}, {"disable_rollback": False}),
    ("a secret", {}, {"login_password": {"file": "secrets/node"}}),
    ("another variable", {}, {"login_password": {"env": "OTHER"}}),
    ("depends_on", {}, {"depends_on": []}),
    ("lifecycle", {}, {"lifecycle": {"prevent_destroy": True}}),
    ("lifecycle taken back", {"lifecycle": {"prevent_destroy": True}}, {"lifecycle": {"prevent_destroy": False}}),
    ("timeouts", {}, {"timeouts": {"create": "2h"}}),
    ("scale_in", {}, {"scale_in": {"strategy": "newest"}}),
]


@pytest.mark.parametrize(("before", "after"), [row[1:] for row in RECORDED_ONLY], ids=[row[0] for row in RECORDED_ONLY])
def test_what_only_steers_ackplan_or_the_create_call_is_recorded_without_a_call(before, after):
    was, wanted = one(MANAGED, **before), one(MANAGED, **after)
    change = change_of(wanted, recorded(was), live(was))
    assert (change.action, change.reason, change.is_blocked) == (Action.RECORD, Reason.SPEC_CHANGED, False)
    assert [(type(step.work), step.call) for step in change.steps] == [(WriteRecord, None)]
    assert change.steps[0].after == recorded(wanted)
    assert {p.name for p in change.parameters} == set(after) | set(before)
    assert set(change.before) <= set(was.parameters) | set(wanted.parameters)
    assert {(p.effect, p.side) for p in change.parameters} == {(Effect.RECORDED, Side.SPEC)}


REPLACING = [
    ("text", MANAGED, {"worker_system_disk_category": "cloud_ssd"}, "cloud_efficiency", "cloud_ssd"),
    ("number", MANAGED, {"worker_system_disk_size": 200}, 120, 200),
    ("truth", MANAGED, {"snat_entry": False}, True, False),
    ("list", MANAGED, {"vswitch_ids": ["vsw-a", "vsw-b"]}, ["vsw-a"], ["vsw-a", "vsw-b"]),
    ("order of a list", MANAGED, {"worker_instance_types": ["ecs.c5.xlarge", "ecs.hfc5.xlarge"]}, ["ecs.hfc5.xlarge"], ["ecs.c5.xlarge", "ecs.hfc5.xlarge"]),
    ("absent to false", MANAGED, {"endpoint_public_access": False}, True, False),
    ("absent to a value", MANAGED, {"kubernetes_version": "1.14"}, ABSENT, "1.14"),
    ("masters", DEDICATED, {"master_count": 5}, 3, 5),
    ("region", SERVERLESS, {"region_id": "cn-hangzhou"}, "cn-beijing", "cn-hangzhou"),
    ("VPC", SERVERLESS, {"vpc_id": "vpc-b"}, "vpc-a", "vpc-b"),
    ("NAT", SERVERLESS, {"nat_gateway": True}, ABSENT, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "edit", "before", "after"), [row[1:] for row in REPLACING], ids=[row[0] for row in REPLACING]
)
def test_any_other_create_parameter_replaces_and_is_refused_without_consent(body, edit, before, after):
    was, wanted = one(body), one(body, **edit)
    change = change_of(wanted, recorded(was), live(was))
    assert (change.action, change.reason) == (Action.REPLACE, Reason.CANNOT_UPDATE)
    ((name, _),) = edit.items()
    (moved,) = change.parameters
    assert (moved.name, moved.before, moved.after, moved.effect, moved.side) == (
        name,
        before,
        after,
        Effect.REPLACE,
        Side.SPEC,
    )
    (why,) = change.blocked
    assert (why.code, why.cluster, why.parameter, why.span) == ("ACK2003", "c", name, wanted.span_of(name))
    assert "--replace c" in str(why)
    assert [call[:2] for call in calls(change.steps)] == [("DELETE", "/clusters/id-c"), ("POST", "/clusters")]
    assert calls(change.steps)[1][2] == wanted.parameters


def test_every_parameter_that_replaces_is_named():
    was, wanted = one(MANAGED), one(MANAGED, snat_entry=False, worker_system_disk_size=200, num_of_nodes=4)
    change = change_of(wanted, recorded(was), live(was))
    assert [why.parameter for why in change.blocked] == ["snat_entry", "worker_system_disk_size"]
    assert {p.name for p in change.parameters} == {"snat_entry", "worker_system_disk_size", "num_of_nodes"}


def test_a_replace_deletes_then_creates_with_the_instances():
    was = one(MANAGED, attach=[GROUP], timeouts={"delete": "10m"})
    wanted = one(MANAGED, attach=[GROUP], timeouts={"delete": "10m"}, snat_entry=False, lifecycle={"replace": "allow"})
    change = change_of(wanted, recorded(was), live(was), nodes("i-1", "i-2", "i-3", "i-a", "i-b"))
    assert (change.action, change.is_blocked) == (Action.REPLACE, False)
    assert ids(change.steps) == ["delete:c", "create:c", "attach:c:1"]
    assert [step.needs for step in change.steps] == [(), ("delete:c",), ("create:c",)]
    assert [step.after is None for step in change.steps] == [True, False, False]
    assert [step.cluster_id for step in change.steps] == ["id-c", "", ""]
    assert change.steps[0].timeout == 600
    assert change.steps[-1].after == recorded(wanted, cluster_id="")


def test_consent_by_flag_replaces_and_a_replacement_may_be_asked_for():
    was, wanted = one(MANAGED), one(MANAGED, snat_entry=False)
    consent = change_of(wanted, recorded(was), live(was), replace=frozenset({"c"}))
    assert (consent.action, consent.reason, consent.is_blocked) == (Action.REPLACE, Reason.REQUESTED, False)
    asked = change_of(was, recorded(was), live(was), replace=frozenset({"c"}))
    assert (asked.action, asked.reason, asked.parameters) == (Action.REPLACE, Reason.REQUESTED, ())
    other = change_of(was, recorded(was), live(was), replace=frozenset({"c", "d"}))
    assert other.action is Action.REPLACE


def test_a_failed_creation_is_replaced_without_consent_even_when_protected():
    wanted = one(MANAGED, lifecycle={"prevent_destroy": True})
    change = change_of(wanted, recorded(wanted, created=False), live(wanted, state="failed", size=0))
    assert (change.action, change.reason, change.is_blocked) == (Action.REPLACE, Reason.CREATE_FAILED, False)
    assert {step.side for step in change.steps} == {Side.LIVE}
    assert ids(change.steps) == ["delete:c", "create:c"]


def test_a_creation_begun_earlier_is_seen_to_its_end():
    wanted = one(MANAGED)
    change = change_of(wanted, recorded(wanted, created=False), live(wanted, state="initial", size=0))
    assert (change.action, change.reason) == (Action.RECORD, Reason.UNFINISHED)
    (step,) = change.steps
    assert (type(step.work), step.call, step.cluster_id, step.timeout) == (AwaitReady, None, "id-c", 3600)
    assert step.after == recorded(wanted)


def test_a_creation_begun_earlier_goes_on_to_what_is_wanted_by_now():
    asked = one(MANAGED, num_of_nodes=2)
    wanted = one(MANAGED, num_of_nodes=3, attach=[{"instances": ["i-a"], "key_pair": "k"}])
    unfinished = recorded(asked, created=False)
    change = change_of(wanted, unfinished, live(asked, state="initial", size=0), nodes())
    assert (change.action, change.reason) == (Action.UPDATE, Reason.UNFINISHED)
    assert ids(change.steps) == ["await-ready:c", "attach:c:1", "scale-out:c"]
    assert calls(change.steps)[1][2]["count"] == 1
    assert change.steps[2].size == Pinned(3, 4)
    assert change.steps[2].after == recorded(wanted)


def test_a_creation_begun_earlier_that_stands_goes_on_with_its_instances():
    wanted = one(MANAGED, attach=[GROUP])
    entry = recorded(wanted, created=False, attached=())
    change = change_of(wanted, entry, live(wanted, size=3), nodes("i-1", "i-2", "i-3"))
    assert ids(change.steps) == ["await-ready:c", "attach:c:1"]
    assert change.steps[-1].after == recorded(wanted)
    assert change.steps[0].after.created is True


@pytest.mark.parametrize("unwanted", [True, False])
def test_a_cluster_that_is_being_deleted_is_waited_for(unwanted):
    was = one(MANAGED)
    leaving = live(was, state="deleting")
    change = change_of(None if unwanted else was, recorded(was), leaving)
    assert ids(change.steps) == (["await-gone:c"] if unwanted else ["await-gone:c", "create:c"])
    assert [method for method, _, _ in calls(change.steps)] == ([] if unwanted else ["POST"])
    assert change.action is (Action.DELETE if unwanted else Action.CREATE)


def test_a_name_on_its_way_out_is_waited_for_before_it_is_taken_again():
    wanted = one(MANAGED)
    change = change_of(wanted, None, live(wanted, cluster_id="id-old", state="deleting"))
    assert (change.action, change.reason, change.is_blocked) == (Action.CREATE, Reason.NEW, False)
    assert [(step.id, step.cluster_id, step.needs) for step in change.steps] == [
        ("await-gone:c", "id-old", ()),
        ("create:c", "", ("await-gone:c",)),
    ]
    assert change.notes


@pytest.mark.parametrize(
    "state", ["updating", "scaling", "upgrading", "removing", "draining", "waiting", "brand-new-state"]
)
def test_a_busy_cluster_is_planned_and_noted(state):
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=5)
    change = change_of(wanted, recorded(was), live(was, state=state))
    assert (change.action, ids(change.steps), change.live_state) == (Action.UPDATE, ["scale-out:c"], state)
    assert state in change.notes[0]


@pytest.mark.parametrize("state", ["inactive", "unavailable", "disconnected", "delete_failed", "failed"])
def test_an_unwell_cluster_that_was_complete_is_kept_and_noted(state):
    wanted = one(MANAGED)
    change = change_of(wanted, recorded(wanted), live(wanted, state=state))
    assert (change.action, change.steps) == (Action.NOOP, ())
    assert state in change.notes[0]


def test_a_name_that_another_product_has_can_not_be_taken():
    wanted = one(MANAGED, lifecycle={"adopt": True})
    change = change_of(wanted, None, live(wanted, cluster_type="aliyun"), adopt=frozenset({"c"}))
    assert (change.action, [why.code for why in change.blocked]) == (Action.NOOP, ["ACK2002"])
    assert change.steps == ()
