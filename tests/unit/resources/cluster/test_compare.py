"""Parameter by parameter: which values are the same, which differ, which side moved, and what is never looked at."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ackplan.core import catalog
from ackplan.core.actions import Side
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Span
from ackplan.core.values import ABSENT
from ackplan.record import RecordedCluster
from ackplan.resources.cluster.compare import compare
from ackplan.resources.workers import choose, compare_workers
from ackplan.spec.desired import AttachGroup, Lifecycle, ScaleInChoice, Wanted

CONSTANTS = {kind.name: dict(kind.constants) for kind in catalog.DEFAULT.kinds}


def wanted(kind: str = "managed", *, own: dict[str, Any] | None = None, **parameters: Any) -> Wanted:
    if kind != "serverless":
        parameters.setdefault("num_of_nodes", 0)
    lifecycle = Lifecycle(ignore_changes=frozenset((own or {}).get("lifecycle", {}).get("ignore_changes", ())))
    return Wanted(
        "c",
        catalog.DEFAULT.kind(kind),
        {**CONSTANTS[kind], **parameters},
        own or {},
        {},
        {"": Span("f", 1, 1)},
        lifecycle=lifecycle,
    )


def recorded(kind: str = "managed", *, own: dict[str, Any] | None = None, **parameters: Any) -> RecordedCluster:
    if kind != "serverless":
        parameters.setdefault("num_of_nodes", 0)
    return RecordedCluster("id", catalog.DEFAULT.kind(kind), {**CONSTANTS[kind], **parameters}, own or {})


def live(kind: str = "managed", size: int | None = 0, **attributes: Any) -> Cluster:
    size = size if size is None or kind != "dedicated" else size + 3
    return Cluster("id", "c", "running", "cn-a", size, CONSTANTS[kind]["cluster_type"], attributes)


# kind, parameter, applied value, wanted value: the same to the API, so that nothing is to be done.
SAME = [
    ("equal", "managed", "snat_entry", True, True),
    ("the default written down", "managed", "proxy_mode", ABSENT, "iptables"),
    ("a default that is true", "managed", "endpoint_public_access", ABSENT, True),
    ("a default that is false", "dedicated", "master_data_disk", ABSENT, False),
    ("a default number", "dedicated", "master_count", ABSENT, 3),
    ("a default that only steers", "managed", "timeout_mins", ABSENT, 60),
    ("number and text", "managed", "worker_data_disk_size", 100, "100"),
    ("text and number", "managed", "worker_data_disk_size", "100", 100),
    ("text with zeros", "managed", "worker_data_disk_size", "0100", 100),
    ("truth and text", "serverless", "nat_gateway", True, "true"),
    ("text and truth", "serverless", "private_zone", "false", False),
    ("tags in another order", "managed", "tags", [{"key": "a"}, {"key": "b"}], [{"key": "b"}, {"key": "a"}]),
    ("keys of a tag in another order", "managed", "tags", [{"key": "a", "value": "1"}], [{"value": "1", "key": "a"}]),
    ("keys of tags in another order", "managed", "tags", [{"key": "b", "value": "1"}, {"key": "a", "value": "1"}], [{"value": "1", "key": "a"}, {"value": "1", "key": "b"}]),
    ("empty lists", "managed", "addons", [], []),
    ("no list and an empty one", "managed", "addons", ABSENT, []),
    ("no tags and empty ones", "managed", "tags", ABSENT, []),
    ("no truth and false", "managed", "cloud_monitor_flags", ABSENT, False),
    ("no truth and false as text", "serverless", "private_zone", ABSENT, "false"),
    ("vswitches in another order", "managed", "vswitch_ids", ["vsw-a", "vsw-b"], ["vsw-b", "vsw-a"]),
    ("vswitches of an edge cluster", "edge", "vswitch_ids", ["vsw-a", "vsw-b"], ["vsw-b", "vsw-a"]),
    ("a vswitch twice", "managed", "vswitch_ids", ["vsw-a", "vsw-b"], ["vsw-b", "vsw-a", "vsw-b"]),
    ("vswitches of workers", "dedicated", "worker_vswitch_ids", ["vsw-a", "vsw-b"], ["vsw-b", "vsw-a"]),
    ("vswitches of masters", "dedicated", "master_vswitch_ids", ["vsw-a", "vsw-a", "vsw-b"], ["vsw-a", "vsw-b", "vsw-a"]),
    ("addons in another order", "managed", "addons", [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
    ("an addon whose version is empty", "managed", "addons", [{"name": "a"}], [{"name": "a", "version": "", "config": ""}]),
    ("a tag whose value is empty", "managed", "tags", [{"key": "a"}], [{"key": "a", "value": ""}]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "before", "after"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_the_same_value_in_another_form_is_no_change(kind, name, before, after):
    was = {} if before is ABSENT else {name: before}
    difference = compare(wanted(kind, **{name: after}), recorded(kind, **was), live(kind), None)
    assert difference.empty
    assert difference.changes == ()


# kind, parameter, applied value, wanted value, effect: none of these pairs may be taken for the same.
DIFFERENT = [
    ("absent and true", "managed", "cloud_monitor_flags", ABSENT, True, Effect.REPLACE),
    ("full and empty", "managed", "tags", [{"key": "a"}], [], Effect.REPLACE),
    ("empty and not", "managed", "tags", [], [{"key": "a"}], Effect.REPLACE),
    ("false and true", "managed", "snat_entry", False, True, Effect.REPLACE),
    ("true and false", "managed", "endpoint_public_access", True, False, Effect.REPLACE),
    ("order of instance types", "managed", "worker_instance_types", ["ecs.a.b", "ecs.c.d"], ["ecs.c.d", "ecs.a.b"], Effect.REPLACE),
    ("order of the masters' instance types", "dedicated", "master_instance_types", ["ecs.a.b", "ecs.c.d"], ["ecs.c.d", "ecs.a.b"], Effect.REPLACE),
    ("a vswitch more", "managed", "vswitch_ids", ["vsw-a"], ["vsw-a", "vsw-b"], Effect.REPLACE),
    ("masters spread in another way", "dedicated", "master_vswitch_ids", ["vsw-a", "vsw-a", "vsw-b"], ["vsw-a", "vsw-b", "vsw-b"], Effect.REPLACE),
    ("a tag's value", "managed", "tags", [{"key": "a", "value": "1"}], [{"key": "a"}], Effect.REPLACE),
    ("text that is no number", "managed", "node_cidr_mask", "25", "025", Effect.REPLACE),
    ("a secret from elsewhere", "managed", "login_password", {"env": "A"}, {"env": "B"}, Effect.RECORDED),
    ("only steers", "managed", "disable_rollback", True, False, Effect.RECORDED),
    ("an addon's version", "managed", "addons", [{"name": "flannel"}], [{"name": "flannel", "version": "1"}], Effect.REPLACE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "before", "after", "effect"), [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT]
)
def test_values_that_mean_something_else_differ(kind, name, before, after, effect):
    was = {} if before is ABSENT else {name: before}
    (change,) = compare(wanted(kind, **{name: after}), recorded(kind, **was), live(kind), None).changes
    assert (change.name, change.before, change.after) == (name, before, after)
    assert (change.effect, change.side, change.secret) == (effect, Side.SPEC, name == "login_password")


def test_what_was_left_to_the_default_is_shown_as_the_default():
    (change,) = compare(wanted(proxy_mode="ipvs"), recorded(), live(), None).changes
    assert (change.before, change.after, change.effect) == ("iptables", "ipvs", Effect.REPLACE)


def test_a_parameter_that_the_spec_does_not_set_is_never_looked_at():
    was = recorded(vpcid="vpc-a", snat_entry=True, tags=[{"key": "a"}], login_password={"env": "A"})
    there = live(vpc_id="vpc-z", region_id="cn-z", snat_entry=False, tags=[])
    assert compare(wanted(), was, there, None).empty


# live attribute, recorded, live and wanted value, expected (before, side) or None
SIDES = [
    ("nothing moved", "vpc-a", "vpc-a", "vpc-a", None),
    ("live does not say", "vpc-a", None, "vpc-a", None),
    ("live says nothing", "vpc-a", "", "vpc-a", None),
    ("live moved", "vpc-a", "vpc-z", "vpc-a", ("vpc-z", Side.LIVE)),
    ("spec moved", "vpc-a", "vpc-a", "vpc-b", ("vpc-a", Side.SPEC)),
    ("spec moved, live does not say", "vpc-a", None, "vpc-b", ("vpc-a", Side.SPEC)),
    ("both moved apart", "vpc-a", "vpc-z", "vpc-b", ("vpc-z", Side.SPEC)),
    ("never recorded, live has another", ABSENT, "vpc-z", "vpc-b", ("vpc-z", Side.SPEC)),
]


@pytest.mark.parametrize(
    ("known", "shown", "value", "expected"), [row[1:] for row in SIDES], ids=[row[0] for row in SIDES]
)
def test_the_side_that_moved_is_named(known, shown, value, expected):
    was = recorded(**({} if known is ABSENT else {"vpcid": known}))
    there = live(**({} if shown is None else {"vpc_id": shown}))
    changes = compare(wanted(vpcid=value), was, there, None).changes
    assert [(c.before, c.side, c.effect) for c in changes] == (
        [] if expected is None else [(*expected, Effect.REPLACE)]
    )


def test_a_spec_that_follows_the_live_cluster_is_only_recorded():
    (change,) = compare(wanted(vpcid="vpc-z"), recorded(vpcid="vpc-a"), live(vpc_id="vpc-z"), None).changes
    assert (change.before, change.after, change.effect) == ("vpc-a", "vpc-z", Effect.RECORDED)


def test_what_an_imported_record_does_not_know_is_taken_from_the_spec():
    was = dataclasses.replace(recorded(), partial=True)
    changes = compare(wanted(snat_entry=False, proxy_mode="ipvs"), was, live(), None).changes
    assert {(c.name, c.before, c.effect) for c in changes} == {
        ("snat_entry", ABSENT, Effect.RECORDED),
        ("proxy_mode", ABSENT, Effect.RECORDED),
    }
    shown = compare(wanted(vpcid="vpc-a"), was, live(vpc_id="vpc-z"), None)
    assert [c.name for c in shown.replacing] == ["vpcid"]


def test_ignored_parameters_are_not_compared_and_others_are():
    ignoring = {"lifecycle": {"ignore_changes": ["snat_entry"]}}
    difference = compare(
        wanted(own=ignoring, snat_entry=True, cloud_monitor_flags=True),
        recorded(own=ignoring, snat_entry=False, cloud_monitor_flags=False),
        live(),
        None,
    )
    assert [change.name for change in difference.changes] == ["cloud_monitor_flags"]


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {"depends_on": []}), ({"scale_in": {"strategy": "newest"}}, {}), ({"extends": "a"}, {"extends": "b"})],
)
def test_own_keys_are_recorded_and_never_called(before, after):
    (change,) = compare(wanted(own=after), recorded(own=before), live(), None).changes
    ((name, _),) = (before | after).items()
    assert (change.name, change.effect, change.side) == (name, Effect.RECORDED, Side.SPEC)
    assert (change.before, change.after) == (before.get(name, ABSENT), after.get(name, ABSENT))


def test_a_serverless_cluster_has_no_workers_to_compare():
    difference = compare(wanted("serverless"), recorded("serverless"), live("serverless", size=7), None)
    assert (difference.workers, difference.empty) == (None, True)


# id, wanted count, wanted instances, recorded instances, live workers, nodes (None: not read): delta, attach, detach, returned, joined
WORKERS = [
    ("settled", 3, "", "", 3, None, (0, "", "", "", "")),
    ("more", 5, "", "", 3, None, (2, "", "", "", "")),
    ("fewer", 1, "", "", 3, "123", (-2, "", "", "", "")),
    ("none at all", 0, "", "", 0, None, (0, "", "", "", "")),
    ("size unknown", 3, "", "", None, None, (0, "", "", "", "")),
    ("attach", 3, "ab", "", 3, "123", (0, "ab", "", "", "")),
    ("attach and grow", 4, "a", "", 3, "123", (1, "a", "", "", "")),
    ("detach", 3, "", "a", 4, "123a", (0, "", "a", "", "")),
    ("swap", 3, "b", "a", 4, "123a", (0, "b", "a", "", "")),
    ("left by itself", 3, "a", "a", 3, "123", (0, "a", "", "a", "")),
    ("left by itself, a worker came", 3, "a", "a", 4, "1234", (-1, "a", "", "a", "")),
    ("unwanted and gone", 3, "", "a", 3, "123", (0, "", "", "a", "")),
    ("joined by itself", 3, "a", "", 4, "123a", (0, "", "", "", "a")),
    ("a worker becomes an attached one", 3, "1", "", 3, "123", (1, "", "", "", "1")),
    ("nodes not read", 3, "a", "a", 4, None, (0, "", "", "", "")),
]


@pytest.mark.parametrize(
    ("count", "instances", "known", "size", "nodes", "expected"),
    [row[1:] for row in WORKERS],
    ids=[row[0] for row in WORKERS],
)
def test_workers_are_counted_apart_from_attached_instances(count, instances, known, size, nodes, expected):
    group = AttachGroup(tuple(f"i-{x}" for x in instances), {})
    spec = dataclasses.replace(wanted(num_of_nodes=count), attach=(group,))
    was = dataclasses.replace(recorded(), attached=tuple(f"i-{x}" for x in known))
    shown = None if nodes is None else [Node(f"i-{x}", x, "Worker", "running", "") for x in nodes]
    found = compare_workers(spec, count, was, size, shown)
    lists = tuple(
        "".join(i.removeprefix("i-") for i in part)
        for part in (found.attach, found.detach, found.returned, found.joined)
    )
    assert (found.delta, *lists) == expected
    assert (found.wanted, found.live) == (count + len(instances), size)


CHOICES = [
    ("named, in their order", ScaleInChoice(("i-3", "i-1"), None, None), 2, ["i-3", "i-1"]),
    ("no more than needed", ScaleInChoice(("i-3", "i-1"), None, None), 1, ["i-3"]),
    ("no master, none kept, none unknown", ScaleInChoice(("i-m", "i-k", "i-9", "i-2"), None, None), 3, ["i-2"]),
    ("newest", ScaleInChoice(None, "newest", None), 2, ["i-3", "i-2"]),
    ("oldest", ScaleInChoice(None, "oldest", None), 2, ["i-1", "i-2"]),
    ("all there are", ScaleInChoice(None, "oldest", None), 9, ["i-1", "i-2", "i-3"]),
    ("none", ScaleInChoice(None, "oldest", None), 0, []),
]


@pytest.mark.parametrize(
    ("scale_in", "need", "expected"), [row[1:] for row in CHOICES], ids=[row[0] for row in CHOICES]
)
def test_the_chosen_workers(scale_in, need, expected):
    nodes = [Node(f"i-{x}", x, "Worker", "running", f"2019-0{x}-01") for x in "213"]
    nodes += [Node("i-m", "m", "Master", "running", "2019-09-01"), Node("i-k", "k", "Worker", "running", "2018-01-01")]
    assert _keys(choose(scale_in, need, nodes, frozenset({"i-k"}))) == tuple(expected)


def _keys(removal):
    return tuple(node.key for node in removal.nodes)


def test_workers_of_one_age_are_chosen_by_name():
    nodes = [Node(name, name, "Worker", "running", "2019-09-16") for name in ("i-b", "i-a", "i-c")]
    assert _keys(choose(ScaleInChoice(None, "oldest", None), 2, nodes, frozenset())) == ("i-a", "i-b")
    assert _keys(choose(ScaleInChoice(None, "newest", None), 2, nodes[::-1], frozenset())) == ("i-c", "i-b")
