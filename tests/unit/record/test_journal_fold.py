"""What an interrupted run left: its entries taken into the record, and what became of the calls in flight."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.resource import CLUSTER_KINDS
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import encode_cluster
from ackplan.record.entries import decode_facts
from ackplan.record.journal import Entry, InFlight, Phase, fold
from ackplan.record.lateness import ACCEPTED, LATEST, left
from ackplan.resources.cluster.recovery import named_nodes, recover

OLD = RecordedCluster("id-old", catalog.DEFAULT.kind("managed"), {"num_of_nodes": 3})
NEW = RecordedCluster("id-new", catalog.DEFAULT.kind("managed"), {"num_of_nodes": 3}, created=False)
DONE = dataclasses.replace(NEW, created=True)
EMPTY = Record("lineage", 7)
CREATE = {"operation": "create_cluster", "entry": encode_cluster(dataclasses.replace(NEW, cluster_id=""))}


def entry(phase: Phase, step: str = "create:c", **more: Any) -> Entry:
    return Entry("run", step, "c", phase, decode_facts("c", more.pop("data", {}), CLUSTER_KINDS), **more)


def in_flight(step: str, data: dict[str, Any], *, answered: bool, run: str = "run") -> InFlight:
    return InFlight(run, step, "c", decode_facts("c", data, CLUSTER_KINDS), answered)


def running(name: str = "c", cluster_id: str = "id-new", state: str = "running") -> Cluster:
    return Cluster(cluster_id, name, state, "cn-beijing", 3, "ManagedKubernetes")


# id, record before, entries, clusters afterwards, steps in flight with whether they were answered
FOLDED = [
    ("nothing", EMPTY, [], {}, {}),
    ("intent", EMPTY, [entry(Phase.INTENT)], {}, {"create:c": False}),
    ("answer", EMPTY, [entry(Phase.INTENT), entry(Phase.ANSWER, entry=NEW)], {"c": NEW}, {"create:c": True}),
    (
        "settled",
        EMPTY,
        [entry(Phase.INTENT), entry(Phase.ANSWER, entry=NEW), entry(Phase.SETTLED, entry=DONE)],
        {"c": DONE},
        {},
    ),
    ("settled without an entry", EMPTY.with_cluster("c", OLD), [entry(Phase.INTENT, "scale-out:c"), entry(Phase.SETTLED, "scale-out:c")], {"c": OLD}, {}),
    ("removed", EMPTY.with_cluster("c", OLD), [entry(Phase.INTENT, "delete:c"), entry(Phase.SETTLED, "delete:c", removed=True)], {}, {}),
    (
        "replaced, half way",
        EMPTY.with_cluster("c", OLD),
        [entry(Phase.INTENT, "delete:c"), entry(Phase.SETTLED, "delete:c", removed=True), entry(Phase.INTENT)],
        {},
        {"create:c": False},
    ),
    ("removed though it was not there", EMPTY, [entry(Phase.SETTLED, "forget:c", removed=True)], {}, {}),
    ("settled twice", EMPTY, [entry(Phase.SETTLED, entry=DONE), entry(Phase.SETTLED, entry=DONE)], {"c": DONE}, {}),
    ("sent again", EMPTY, [entry(Phase.INTENT), entry(Phase.INTENT)], {}, {"create:c": False}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "entries", "clusters", "flying"), [row[1:] for row in FOLDED], ids=[row[0] for row in FOLDED]
)
def test_entries_are_taken_into_the_record(before, entries, clusters, flying):
    record, in_flight = fold(before, entries)
    assert (record.lineage, record.serial, record.clusters) == ("lineage", 7, clusters)
    assert {call.step: call.answered for call in in_flight} == flying
    again, _ = fold(record, entries)
    assert again.clusters == clusters


def test_what_was_learned_of_a_call_adds_up():
    entries = [entry(Phase.INTENT, data={**SCALE, "at": 3.0}), entry(Phase.ANSWER, data={"task_id": "T-1"})]
    _, (call,) = fold(EMPTY, entries)
    assert call == in_flight("create:c", {**SCALE, "at": 3.0, "task_id": "T-1"}, answered=True)
    _, (again,) = fold(EMPTY, [*entries, entry(Phase.INTENT, data={**SCALE, "at": 4.0})])
    assert again == in_flight("create:c", {**SCALE, "at": 4.0, "task_id": "T-1"}, answered=False)


def test_steps_of_two_runs_are_told_apart():
    first, second = entry(Phase.INTENT), dataclasses.replace(entry(Phase.INTENT), run="other")
    _, flying = fold(EMPTY, [first, second, entry(Phase.SETTLED)])
    assert [call.run for call in flying] == ["other"]


def test_a_record_that_moved_on_wins_but_no_cluster_is_lost():
    moved = Record("lineage", 9, {"c": OLD})
    entries = [
        entry(Phase.SETTLED, "scale-out:c", entry=DONE),
        dataclasses.replace(entry(Phase.ANSWER, "create:d", entry=NEW), name="d"),
    ]
    record, _ = fold(moved, entries, stale=True)
    assert record.clusters == {"c": OLD, "d": NEW}
    record, _ = fold(moved, [entry(Phase.SETTLED, "delete:c", removed=True)], stale=True)
    assert record.clusters == {"c": OLD}


def test_the_record_given_is_left_as_it_was():
    before = EMPTY.with_cluster("c", OLD)
    fold(before, [entry(Phase.SETTLED, "delete:c", removed=True)])
    assert before.clusters == {"c": OLD}


# id, record, call, live clusters, the record's entry afterwards
RECOVERED = [
    ("it was never sent", EMPTY, {}, [], None),
    ("it was sent, the answer was lost", EMPTY, {}, [running()], NEW),
    ("it is still being made", EMPTY, {}, [running(state="initial")], NEW),
    ("it failed", EMPTY, {}, [running(state="failed")], NEW),
    ("it was made and deleted", EMPTY, {}, [running(state="deleted")], None),
    ("another one was made", EMPTY, {}, [running("other")], None),
    ("the answer came", EMPTY.with_cluster("c", NEW), {"answered": True}, [running()], NEW),
    ("another call", EMPTY.with_cluster("c", OLD), {"operation": "remove_nodes"}, [running()], OLD),
    ("the one recorded before is gone", EMPTY.with_cluster("c", OLD), {}, [running()], NEW),
    ("the one recorded before is there", EMPTY.with_cluster("c", OLD), {}, [running(cluster_id="id-old")], OLD),
]


@pytest.mark.parametrize(
    ("record", "call", "there", "expected"), [row[1:] for row in RECOVERED], ids=[row[0] for row in RECOVERED]
)
def test_a_call_in_flight_is_looked_up_by_name_and_nothing_is_created_twice(record, call, there, expected):
    data = {**CREATE, "operation": call.get("operation", "create_cluster")}
    flying = in_flight("create:c", data, answered=call.get("answered", False))
    recovered, entries = recover(record, [flying], there)
    assert recovered.clusters.get("c") == expected
    assert [(e.run, e.step, e.name, e.phase) for e in entries] == [("run", "create:c", "c", Phase.SETTLED)]
    assert fold(record, entries)[0] == recovered


FIVE = dataclasses.replace(OLD, parameters={"num_of_nodes": 5})
WITH = dataclasses.replace(OLD, attached=("i-1", "i-2"))
SCALE = {"operation": "scale_out", "workers_before": 3, "workers_after": 5, "masters": 0, "instances": []}
ATTACH = {"operation": "attach", "workers_after": None, "masters": 0, "instances": ["i-1", "i-2"]}
DETACH = {**ATTACH, "operation": "remove_nodes"}
DELETE = {"operation": "delete_cluster", "instances": []}


def old(size: int = 3, state: str = "running") -> Cluster:
    return dataclasses.replace(running(cluster_id="id-old", state=state), size=size)


def there(*instances: str) -> dict[str, tuple[Node, ...]]:
    return {"id-old": tuple(Node(name, name, "Worker", "running", "") for name in ("i-0", *instances))}


# id, recorded, call, entry aimed at, live, nodes, entry afterwards
SHOWN = [
    ("added", OLD, SCALE, FIVE, [old(5)], {}, FIVE),
    ("added, masters counted", OLD, {**SCALE, "masters": 3}, FIVE, [old(8)], {}, FIVE),
    ("not added", OLD, SCALE, FIVE, [old(3)], {}, OLD),
    ("added in part", OLD, SCALE, FIVE, [old(4)], {}, OLD),
    ("still being added", OLD, SCALE, FIVE, [old(5, "scaling")], {}, OLD),
    ("gone meanwhile", OLD, SCALE, FIVE, [], {}, OLD),
    ("another cluster by now", OLD, SCALE, dataclasses.replace(FIVE, cluster_id="id-new"), [old(5)], {}, OLD),
    ("the cluster was created by the same run", OLD, SCALE, dataclasses.replace(FIVE, cluster_id=""), [old(5)], {}, FIVE),
    ("attached", OLD, ATTACH, WITH, [old(5)], there("i-1", "i-2"), WITH),
    ("attached in part", OLD, ATTACH, WITH, [old(4)], there("i-1"), dataclasses.replace(OLD, attached=("i-1",))),
    ("nodes not read", OLD, ATTACH, WITH, [old(5)], {}, WITH),
    ("detached", WITH, DETACH, OLD, [old(3)], there(), OLD),
    ("detached in part", WITH, DETACH, OLD, [old(4)], there("i-2"), WITH),
    ("deleted", OLD, DELETE, None, [], {}, None),
    ("being deleted", OLD, DELETE, None, [old(3, "deleting")], {}, OLD),
    ("sizes that are not told", OLD, {**SCALE, "workers_after": None}, FIVE, [old(5)], {}, OLD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "call", "aim", "seen", "nodes", "expected"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN]
)
def test_a_call_in_flight_is_taken_in_where_its_whole_effect_shows(before, call, aim, seen, nodes, expected):
    record = EMPTY.with_cluster("c", before)
    flying = in_flight("s:c", {**call, "entry": encode_cluster(aim) if aim else None}, answered=True)
    recovered, entries = recover(record, [flying], seen, nodes)
    assert recovered.clusters.get("c") == expected
    assert fold(record, entries)[0] == recovered
    elsewhere = recover(record, [flying], seen, nodes, stale=True)[0].clusters["c"]
    attached = expected.attached if call is ATTACH else before.attached
    assert elsewhere == dataclasses.replace(before, attached=attached)


def test_nodes_are_read_where_they_tell_something_and_are_at_rest():
    record = EMPTY.with_cluster("c", OLD)
    flying = [in_flight("s:c", data, answered=True) for data in (SCALE, ATTACH)]
    assert named_nodes(record, flying, [old()]) == ("id-old",)
    assert named_nodes(record, flying[:1], [old()]) == ()
    assert named_nodes(record, flying, [old(3, "updating")]) == ()
    assert named_nodes(record, flying, []) == ()


def test_nothing_in_flight_needs_nothing():
    assert recover(EMPTY, [], [running()]) == (EMPTY, ())


@pytest.mark.parametrize(
    ("call", "age", "seconds"),
    [
        ({"answered": False}, 0.0, LATEST),
        ({"answered": False}, 59.0, LATEST - 59.0),
        ({"answered": False}, LATEST, 0.0),
        ({"answered": False}, -1e9, LATEST),
        ({"answered": True}, 0.0, 0.0),
        ({"answered": True, "operation": "attach"}, 59.0, ACCEPTED - 59.0),
        ({"answered": True, **SCALE}, -60.0, ACCEPTED),
        ({"answered": True, "operation": "remove_nodes"}, 0.0, 0.0),
        ({"answered": False, "at": None}, 0.0, 0.0),
    ],
    ids=["sent now", "a while ago", "long ago", "a clock far ahead", "a create that was answered",
         "an attach that was answered", "one of a clock ahead", "a removal", "no time"],
)  # fmt: skip
def test_a_call_may_take_effect_for_so_long_by_any_machines_clock(call, age, seconds):
    data = {**CREATE, "at": 1000.0, **{name: call[name] for name in call.keys() - {"answered"}}}
    assert left(in_flight("create:c", data, answered=call["answered"]), 1000.0 + age) == seconds


@pytest.mark.parametrize("coming", [True, False])
def test_a_create_that_may_still_be_on_its_way_stays_in_flight(coming):
    call = in_flight("create:c", CREATE, answered=False)
    comes = {call.key} if coming else set()
    assert bool(recover(EMPTY, [call], [], coming=comes)[1]) == (not coming)
    assert recover(EMPTY, [call], [running()], coming=comes)[0].clusters == {"c": NEW}


def test_once_a_later_run_has_the_cluster_no_earlier_creation_of_it_is_in_flight():
    earlier = Entry("earlier", "create:c", "c", Phase.INTENT, decode_facts("c", CREATE, CLUSTER_KINDS))
    other = Entry("earlier", "create:d", "d", Phase.INTENT, decode_facts("c", CREATE, CLUSTER_KINDS))
    later = [Entry("later", "create:c", "c", Phase.INTENT, decode_facts("c", CREATE, CLUSTER_KINDS))]
    later.append(Entry("later", "create:c", "c", Phase.ANSWER, entry=NEW))
    record, flying = fold(EMPTY, [earlier, other, *later])
    assert record.clusters == {"c": NEW}
    assert [(call.run, call.step) for call in flying] == [("earlier", "create:d"), ("later", "create:c")]


def test_what_a_later_run_did_is_not_undone_by_what_an_earlier_call_aimed_at():
    """Its attach went on beside the later run, which recorded another size and does not want the instances."""
    before = EMPTY.with_cluster("c", OLD)
    earlier = Entry(
        "earlier",
        "attach:c:1",
        "c",
        Phase.ANSWER,
        decode_facts("c", {**ATTACH, "entry": encode_cluster(WITH)}, CLUSTER_KINDS),
    )
    later = Entry("later", "scale-out:c", "c", Phase.SETTLED, entry=FIVE)
    record, flying = fold(before, [earlier, later])
    recovered, _ = recover(record, flying, [old(7)], there("i-1", "i-2"))
    assert recovered.clusters == {"c": dataclasses.replace(FIVE, attached=("i-1", "i-2"))}
    attached = Entry("later", "attach:c:2", "c", Phase.SETTLED, entry=WITH)
    assert fold(before, [earlier, attached]) == (EMPTY.with_cluster("c", WITH), ())


_AIMED = encode_cluster(dataclasses.replace(OLD, attached=("i-0", "i-1", "i-2")))
ATTACHING = {"operation": "attach", "entry": _AIMED, "instances": ["i-1", "i-2"]}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({}, ("i-0", "i-1", "i-2")),
        (there("i-1"), ("i-0", "i-1")),
        (there(), ("i-0",)),
        ({"id-other": []}, ("i-0", "i-1", "i-2")),
    ],
    ids=["not known", "one came", "none came", "of another cluster"],
)
@pytest.mark.parametrize("answered", [False, True])
def test_instances_that_were_being_attached_are_taken_in_unless_it_is_seen_that_they_did_not_come(
    nodes, expected, answered
):
    before = EMPTY.with_cluster("c", dataclasses.replace(OLD, attached=("i-0",)))
    call = in_flight("attach:c:1", ATTACHING, answered=answered)
    recovered, entries = recover(before, [call], [running(cluster_id="id-old")], nodes)
    assert recovered.clusters["c"] == dataclasses.replace(OLD, attached=expected)
    assert fold(before, entries) == (recovered, ())


@pytest.mark.parametrize(
    ("coming", "cluster", "settled"),
    [
        (True, {}, False),
        (False, {}, True),
        (True, {"size": 5}, True),
        (True, {"state": "scaling"}, True),
        (True, {"name": "gone"}, True),
    ],
    ids=["on its way", "long ago", "it came", "it is coming", "the cluster is gone"],
)
def test_a_scale_out_that_may_still_be_on_its_way_stays_in_flight(coming, cluster, settled):
    before = EMPTY.with_cluster("c", OLD)
    data = {"operation": "scale_out", "workers_before": 3, "workers_after": 4, "masters": 0}
    call = in_flight("scale-out:c", data, answered=False)
    found = dataclasses.replace(running(cluster_id="id-old"), **cluster)
    there = [found] if found.name == "c" else []
    recovered, entries = recover(before, [call], there, coming={call.key} if coming else set())
    assert (bool(entries), recovered) == (settled, before)


@pytest.mark.parametrize(
    ("answered", "coming", "state", "settled"),
    [
        (True, False, "running", True),
        (True, True, "running", False),
        (True, False, "scaling", False),
        (False, True, "running", False),
        (False, False, "running", True),
    ],
    ids=["it failed", "its nodes may come", "it goes on", "it may be on its way", "it never came"],
)
def test_an_attach_of_which_nothing_shows_may_still_be_on_its_way(answered, coming, state, settled):
    before = EMPTY.with_cluster("c", OLD)
    call = in_flight("attach:c:1", ATTACHING, answered=answered)
    comes = {call.key} if coming else set()
    recovered, entries = recover(before, [call], [old(3, state)], there(), coming=comes)
    assert (bool(entries), recovered) == (settled, before)


def test_an_attach_to_a_cluster_that_is_not_recorded_adds_nothing():
    call = in_flight("attach:c:1", ATTACHING, answered=True)
    assert recover(EMPTY, [call], [running()])[0] == EMPTY


def test_what_recovery_found_is_newer_than_the_record_that_someone_else_wrote():
    before = EMPTY.with_cluster("c", OLD)
    call = in_flight("attach:c:1", ATTACHING, answered=True)
    recovered, entries = recover(before, [call], [running(cluster_id="id-old")])
    assert recovered.clusters["c"].attached == ("i-1", "i-2")
    assert fold(before, entries, stale=True)[0] == recovered


def test_a_detach_that_shows_keeps_what_an_attach_brought_meanwhile():
    """The attach was in flight when the detach was planned: what the detach aimed at does not know of it."""
    before = EMPTY.with_cluster("c", dataclasses.replace(DONE, attached=("i-b",)))
    attach = in_flight("attach:c:2", {"operation": "attach", "instances": ["i-a"]}, answered=False, run="one")
    aimed = encode_cluster(DONE)
    data = {"operation": "remove_nodes", "instances": ["i-b"], "entry": aimed}
    detach = in_flight("detach:c", data, answered=True, run="two")
    nodes = {"id-new": [Node("i-a", "i-a", "Worker", "running", "")]}
    after, _ = recover(before, [attach, detach], [running()], nodes)
    assert after.clusters["c"].attached == ("i-a",)


def test_what_is_removed_takes_along_what_was_inside_of_it_and_nothing_else() -> None:
    names = ("c", "c/web", "c/addon/metrics", "cc", "cc/web", "d")
    before = EMPTY.with_entries(dict.fromkeys(names, OLD))
    record, _ = fold(before, [Entry("run", "delete:c", "c", Phase.SETTLED, removed=True)])
    assert set(record.entries) == {"cc", "cc/web", "d"}
    record, _ = fold(before, [Entry("run", "delete:c/web", "c/web", Phase.SETTLED, removed=True)])
    assert set(record.entries) == {*names} - {"c/web"}


def test_calls_in_flight_stay_in_the_order_in_which_they_were_sent() -> None:
    sent = [Entry("run", f"create:{name}", name, Phase.INTENT) for name in "cab"]
    answered = Entry("run", "create:a", "a", Phase.ANSWER, entry=NEW)
    _, flying = fold(EMPTY, [*sent, answered, Entry("later", "create:c", "c", Phase.INTENT)])
    assert [(call.run, call.name) for call in flying] == [("run", "c"), ("run", "a"), ("run", "b"), ("later", "c")]
