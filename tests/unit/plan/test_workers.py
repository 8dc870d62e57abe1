"""Workers: more, fewer, attached and given up, on clusters of every kind, with the exact calls."""

from __future__ import annotations

from typing import Any

import pytest
from sides import (
    DEDICATED,
    EDGE,
    MANAGED,
    PASSWORD,
    calls,
    change_of,
    ids,
    live,
    nodes,
    one,
    plan_of,
    recorded,
    sides,
)

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.call import Pinned
from ackplan.core.catalog.parameters import Effect
from ackplan.core.work import Detach, ScaleIn, ScaleOut
from ackplan.resources.cluster.compare import needs_nodes

TYPES = {
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
}
SCALE_OUT = {**TYPES, "vswitch_ids": ["vsw-a"], "worker_data_disk": False, "login_password": PASSWORD}
THREE = ("i-1", "i-2", "i-3")
FIVE = (*THREE, "i-4", "i-5")


def group(*instances: str, **more: Any) -> dict[str, Any]:
    return {"instances": list(instances), "key_pair": "k", **more}


def test_more_workers_are_added_by_the_difference():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=5)
    change = change_of(wanted, recorded(was), live(was))
    assert (change.action, change.reason) == (Action.UPDATE, Reason.SPEC_CHANGED)
    assert calls(change.steps) == [("POST", "/api/v2/clusters/id-c", {**SCALE_OUT, "count": 2})]
    (step,) = change.steps
    assert (type(step.work), step.side, step.needs) == (ScaleOut, Side.SPEC, ())
    assert step.size == Pinned(3, 5, 0)
    assert (step.expected_seconds, step.timeout) == (300, 1800)
    assert step.after == recorded(wanted)
    (moved,) = change.parameters
    assert (moved.name, moved.before, moved.after, moved.effect, moved.side) == (
        "num_of_nodes",
        3,
        5,
        Effect.SCALE,
        Side.SPEC,
    )
    assert (change.before["num_of_nodes"], change.after["num_of_nodes"]) == (3, 5)


def test_workers_that_were_lost_are_added_again_as_drift():
    wanted = one(MANAGED)
    change = change_of(wanted, recorded(wanted), live(wanted, size=1))
    assert (change.action, change.reason, change.drifted) == (Action.UPDATE, Reason.DRIFTED, True)
    assert calls(change.steps)[0][2]["count"] == 2
    assert [(p.before, p.after, p.side) for p in change.parameters] == [(1, 3, Side.LIVE)]
    assert (change.before, change.after) == ({**wanted.parameters, "num_of_nodes": 1}, wanted.parameters)
    assert change.steps[0].side is Side.LIVE


def test_an_edit_on_top_of_drift_says_both():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=5)
    change = change_of(wanted, recorded(was), live(was, size=4))
    assert change.reason is Reason.SPEC_AND_DRIFT
    assert calls(change.steps)[0][2]["count"] == 1


def test_an_edit_that_the_live_cluster_already_has_is_recorded():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=5)
    change = change_of(wanted, recorded(was), live(wanted))
    assert (change.action, calls(change.steps)) == (Action.RECORD, [])
    assert change.steps[0].after == recorded(wanted)


# Where a scale-out takes its values from: the spec, under either name of the vswitches, else the live cluster.
SOURCES = [
    ("key pair", MANAGED, {"key_pair": "k", "login_password": None}, {**SCALE_OUT, "key_pair": "k", "login_password": None}),
    ("data disk", MANAGED, {"worker_data_disk": True, "worker_data_disk_size": 40}, {**SCALE_OUT, "worker_data_disk": True}),
    ("tags", MANAGED, {"tags": [{"key": "a", "value": "b"}]}, {**SCALE_OUT, "tags": [{"key": "a", "value": "b"}]}),
    ("dedicated", DEDICATED, {}, {**SCALE_OUT, "vswitch_ids": ["vsw-w"]}),
    ("edge", EDGE, {}, SCALE_OUT),
    ("VPC that was made", MANAGED, {"vpcid": None, "vswitch_ids": None}, {**SCALE_OUT, "vswitch_ids": ["vsw-x", "vsw-y"]}),
    ("nothing that the spec leaves out", MANAGED, {"cloud_monitor_flags": False, "timeout_mins": 9}, SCALE_OUT),
]  # fmt: skip


