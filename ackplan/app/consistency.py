"""A plan file is held against itself: what it shows is what it would send, and what it pins is what it was made on.

Its digest is no signature: who writes a file can make one that fits. So a step sends and records nothing but what the
change that is shown says, every body is one that its schema allows, and nothing that a plan always has is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ackplan import catalog, spec
from ackplan.catalog.kinds import Effect
from ackplan.catalog.operations import secret_parameters
from ackplan.diagnostics import Diagnostic, error
from ackplan.model.actions import Action, Reason, StepKind
from ackplan.model.values import ABSENT
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.steps import region_of, scale_out_values
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import decode_cluster
from ackplan.record.pin import is_made_on

_CURE = "Plan again"
_IN_PLACE = frozenset(
    {StepKind.AWAIT_READY, StepKind.ATTACH, StepKind.SCALE_OUT, StepKind.DETACH, StepKind.SCALE_IN, StepKind.RECORD}
)
_REMOVAL = frozenset({StepKind.DELETE, StepKind.AWAIT_GONE})
_STEPS: Mapping[Action, frozenset[StepKind]] = {
    Action.NOOP: frozenset(),
    Action.CREATE: frozenset({StepKind.AWAIT_GONE, StepKind.CREATE, StepKind.ATTACH}),
    Action.UPDATE: _IN_PLACE,
    Action.REPLACE: _REMOVAL | {StepKind.CREATE, StepKind.ATTACH},
    Action.DELETE: _REMOVAL,
    Action.ADOPT: frozenset({StepKind.RECORD}),
    Action.FORGET: frozenset({StepKind.FORGET}),
    Action.RECORD: frozenset({StepKind.RECORD, StepKind.AWAIT_READY}),
}
_OF_MODE: Mapping[str, frozenset[Action]] = {
    "normal": frozenset(Action),
    "destroy": frozenset({Action.NOOP, Action.DELETE, Action.FORGET}),
    "refresh-only": frozenset({Action.NOOP, Action.RECORD, Action.FORGET}),
}


def contradictions(plan: Plan, record: Record | None, file: str) -> tuple[Diagnostic, ...]:
    """Everything in a plan file that can't be so. `record` is the one in it; None in one of format 1."""
    found = [("", why) for why in (*_of_policies(plan), *_of_pins(plan, record))]
    clusters = record.clusters if record is not None else {}
    for change in plan.changes:
        found += [(change.cluster, why) for why in _of_change(change, clusters.get(change.cluster), plan.mode)]
    return tuple(_altered(file, cluster, why) for cluster, why in dict.fromkeys(found))


def _altered(file: str, cluster: str, why: str) -> Diagnostic:
    return error("ACK6003", "Plan file was altered", f"{file}: {why}", _CURE, cluster=cluster)


def _of_policies(plan: Plan) -> Iterator[str]:
    told = {diagnostic.rule for diagnostic in plan.diagnostics}
    for judged in plan.policies:
        if judged.violations and judged.rule not in told:
            yield f"what {judged.rule} found is missing"


def _of_pins(plan: Plan, record: Record | None) -> Iterator[str]:
    pins = plan.pins
    if plan.mode == "normal" and not pins.spec_files:
        yield "it does not pin the spec"
    if set(pins.live) != {change.cluster for change in plan.acting}:
        yield "it does not pin the live clusters that it plans for"
    if record is None:
        return
    interrupted = any(diagnostic.code in {"ACK3030", "ACK3031"} for diagnostic in plan.diagnostics)
    if (pins.lineage, pins.serial) != (record.lineage, record.serial) or not (interrupted or is_made_on(pins, record)):
        yield "it pins another record than it was made on"


def _of_change(change: Change, recorded: RecordedCluster | None, mode: str) -> Iterator[str]:
    kinds = [step.kind for step in change.steps]
    if change.action not in _OF_MODE[mode]:
        yield f"a {mode} plan does not {change.action.value}"
    if not _STEPS[change.action].issuperset(kinds) or not _whole(change.action, kinds):
        yield f"these are not the steps of a {change.action.value}"
    yield from _of_parameters(change)
    if change.is_blocked:
        return
    if _is_refused(change, recorded):
        yield "it is protected, and not refused"
    if len(set(kinds) - {StepKind.RECORD, StepKind.FORGET}) and recorded is not None and _is_stranger(change, recorded):
        yield f"{change.cluster_id} is not the recorded cluster"
    yield from _of_steps(change, recorded)


def _whole(action: Action, kinds: list[StepKind]) -> bool:
    """Whether all that an action is made of is there, once."""
    created, removed = kinds.count(StepKind.CREATE), sum(kind in _REMOVAL for kind in kinds)
    match action:
        case Action.CREATE:
            return created == 1
        case Action.REPLACE:
            return (created, removed) == (1, 1) and kinds[0] in _REMOVAL
        case Action.DELETE | Action.FORGET | Action.ADOPT:
            return len(kinds) == 1
    return bool(kinds) or action is Action.NOOP


