"""Whatever was wanted, recorded and live: plans are sound, and applying one leaves nothing to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import networkx as nx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import NAMES, World, applied, fleets

from ackplan.app.consistency import contradictions
from ackplan.core import catalog
from ackplan.core.actions import Action
from ackplan.core.work import Attach, Create, Delete, Detach, ScaleIn, ScaleOut
from ackplan.plan import codec, graph, plan_file_codec
from ackplan.plan.model import Plan
from ackplan.plan.planner import Options, Sides, plan
from ackplan.record import Record
from ackplan.record.codec import digest
from ackplan.resources.cluster.share import nodes_needed
from ackplan.resources.types import BUILT_IN
from ackplan.spec.desired import Wanted

EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
OPTIONS = st.builds(
    Options,
    mode=st.sampled_from(["normal", "normal", "destroy", "refresh-only"]),
    targets=st.sampled_from([(), ("a",), ("b", "c")]),
    excludes=st.sampled_from([(), ("b",)]),
    replace=st.sampled_from([frozenset(), frozenset("b")]),
    adopt=st.sampled_from([frozenset(), frozenset(NAMES)]),
    skip_blocked=st.booleans(),
)
Fleet = tuple[dict[str, Wanted], Record, World]


def planned(fleet: Fleet, options: Options) -> tuple[Plan, Sides]:
    """The plan, with the nodes that it asks for and no others."""
    wanted, record, world = fleet
    everything = world.sides(wanted, record)
    needed = nodes_needed(everything, options)
    sides = dataclasses.replace(everything, nodes={i: n for i, n in everything.nodes.items() if i in needed})
    return plan(sides, options, BUILT_IN), sides


@EXAMPLES
@given(fleets(), OPTIONS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_come_does_not_matter(fleet, options, random):
    first, sides = planned(fleet, options)

    def shuffled(mapping: Mapping) -> dict:
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    live = list(sides.live)
    random.shuffle(live)
    record = dataclasses.replace(sides.record, clusters=shuffled(sides.record.clusters))
    nodes = {cluster_id: random.sample(found, len(found)) for cluster_id, found in shuffled(sides.nodes).items()}
    second = plan(Sides(shuffled(sides.wanted), record, live, sides.spec_digest, nodes), options, BUILT_IN)
    assert second == first


@EXAMPLES
@given(fleets(), OPTIONS)
def test_steps_are_unique_stand_for_themselves_and_form_no_circle(fleet, options):
    result, _ = planned(fleet, options)
    steps = {step.id: step for step in result.steps}
    assert len(steps) == len(result.steps)
    assert {need for step in result.steps for need in step.needs} <= set(steps)
    assert nx.is_directed_acyclic_graph(graph.build(result.steps))
    for change in result.changes:
        assert {step.name for step in change.steps} <= {change.name}
        assert (change.action is Action.NOOP) == (not change.steps)
        calling = {Action.CREATE, Action.UPDATE, Action.REPLACE}
        called = any(step.call for step in change.steps)
        assert called or change.action not in calling or change.is_blocked


@EXAMPLES
@given(fleets())
def test_after_a_plan_is_applied_there_is_nothing_to_do(fleet):
    wanted, record, world = fleet
    consent = Options(adopt=frozenset(wanted), skip_blocked=True)
    result, _ = planned(fleet, consent)
    assert not result.blocked
    assert {d.code for d in result.diagnostics if d.is_error} <= {"ACK2015"}, "consent to what is not asked for"
    after = applied(result, record, world)
    second, _ = planned((wanted, after, world), consent)
    kept = {change.name for change in result.changes}
    left = [change for change in second.acting if change.name in kept]
    assert not left, [(change.name, change.action, change.reason, change.parameters) for change in left]
    assert {name for name in kept if name in after.clusters} == kept & set(wanted)


@EXAMPLES
@given(fleets())
def test_after_destroy_nothing_recorded_is_left(fleet):
    _, record, world = fleet
    foreign = set(world.clusters) - {entry.cluster_id for entry in record.clusters.values()}
    result, _ = planned(fleet, Options(mode="destroy", skip_blocked=True))
    assert {step.call.operation for step in result.steps if step.call} <= {"delete_cluster"}
    after = applied(result, record, world)
    assert {change.name for change in result.changes}.isdisjoint(after.clusters)
    assert foreign <= set(world.clusters)


@EXAMPLES
@given(fleets())
def test_after_a_refresh_the_record_shows_what_is_live(fleet):
    wanted, record, world = fleet
    result, _ = planned(fleet, Options(mode="refresh-only"))
    assert not [step for step in result.steps if step.call]
    after = applied(result, record, world)
    second, _ = planned((wanted, after, world), Options(mode="refresh-only"))
    assert second.empty


@EXAMPLES
@given(fleets(), OPTIONS)
def test_no_call_carries_what_the_spec_does_not_set(fleet, options):
    wanted, _, _ = fleet
    result, _ = planned(fleet, options)
    for step in result.steps:
        if step.call is None or step.call.body is None:
            continue
        body, parameters = step.call.body, wanted[step.name].parameters
        match step.work:
            case Create():
                assert body == parameters
            case ScaleOut():
                taken = set(body) - {"count", "worker_data_disk", "vswitch_ids"}
                assert all(body[name] == parameters[name] for name in taken)
                assert body["vswitch_ids"] == parameters.get("vswitch_ids", parameters.get("worker_vswitch_ids"))
                assert body["worker_data_disk"] == parameters.get("worker_data_disk", False)
            case Attach():
                groups = [group.body for group in wanted[step.name].attach]
                assert {name: value for name, value in body.items() if name != "instances"} in groups
                assert set(body["instances"]) <= set(wanted[step.name].attached)
            case Detach():
                assert body["release_node"] is False
                assert set(body) == {"nodes", "release_node"}
            case ScaleIn():
                scale_in = wanted[step.name].scale_in
                assert scale_in is not None
                assert body.get("release_node") == scale_in.release_node
                assert set(body) <= {"nodes", "release_node"}
        allowed = {
            name
            for file in catalog.DEFAULT.operation(step.call.operation).bodies
            for name in catalog.DEFAULT.body_parameters(file)
        }
        assert set(body) <= allowed


@EXAMPLES
@given(fleets(), OPTIONS)
def test_only_workers_that_are_there_and_were_not_attached_are_given_up(fleet, options):
    wanted, record, world = fleet
    result, _ = planned(fleet, options)
    for step in result.steps:
        if not isinstance(step.work, ScaleIn):
            continue
        workers = {node.instance_id for node in world.nodes[step.cluster_id] if node.role == "Worker"}
        kept = set(wanted[step.name].attached)
        kept |= set(record.clusters[step.name].attached) if step.name in record.clusters else set()
        assert set(step.instances) <= workers - kept
        assert len(set(step.instances)) == len(step.instances) > 0


@EXAMPLES
@given(fleets(), OPTIONS)
def test_nothing_protected_and_nothing_foreign_is_ever_deleted(fleet, options):
    wanted, record, world = fleet
    result, _ = planned(fleet, options)
    recorded = {entry.cluster_id for entry in record.clusters.values()}
    for change in result.changes:
        deleted = [step for step in change.steps if isinstance(step.work, Delete)]
        if change.is_blocked or not deleted:
            continue
        entry = record.clusters.get(change.name)
        said = wanted[change.name].lifecycle.prevent_destroy if change.name in wanted else None
        failed = entry is not None and not entry.created and world.clusters[entry.cluster_id].state == "failed"
        assert failed or not (said if said is not None else entry is not None and entry.prevent_destroy)
        assert all(step.cluster_id in recorded or change.name in options.adopt | {change.name} for step in deleted)
        assert all(step.cluster_id in recorded or change.name in wanted for step in deleted)


@EXAMPLES
@given(fleets(), OPTIONS)
def test_a_plan_file_holds_all_of_a_plan(fleet, options):
    result, sides = planned(fleet, options)
    pins = dataclasses.replace(
        result.pins, record=digest(sides.record), spec_digest="0" * 64, spec_files={"a": "0" * 64}
    )
    result = dataclasses.replace(result, pins=pins)
    written = b"".join(plan_file_codec.encode_file(result, sides.record))
    found = plan_file_codec.decode_file(written, "p")
    assert codec.encode(found.plan) == codec.encode(result)
    assert [(c.recorded, c.live, _told(c.desired)) for c in found.plan.changes] == [
        (c.recorded, c.live, _told(c.desired)) for c in result.changes
    ]
    assert (found.shown, found.record) == (None, sides.record)
    assert plan_file_codec.is_written(found)
    assert b"".join(plan_file_codec.encode_file(found.plan, found.record)) == written


def _told(desired):
    """What the spec wants of a cluster, but for where it says so."""
    return desired and dataclasses.replace(desired, spans={})


@EXAMPLES
@given(fleets(), OPTIONS)
def test_no_plan_contradicts_itself(fleet, options):
    result, sides = planned(fleet, options)
    pins = dataclasses.replace(result.pins, record=digest(sides.record), spec_files={"a": "0" * 64})
    assert contradictions(dataclasses.replace(result, pins=pins), sides.record, "p") == ()