@pytest.mark.parametrize(("body", "edit", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_a_scale_out_takes_its_parameters_from_the_spec_else_from_the_live_cluster(body, edit, expected):
    was, wanted = one(body, **edit), one(body, **edit, num_of_nodes=4)
    change = change_of(wanted, recorded(was), live(was, attributes={"vswitch_id": "vsw-x, vsw-y"}))
    expected = {name: value for name, value in expected.items() if value is not None}
    assert calls(change.steps) == [("POST", "/api/v2/clusters/id-c", {**expected, "count": 1})]


@pytest.mark.parametrize(("count", "masters"), [(3, {}), (3, {"master_count": 3}), (5, {"master_count": 5})])
def test_masters_of_a_dedicated_cluster_are_not_workers(count, masters):
    was = one(DEDICATED, **masters)
    assert live(was).size == count + 3
    assert change_of(was, recorded(was), live(was)).action is Action.NOOP
    change = change_of(one(DEDICATED, **masters, num_of_nodes=4), recorded(was), live(was))
    (step,) = change.steps
    assert step.size == Pinned(3, 4, count)


FEWER = [
    ("named", {"nodes": ["i-2", "i-1"], "release_node": True}, ["i-2"], {"release_node": True}),
    ("named, kept in the account", {"nodes": ["i-2"], "release_node": False}, ["i-2"], {"release_node": False}),
    ("named, nothing said of the account", {"nodes": ["i-2"]}, ["i-2"], {}),
    ("named, the first that is live", {"nodes": ["i-9", "i-3", "i-1"]}, ["i-3"], {}),
    ("newest", {"strategy": "newest"}, ["i-3"], {}),
    ("oldest", {"strategy": "oldest", "release_node": True}, ["i-1"], {"release_node": True}),
]


@pytest.mark.parametrize(("scale_in", "given_up", "more"), [row[1:] for row in FEWER], ids=[row[0] for row in FEWER])
def test_fewer_workers_give_up_those_that_are_named_or_picked(scale_in, given_up, more):
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=2, scale_in=scale_in)
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE))
    assert (change.action, change.is_blocked) == (Action.UPDATE, False)
    assert calls(change.steps) == [("POST", "/clusters/id-c/nodes", {"nodes": given_up, **more})]
    (step,) = change.steps
    assert (type(step.work), step.size) == (ScaleIn, Pinned(3, 2))
    assert step.instances == tuple(given_up)
    assert (step.timeout, step.after) == (1800, recorded(wanted))


def test_fewer_workers_without_a_word_on_which_are_refused():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=1)
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE))
    (why,) = change.blocked
    assert (why.code, why.parameter, why.span) == ("ACK2005", "num_of_nodes", wanted.span_of("num_of_nodes"))
    assert "the cluster has 3 workers, the spec wants 1: 2 must be removed" in str(why)
    assert "scale_in" in why.cure
    assert change.action is Action.UPDATE
    drift = change_of(was, recorded(was), live(was, size=5), nodes(*FIVE))
    assert [why.code for why in drift.blocked] == ["ACK2005"]


def test_too_few_names_are_refused_and_those_that_hold_are_shown():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=0, scale_in={"nodes": ["i-1", "i-9"]})
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE))
    assert [(why.code, why.parameter) for why in change.blocked] == [("ACK2006", "scale_in")]
    assert "2 more" in str(change.blocked[0])
    assert calls(change.steps) == [("POST", "/clusters/id-c/nodes", {"nodes": ["i-1"]})]


@pytest.mark.parametrize("scale_in", [{"strategy": "newest"}, {"strategy": "oldest"}, {"nodes": ["m-1", "i-a", "i-2"]}])
def test_masters_and_attached_instances_are_never_given_up(scale_in):
    was = one(DEDICATED, num_of_nodes=2, attach=[group("i-a")])
    wanted = one(
        DEDICATED, num_of_nodes=1, attach=[group("i-a")], scale_in=scale_in if "strategy" in scale_in else None
    )
    if "nodes" in scale_in:
        # The reader refuses an attached instance among the names; the planner must not rely on it.
        wanted = one(DEDICATED, num_of_nodes=1, attach=[group("i-a")], scale_in={"nodes": ["i-2"]})
        object.__setattr__(wanted.scale_in, "nodes", tuple(scale_in["nodes"]))
    ages = {"i-1": "2019-09-05", "i-2": "2019-09-05", "i-a": "2019-09-01"}
    shown = nodes("i-1", "i-2", "i-a", masters=["m-1", "m-2", "m-3"], created=ages)
    change = change_of(wanted, recorded(was), live(was), shown)
    ((_, _, body),) = calls(change.steps)
    assert set(body["nodes"]) <= {"i-1", "i-2"}
    assert len(body["nodes"]) == 1


