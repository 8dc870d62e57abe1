"""Whole plans: destroy, refresh-only, targets, excludes, what is blocked, and what waits for what."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import networkx as nx
import pytest
from sides import DEDICATED, MANAGED, SERVERLESS, calls, ids, live, nodes, one, plan_of, recorded, settled, sides, want

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.work import Forget
from ackplan.plan import graph
from ackplan.plan.model import Pins, Plan
from ackplan.plan.planner import Options
from ackplan.resources.cluster.share import nodes_needed
from ackplan.spec.desired import Wanted

GROUP = {"instances": ["i-a"], "key_pair": "k"}


def chain(**bodies: Mapping[str, object]) -> dict[str, Wanted]:
    """Clusters that depend on the one before them, in the order given."""
    names = list(bodies)
    return want(**{name: {**bodies[name], "depends_on": names[i - 1 : i]} for i, name in enumerate(names)})


def edges(plan: Plan) -> set[tuple[str, str]]:
    return {(need, step.id) for step in plan.steps for need in step.needs}


def kept(plan: Plan) -> list[str]:
    return [change.name for change in plan.changes]


def test_changes_come_in_the_order_of_their_names():
    fleet = want(b=SERVERLESS, a=SERVERLESS, c=SERVERLESS)
    assert kept(plan_of(sides(fleet.values()))) == ["a", "b", "c"]


def test_creates_and_scales_wait_for_what_they_depend_on():
    fleet = chain(a=SERVERLESS, b={**MANAGED, "num_of_nodes": 5}, c={**MANAGED, "attach": [GROUP]})
    was = one(MANAGED, "b")
    plan = plan_of(sides(fleet.values(), {"b": recorded(was, own=fleet["b"].own)}, [live(was)]))
    assert edges(plan) == {("create:a", "scale-out:b"), ("scale-out:b", "create:c"), ("create:c", "attach:c:1")}


def test_an_idle_cluster_passes_on_what_it_waits_for():
    fleet = chain(a=SERVERLESS, b=MANAGED, c=MANAGED, d=SERVERLESS)
    record, there = settled(fleet["b"], fleet["c"])
    record["c"] = dataclasses.replace(record["c"], own={"depends_on": ["b"], "timeouts": {"create": "1m"}})
    plan = plan_of(sides(fleet.values(), record, there))
    assert [(change.name, change.action) for change in plan.changes] == [
        ("a", Action.CREATE),
        ("b", Action.NOOP),
        ("c", Action.RECORD),
        ("d", Action.CREATE),
    ]
    assert edges(plan) == {("create:a", "create:d")}


def test_deletes_run_the_other_way_round_by_the_record():
    fleet = chain(a=SERVERLESS, b=SERVERLESS, c=SERVERLESS)
    record, there = settled(*fleet.values())
    assert edges(plan_of(sides([], record, there))) == {("delete:c", "delete:b"), ("delete:b", "delete:a")}
    destroyed = plan_of(sides(fleet.values(), record, there), mode="destroy")
    assert edges(destroyed) == {("delete:c", "delete:b"), ("delete:b", "delete:a")}
    without_b = plan_of(sides([], record, [cluster for cluster in there if cluster.name != "b"]))
    assert edges(without_b) == {("delete:c", "delete:a")}


def test_replacements_go_down_and_up_again():
    fleet = chain(a=SERVERLESS, b=SERVERLESS)
    plan = plan_of(sides(fleet.values(), *settled(*fleet.values())), replace=frozenset("ab"))
    assert edges(plan) == {
        ("delete:b", "delete:a"),
        ("delete:a", "create:a"),
        ("delete:b", "create:b"),
        ("create:a", "create:b"),
    }


def test_what_depends_on_several_waits_for_all():
    bodies = {"a": SERVERLESS, "b": SERVERLESS, "c": {**SERVERLESS, "depends_on": ["b", "a"]}}
    plan = plan_of(sides(want(**bodies).values()))
    assert edges(plan) == {("create:a", "create:c"), ("create:b", "create:c")}


def test_a_circle_in_a_record_is_an_error_that_shows_it():
    fleet = want(a=SERVERLESS, b=SERVERLESS)
    record, there = settled(*fleet.values())
    record["a"] = dataclasses.replace(record["a"], own={"depends_on": ["b"]})
    record["b"] = dataclasses.replace(record["b"], own={"depends_on": ["a"]})
    plan = plan_of(sides([], record, there))
    (why,) = plan.diagnostics
    assert why.code == "ACK2011"
    assert "a -> b -> a" in str(why) or "b -> a -> b" in str(why)
    assert not plan.applicable


def test_destroy_deletes_all_that_is_recorded_and_nothing_else():
    fleet = want(new=MANAGED, foreign=MANAGED, kept=MANAGED, gone=MANAGED)
    record, there = settled(fleet["kept"])
    record["gone"] = recorded(fleet["gone"])
    record["dropped"] = recorded(one(SERVERLESS, "dropped"))
    there += [live(fleet["foreign"]), live(one(SERVERLESS, "dropped"))]
    plan = plan_of(sides(fleet.values(), record, there), mode="destroy")
    assert plan.mode == "destroy"
    assert [(change.name, change.action, change.reason) for change in plan.changes] == [
        ("dropped", Action.DELETE, Reason.DESTROY),
        ("gone", Action.FORGET, Reason.GONE),
        ("kept", Action.DELETE, Reason.DESTROY),
    ]
    assert calls(plan.steps) == [("DELETE", "/clusters/id-dropped", None), ("DELETE", "/clusters/id-kept", None)]
    assert plan.applicable


# id, wanted and applied body, live side, nodes, what the refreshed entry then has
REFRESHED = [
    ("fewer workers", MANAGED, {"size": 1}, None, {"num_of_nodes": 1}),
    ("no workers", MANAGED, {"size": 0}, None, {"num_of_nodes": 0}),
    ("another VPC", MANAGED, {"attributes": {"vpc_id": "vpc-z"}}, None, {"vpcid": "vpc-z"}),
    ("masters", DEDICATED, {"size": 8}, None, {"num_of_nodes": 5}),
    (
        "workers beside instances",
        {**MANAGED, "attach": [GROUP]},
        {"size": 3},
        nodes("i-1", "i-2", "i-a"),
        {"num_of_nodes": 2},
    ),
]


@pytest.mark.parametrize(
    ("body", "moved", "shown", "expected"), [row[1:] for row in REFRESHED], ids=[row[0] for row in REFRESHED]
)
def test_refresh_records_what_is_live_and_calls_nothing(body, moved, shown, expected):
    was = one(body)
    given = sides(
        [one(body, num_of_nodes=9)], {"c": recorded(was)}, [live(was, **moved)], {"id-c": shown} if shown else {}
    )
    plan = plan_of(given, mode="refresh-only")
    (change,) = plan.changes
    assert (change.action, change.reason, change.drifted) == (Action.RECORD, Reason.DRIFTED, True)
    assert calls(plan.steps) == []
    assert {p.name: p.after for p in change.parameters} == expected
    assert {p.side for p in change.parameters} == {Side.LIVE}
    assert change.steps[0].after.parameters == {**was.parameters, **expected}
    assert change.steps[0].after.own == was.own


def test_refresh_forgets_what_is_gone_and_leaves_the_rest():
    fleet = want(a=MANAGED, b=MANAGED, c=MANAGED)
    record, there = settled(fleet["a"], fleet["b"])
    plan = plan_of(sides(fleet.values(), record, there[:1]), mode="refresh-only")
    assert [(change.name, change.action) for change in plan.changes] == [("a", Action.NOOP), ("b", Action.FORGET)]
    assert [(type(step.work), step.call) for step in plan.steps] == [(Forget, None)]
    assert not plan.empty


def test_refresh_tells_a_lost_instance_from_a_lost_worker():
    was = one(MANAGED, num_of_nodes=0, attach=[GROUP])
    given = sides([was], {"c": recorded(was)}, [live(was, size=0)], {"id-c": nodes()})
    (change,) = plan_of(given, mode="refresh-only").changes
    assert change.steps[0].after.parameters["num_of_nodes"] == 0
    assert change.steps[0].after.attached == ()
    assert change.drifted
    assert change.notes == ("i-a is no longer attached",)


def test_a_refresh_reads_nodes_only_for_what_is_recorded_as_attached():
    was = one(MANAGED, attach=[GROUP])
    there = [live(was)]
    assert nodes_needed(sides([], {"c": recorded(was)}, there), Options(mode="refresh-only")) == ("id-c",)
    assert nodes_needed(sides([], {"c": recorded(one(MANAGED))}, there), Options(mode="refresh-only")) == ()
    assert nodes_needed(sides([], {"c": recorded(was)}, there), Options()) == ()


def test_a_cluster_that_is_being_made_has_not_drifted():
    was = one(MANAGED)
    given = sides([was], {"c": recorded(was, created=False)}, [live(was, state="initial", size=0)])
    assert plan_of(given, mode="refresh-only").empty


FLEET = {"a": SERVERLESS, "b": SERVERLESS, "c": SERVERLESS, "d": SERVERLESS}
SELECTED = [
    ("everything", {}, ["a", "b", "c", "d"]),
    ("a target alone", {"targets": ("a",)}, ["a"]),
    ("a target and what it waits for", {"targets": ("c",)}, ["a", "b", "c"]),
    ("two targets", {"targets": ("a", "d")}, ["a", "b", "c", "d"]),
    ("an exclude and what waits for it", {"excludes": ("c",)}, ["a", "b"]),
    ("an exclude at the end", {"excludes": ("d",)}, ["a", "b", "c"]),
    ("both", {"targets": ("c",), "excludes": ("b",)}, ["a"]),
]


@pytest.mark.parametrize(("options", "expected"), [row[1:] for row in SELECTED], ids=[row[0] for row in SELECTED])
def test_a_selection_takes_along_what_it_waits_for(options, expected):
    assert kept(plan_of(sides(chain(**FLEET).values()), **options)) == expected


def test_a_selection_of_deletes_takes_along_what_must_go_first():
    record, there = settled(*chain(**FLEET).values())
    assert kept(plan_of(sides([], record, there), targets=("b",))) == ["b", "c", "d"]
    assert kept(plan_of(sides([], record, there), excludes=("b",))) == ["c", "d"]


def test_a_selection_leaves_clusters_that_are_not_waited_for():
    fleet = chain(a=SERVERLESS, b=SERVERLESS)
    record, there = settled(fleet["a"])
    assert kept(plan_of(sides(fleet.values(), record, there), targets=("b",))) == ["b"]


def test_a_selection_never_leaves_a_need_that_is_not_there():
    fleet = chain(**FLEET)
    record, there = settled(fleet["b"])
    for options in ({"targets": ("d",)}, {"excludes": ("c",)}, {"targets": ("a",)}):
        plan = plan_of(sides(fleet.values(), record, there), **options)
        known = set(ids(plan.steps))
        assert {need for step in plan.steps for need in step.needs} <= known
        assert {change.name for change in plan.acting} <= set(plan.pins.live) <= set(kept(plan))


# What b is, so that it is blocked: with steps, without, and with an idle or merely recorded cluster in between.
@pytest.mark.parametrize("blocked", ["with steps", "without steps"])
@pytest.mark.parametrize("between", ["nothing", "idle", "recorded"])
def test_skipping_what_is_blocked_skips_what_waits_for_it(blocked, between):
    names = {"a": SERVERLESS, "b": MANAGED} | ({} if between == "nothing" else {"c": MANAGED}) | {"d": SERVERLESS}
    fleet = chain(**names)
    record, there = settled(fleet["b"]) if blocked == "with steps" else ({}, [live(fleet["b"])])
    if blocked == "with steps":
        record["b"] = dataclasses.replace(record["b"], parameters={**fleet["b"].parameters, "snat_entry": False})
    if between != "nothing":
        own = fleet["c"].own | ({"timeouts": {"create": "1m"}} if between == "recorded" else {})
        record["c"], there = recorded(fleet["c"], own=own), [*there, live(fleet["c"])]
    given = sides([*fleet.values(), one(SERVERLESS, "z")], record, there)
    assert not plan_of(given).applicable
    plan = plan_of(given, skip_blocked=True)
    assert plan.applicable
    assert {"b", "d"}.isdisjoint(kept(plan))
    assert {"a", "z"} <= set(kept(plan))


@pytest.mark.parametrize("flag", ["targets", "excludes", "replace", "adopt"])
def test_a_name_that_nobody_knows_is_an_error(flag):
    names = ("nobody",) if flag in {"targets", "excludes"} else frozenset({"nobody"})
    plan = plan_of(sides(want(a=SERVERLESS).values()), **{flag: names})
    (why,) = plan.diagnostics
    assert why.code == "ACK2010"
    assert f"--{flag.removesuffix('s')} nobody" in str(why)
    assert not plan.applicable


def test_pins_say_what_the_plan_was_made_against():
    was, wanted = one(MANAGED), one(MANAGED, num_of_nodes=9)

    def pins(cluster_id: str = "id-c", **moved: object) -> Pins:
        there = [live(was, cluster_id=cluster_id, **moved)] if cluster_id else []
        return plan_of(sides([wanted], {"c": recorded(was, cluster_id=cluster_id)}, there)).pins

    made = pins()
    assert (made.lineage, made.serial, made.spec_digest, set(made.live)) == ("lineage", 7, "digest", {"c"})
    for moved in (
        {"size": 4},
        {"state": "scaling"},
        {"cluster_id": "id-z"},
        {"attributes": {"vpc_id": "vpc-z"}},
    ):
        assert pins(**moved).live["c"] != made.live["c"], moved
    assert pins(attributes={"updated": "later"}) == made
    assert pins(cluster_id="").live["c"] == "absent"


def test_the_graph_of_a_large_fleet_has_no_circle():
    bodies = {f"c{i}": {**SERVERLESS, "depends_on": [f"c{j}" for j in range(max(0, i - 3), i)]} for i in range(30)}
    fleet = want(**bodies)
    half = list(fleet.values())[::2]
    plan = plan_of(sides(fleet.values(), *settled(*half)), replace=frozenset(w.name for w in half))
    assert nx.is_directed_acyclic_graph(graph.build(plan.steps))


def test_a_plan_is_ordered_by_the_graph_of_its_clusters(monkeypatch):
    fleet = chain(a=SERVERLESS, b=SERVERLESS)
    assert edges(plan_of(sides(fleet.values()))) == {("create:a", "create:b")}
    of_needs = graph.of_needs
    monkeypatch.setattr(graph, "of_needs", lambda needs: of_needs(dict.fromkeys(needs, ())))
    assert edges(plan_of(sides(fleet.values()))) == set()