def _is_stranger(change: Change, recorded: RecordedCluster) -> bool:
    return (
        change.action in {Action.UPDATE, Action.REPLACE, Action.DELETE}
        and change.reason is not Reason.ADOPTION
        and (change.cluster_id != recorded.cluster_id)
    )


def _is_refused(change: Change, recorded: RecordedCluster | None) -> bool:
    """Whether what stands in the record and in the entry to be recorded forbids this change."""
    if recorded is None or change.reason is Reason.CREATE_FAILED:
        return False
    if change.action is Action.DELETE:
        return change.reason is Reason.NOT_IN_SPEC and recorded.prevent_destroy
    if change.action is not Action.REPLACE:
        return False
    lifecycle = _own(change).get("lifecycle", {})
    unasked = change.reason is Reason.CANNOT_UPDATE and lifecycle.get("replace") != "allow"
    return unasked or bool(lifecycle.get("prevent_destroy", recorded.prevent_destroy))


def _own(change: Change) -> Mapping[str, Any]:
    """ackplan's own keys of the cluster as they will be recorded."""
    entry = change.steps[-1].entry if change.steps else None
    return decode_cluster(change.cluster, entry).own if entry is not None else {}


def _of_parameters(change: Change) -> Iterator[str]:
    """What is shown of the parameters is what the cluster will have."""
    after, create = change.after or {}, catalog.kind(change.kind).parameters
    shown = {parameter.name: parameter.after for parameter in change.parameters if parameter.name in create}
    for name, value in shown.items():
        if change.after is not None and not _same(value, after.get(name, ABSENT)):
            yield f"{name} is shown with another value than it gets"
    if change.action is Action.CREATE:
        yield from (f"{name} is not shown" for name in sorted(after.keys() - shown.keys()))
    if change.action is Action.REPLACE:
        before = change.before or {}
        hidden = [
            name for name in after.keys() - shown.keys() if not _means_same(change, name, before.get(name, ABSENT))
        ]
        yield from (f"{name} is not shown" for name in sorted(hidden))


def _means_same(change: Change, name: str, before: Any) -> bool:
    parameter = catalog.kind(change.kind).parameters.get(name)
    value = (change.after or {})[name]
    if parameter is None or parameter.secret:
        return parameter is not None
    before = parameter.unset(value) if before is ABSENT else before
    return before is not ABSENT and bool(parameter.canonical(before) == parameter.canonical(value))