def test_an_instance_more_is_attached_and_nothing_else_happens():
    was = one(MANAGED, attach=[group("i-a")])
    wanted = one(MANAGED, attach=[group("i-a", "i-b", format_disk=False), group("i-c")])
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE, "i-a"))
    assert (change.action, change.reason) == (Action.UPDATE, Reason.SPEC_CHANGED)
    assert calls(change.steps) == [
        ("POST", "/clusters/id-c/attach", {"instances": ["i-b"], "key_pair": "k", "format_disk": False}),
        ("POST", "/clusters/id-c/attach", {"instances": ["i-c"], "key_pair": "k"}),
    ]
    assert [step.instances for step in change.steps] == [("i-b",), ("i-c",)]
    assert [step.after.attached for step in change.steps] == [("i-a", "i-b"), ("i-a", "i-b", "i-c")]
    assert change.steps[1].needs == (change.steps[0].id,)
    assert change.steps[-1].after.own == wanted.own


def test_an_instance_fewer_leaves_the_cluster_and_stays_in_the_account():
    was, wanted = one(MANAGED, attach=[group("i-a", "i-b")]), one(MANAGED, attach=[group("i-b")])
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE, "i-a", "i-b"))
    assert calls(change.steps) == [("POST", "/clusters/id-c/nodes", {"nodes": ["i-a"], "release_node": False})]
    (step,) = change.steps
    assert (type(step.work), step.instances, step.after.attached) == (Detach, ("i-a",), ("i-b",))


def test_an_instance_that_left_by_itself_is_attached_again_as_drift():
    wanted = one(MANAGED, attach=[group("i-a", "i-b")])
    change = change_of(wanted, recorded(wanted), live(wanted, size=4), nodes(*THREE, "i-b"))
    assert (change.action, change.reason) == (Action.UPDATE, Reason.DRIFTED)
    assert calls(change.steps) == [("POST", "/clusters/id-c/attach", {"instances": ["i-a"], "key_pair": "k"})]
    assert change.steps[0].side is Side.LIVE
    assert sorted(change.steps[0].after.attached) == ["i-a", "i-b"]


def test_an_unwanted_instance_that_left_by_itself_needs_no_call():
    was = one(MANAGED, attach=[group("i-a")])
    change = change_of(one(MANAGED), recorded(was), live(was, size=3), nodes(*THREE))
    assert (change.action, calls(change.steps)) == (Action.RECORD, [])
    assert change.steps[0].after.attached == ()


def test_an_instance_that_is_given_back_is_not_given_up_as_well():
    was = one(MANAGED, attach=[group("i-a")])
    wanted = one(MANAGED, num_of_nodes=2, scale_in={"strategy": "oldest"})
    change = change_of(wanted, recorded(was), live(was), nodes("i-a", *THREE))
    assert [body["nodes"] for _, _, body in calls(change.steps)] == [["i-a"], ["i-1"]]


def test_an_instance_that_is_in_the_cluster_already_is_recorded_not_attached():
    was, wanted = one(MANAGED), one(MANAGED, attach=[group("i-a")])
    change = change_of(wanted, recorded(was), live(was, size=4), nodes(*THREE, "i-a"))
    assert (change.action, calls(change.steps)) == (Action.RECORD, [])
    assert change.steps[0].after.attached == ("i-a",)


def test_room_is_made_before_any_is_given_up():
    was = one(MANAGED, attach=[group("i-a")], num_of_nodes=2)
    wanted = one(MANAGED, attach=[group("i-b")], num_of_nodes=3)
    change = change_of(wanted, recorded(was), live(was), nodes("i-1", "i-2", "i-a"))
    assert ids(change.steps) == ["attach:c:1", "scale-out:c", "detach:c"]
    assert [step.needs for step in change.steps] == [(), ("attach:c:1",), ("scale-out:c",)]
    assert [step.size for step in change.steps] == [None, Pinned(4, 5), None]
    entries = [(step.after.attached, step.after.parameters["num_of_nodes"]) for step in change.steps]
    assert entries[0] == (("i-a", "i-b"), 2)
    assert entries[2] == (("i-b",), 3)
    assert change.steps[-1].after == recorded(wanted)


def test_detach_and_scale_in_count_one_after_the_other():
    was = one(MANAGED, attach=[group("i-a")])
    wanted = one(MANAGED, num_of_nodes=1, scale_in={"strategy": "oldest"})
    change = change_of(wanted, recorded(was), live(was), nodes(*THREE, "i-a"))
    assert ids(change.steps) == ["detach:c", "scale-in:c"]
    assert calls(change.steps)[1][2] == {"nodes": ["i-1", "i-2"]}
    assert change.steps[1].size == Pinned(3, 1)


IGNORED = [
    ("number of nodes", {"num_of_nodes": 9}, ["num_of_nodes"], {"size": 7}),
    ("a create parameter", {"snat_entry": False}, ["snat_entry"], {}),
    ("a live difference", {}, ["vpcid"], {"attributes": {"vpc_id": "vpc-z"}}),
    ("a secret", {"login_password": {"env": "OTHER"}}, ["login_password"], {}),
]


@pytest.mark.parametrize(("edit", "ignored", "moved"), [row[1:] for row in IGNORED], ids=[row[0] for row in IGNORED])
def test_ignored_parameters_are_left_alone(edit, ignored, moved):
    lifecycle = {"ignore_changes": ignored}
    was, wanted = one(MANAGED, lifecycle=lifecycle), one(MANAGED, lifecycle=lifecycle, **edit)
    change = change_of(wanted, recorded(was), live(was, **moved))
    assert (change.action, change.parameters) == (Action.NOOP, ())


def test_an_ignored_number_of_nodes_still_lets_instances_be_attached():
    lifecycle = {"ignore_changes": ["num_of_nodes"]}
    was = one(MANAGED, lifecycle=lifecycle)
    wanted = one(MANAGED, lifecycle=lifecycle, attach=[group("i-a")])
    change = change_of(wanted, recorded(was), live(was, size=5), nodes(*FIVE))
    assert calls(change.steps) == [("POST", "/clusters/id-c/attach", {"instances": ["i-a"], "key_pair": "k"})]
    attached = one(MANAGED, lifecycle=lifecycle, attach=[group("i-a")])
    kept = change_of(attached, recorded(attached), live(attached, size=6), nodes(*FIVE, "i-a"))
    assert kept.action is Action.NOOP
    emptied = change_of(attached, recorded(attached), live(attached, size=0), nodes())
    assert [body["instances"] for _, _, body in calls(emptied.steps)] == [["i-a"]]


def test_an_unknown_size_is_taken_from_the_nodes_else_nothing_is_changed():
    was, wanted = one(DEDICATED), one(DEDICATED, num_of_nodes=4)
    counted = change_of(wanted, recorded(was), live(was, size=None), nodes(*THREE, masters=["m-1", "m-2", "m-3"]))
    assert calls(counted.steps)[0][2]["count"] == 1
    blocked = change_of(wanted, recorded(was), live(was, size=None))
    assert [why.code for why in blocked.blocked] == ["ACK2007"]
    assert calls(blocked.steps) == []


# wanted body, record's attached, live size, whether nodes have to be read
NODES_NEEDED = [
    ("settled", {}, (), 3, False),
    ("more", {"num_of_nodes": 5}, (), 3, True),
    ("fewer", {"num_of_nodes": 1}, (), 3, True),
    ("wanted instances", {"attach": [group("i-a")]}, (), 3, True),
    ("recorded instances", {}, ("i-a",), 4, True),
    ("unknown size", {}, (), None, True),
]


@pytest.mark.parametrize(
    ("edit", "attached", "size", "needed"), [row[1:] for row in NODES_NEEDED], ids=[row[0] for row in NODES_NEEDED]
)
def test_nodes_are_read_only_where_they_count(edit, attached, size, needed):
    wanted = one(MANAGED, **edit)
    assert needs_nodes(wanted, recorded(one(MANAGED), attached=attached), live(wanted, size=size)) is needed


def test_two_steps_of_scaling_never_stand_in_one_change():
    wanted = [one(MANAGED, num_of_nodes=n, scale_in={"strategy": "newest"}) for n in range(6)]
    was = one(MANAGED)
    for target in wanted:
        given = sides(
            [target],
            {"c": recorded(was)},
            [live(was)],
            {"id-c": nodes(*THREE)} if len(THREE) > target.parameters["num_of_nodes"] else {},
        )
        kinds = [type(step.work) for step in plan_of(given).steps]
        assert len({ScaleIn, ScaleOut} & set(kinds)) <= 1


@pytest.mark.parametrize(("said", "sent"), [("true", True), ("false", False), (True, True)])
def test_a_scale_out_says_by_a_truth_what_the_spec_may_say_by_text(said, sent):
    was, wanted = one(MANAGED, worker_data_disk=said), one(MANAGED, worker_data_disk=said, num_of_nodes=4)
    (step,) = change_of(wanted, recorded(was), live(was)).steps
    assert step.call.body["worker_data_disk"] is sent


def test_data_disks_by_text_are_those_by_truth():
    was = one(MANAGED, worker_data_disk=True)
    assert change_of(one(MANAGED, worker_data_disk="true"), recorded(was), live(was)).action is Action.NOOP