def _same(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT or one != other:
        return one is other
    if isinstance(one, str | int):
        return type(one) is type(other)
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _of_steps(change: Change, recorded: RecordedCluster | None) -> Iterator[str]:
    for step in change.steps:
        found = [*_of_place(change, step, recorded), *_of_entry(change, step, recorded)]
        found += _of_body(change, step) if step.call is not None else ()
        yield from (f"{step.id}: {why}" for why in found)
    if change.steps and change.after is not None:
        yield from _of_size(change)


def _of_place(change: Change, step: Step, recorded: RecordedCluster | None) -> Iterator[str]:
    """Whether it is the cluster's own region and id that a step goes to."""
    regions = _regions(change, step, recorded)
    if (step.region if step.call is None else step.call.region) not in regions or step.region not in regions:
        yield f"it is for another region than the cluster's, {' or '.join(sorted(regions)) or 'none'}"
    if bool(step.cluster_id) == (step.kind is StepKind.CREATE) and not _is_new(change, step):
        yield "it names another cluster"
    if step.accepted_at not in {"", recorded.accepted_at if recorded else ""}:
        yield "it tells another time of creation"


def _regions(change: Change, step: Step, recorded: RecordedCluster | None) -> set[str]:
    """The region that a cluster is made in, or that it is recorded in; where neither is told, where it was seen."""
    seen = str((change.seen or {}).get("region_id", ""))
    if step.kind is StepKind.AWAIT_GONE:
        return {seen, region_of(change.kind, recorded.parameters if recorded else {}, seen)}
    made = step.kind is StepKind.CREATE or (change.action in {Action.CREATE, Action.REPLACE} and not step.cluster_id)
    if made or recorded is None:
        return {region_of(change.kind, change.after or {}, seen)}
    told = region_of(recorded.kind, recorded.parameters, "")
    return {told or seen} if step.call is not None else {told, told or seen}


def _is_new(change: Change, step: Step) -> bool:
    """Whether only the answer of the cluster's own create will tell the id."""
    return not step.cluster_id and change.action in {Action.CREATE, Action.REPLACE} and step.kind is StepKind.ATTACH


def _of_body(change: Change, step: Step) -> Iterator[str]:
    assert step.call is not None  # noqa: S101 - who calls has looked
    body, file = step.call.body, _schema_of(change, step)
    if not file:
        yield from ("it has a body",) if body is not None else ()
        return
    if body is None:
        yield "its body is missing"
        return
    for name in spec.body_faults(file, body):
        yield f"{name or 'its body'} is not what the schema allows"
    for name in sorted(secret_parameters(step.call.operation) & body.keys()):
        if not isinstance(body[name], Mapping):
            yield f"{name} is no reference to a secret"
    if not _says(change, step, body):
        yield "its body is not what the plan shows"


def _schema_of(change: Change, step: Step) -> str:
    assert step.call is not None  # noqa: S101 - who calls has looked
    if step.kind is StepKind.CREATE:
        return catalog.kind(change.kind).schema_file
    return next(iter(catalog.operation(step.call.operation).bodies), "")


def _says(change: Change, step: Step, body: Mapping[str, Any]) -> bool:
    """Whether the body is that of this change, and of no other."""
    match step.kind:
        case StepKind.CREATE:
            return _same(dict(body), dict(change.after or {}))
        case StepKind.ATTACH:
            return body.get("instances") == list(step.instances) and _is_of_a_group(change, body)
        case StepKind.SCALE_OUT:
            added = (step.workers_after or 0) - (step.workers_before or 0)
            return all(any(_same(body[n], v) for v in known) for n, known in _known(change, body, added))
        case StepKind.DETACH:
            return _are_named(change, step.instances, body.get("nodes")) and body.get("release_node") is False
        case StepKind.SCALE_IN:
            given_up = (step.workers_before or 0) - (step.workers_after or 0)
            release = _own(change).get("scale_in", {}).get("release_node")
            named = _are_named(change, step.instances, body.get("nodes")) and len(step.instances) == given_up
            return named and body.get("release_node") == release
    return False


def _are_named(change: Change, instances: Sequence[str], named: Any) -> bool:
    """Whether these are the instances, each by its id or by its node's name, and nodes that were seen."""
    nodes = (change.seen or {}).get("nodes")
    if nodes is None:
        return bool(named == list(instances))
    seen = {node["instance_id"] or node["node_name"]: {node["instance_id"], node["node_name"]} - {""} for node in nodes}
    told = named if isinstance(named, list) else []
    return len(told) == len(instances) and all(
        name in seen.get(instance, ()) for instance, name in zip(instances, told, strict=True)
    )


def _is_of_a_group(change: Change, body: Mapping[str, Any]) -> bool:
    rest = {key: value for key, value in body.items() if key != "instances"}
    for group in _own(change).get("attach", ()):
        apart = {key: value for key, value in group.items() if key != "instances"}
        if _same(rest, apart) and set(body["instances"]) <= set(group.get("instances", ())):
            return True
    return False


def _known(change: Change, body: Mapping[str, Any], added: int) -> Iterable[tuple[str, list[Any]]]:
    """Of each parameter of a scale-out the values that it can have."""
    known = scale_out_values(change.kind, change.after or {}, change.seen or {}, added)
    return [(name, known.get(name, [])) for name in body]


def _of_entry(change: Change, step: Step, recorded: RecordedCluster | None) -> Iterator[str]:
    """What is recorded once the step is done is the cluster that is shown, in whole at its last step."""
    if step.entry is None:
        if step.kind not in _REMOVAL and step.kind is not StepKind.FORGET:
            yield "it records nothing"
        return
    entry = decode_cluster(change.cluster, step.entry)
    known = {"", change.cluster_id} if change.action not in {Action.CREATE, Action.REPLACE} else {""}
    last = step is change.steps[-1]
    if entry.cluster_id not in known or (entry.kind != change.kind and (last or recorded is None)):
        yield "it records another cluster"
    allowed = [change.after] if last else [change.after, change.before, recorded.parameters if recorded else None]
    if not any(_same(dict(entry.parameters), dict(each)) for each in allowed if each is not None):
        yield "it records other parameters than are shown"
    if last and entry.depends_on != change.depends_on and change.action is not Action.RECORD:
        yield "it records other dependencies than are shown"


def _of_size(change: Change) -> Iterator[str]:
    """The number of workers that the last scaling brings about is the one that is shown."""
    counting = catalog.kind(change.kind).with_effect(Effect.SCALE)
    scaling = [step for step in change.steps if step.workers_after is not None]
    if counting is None or counting not in (change.after or {}) or not scaling:
        return
    last, entry = scaling[-1], decode_cluster(change.cluster, change.steps[-1].entry)
    leaving = sum(len(s.instances) for s in change.steps[change.steps.index(last) :] if s.kind is StepKind.DETACH)
    wanted = catalog.kind(change.kind).parameters[counting].canonical((change.after or {})[counting])
    if (last.workers_after or 0) - leaving != wanted + len(entry.attached):
        yield f"{last.id}: it brings about another size than is shown"
