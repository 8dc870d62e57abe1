"""What a plan's steps would send and record, held against the change that is shown; bodies against their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ackplan import spec
from ackplan.core.actions import Action, Reason
from ackplan.core.catalog.deletion import deletion_query, leavings
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import JsonObject
from ackplan.core.kubernetes_version import is_newer
from ackplan.core.secret_parts import parts_in
from ackplan.core.values import alike
from ackplan.core.work import (
    Attach,
    AwaitGone,
    Calling,
    Create,
    Delete,
    Detach,
    Forget,
    Modify,
    ScaleIn,
    ScaleOut,
    Upgrade,
)
from ackplan.plan import in_place
from ackplan.plan.model import Change, Step
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import scale_out
from ackplan.resources.upgraded import upgraded_parameter


def faults_of_steps(change: Change, recorded: RecordedCluster | None) -> Iterator[str]:
    for step in change.steps:
        found = [*_of_place(change, step, recorded), *_of_entry(change, step, recorded)]
        if isinstance(step.work, Calling):
            found += [*_of_body(change, step.work), *_of_query(change, step.work, recorded)]
        yield from (f"{step.id}: {why}" for why in found)
    if change.steps and change.after is not None:
        yield from _of_size(change)


def _of_place(change: Change, step: Step, recorded: RecordedCluster | None) -> Iterator[str]:
    """Whether it is the cluster's own region and id that a step goes to."""
    regions = _regions(change, step, recorded)
    if (step.region if step.call is None else step.call.region) not in regions or step.region not in regions:
        yield f"it is for another region than the cluster's, {' or '.join(sorted(regions)) or 'none'}"
    if bool(step.cluster_id) == isinstance(step.work, Create) and not _is_new(change, step):
        yield "it names another cluster"
    if recorded is not None and step.accepted_at not in {"", recorded.accepted_at}:
        yield "it tells another time of creation"


def _regions(change: Change, step: Step, recorded: RecordedCluster | None) -> set[str]:
    """The region that a cluster is made in, or that it is recorded in; where neither is told, where it was seen."""
    seen = change.live_cluster.cluster.region_id if change.live_cluster else ""
    if isinstance(step.work, AwaitGone):
        return {seen, change.kind.region_of(recorded.parameters if recorded else {}, seen)}
    made = isinstance(step.work, Create) or (change.action in {Action.CREATE, Action.REPLACE} and not step.cluster_id)
    if made or recorded is None:
        return {change.kind.region_of(change.after or {}, seen)}
    told = recorded.region
    return {told or seen} if step.call is not None else {told, told or seen}


def _is_new(change: Change, step: Step) -> bool:
    """Whether only the answer of the cluster's own create will tell the id."""
    return not step.cluster_id and change.action in {Action.CREATE, Action.REPLACE} and isinstance(step.work, Attach)


def _of_body(change: Change, work: Calling) -> Iterator[str]:
    call = work.call
    body, file = call.body, _schema_of(change, work)
    if not file:
        yield from ("it has a body",) if body is not None else ()
        return
    if body is None:
        yield "its body is missing"
        return
    for name in spec.body_faults(file, change.kind.catalog.payload(call.operation, body)):
        yield f"{name or 'its body'} is not what the schema allows"
    for name, value in parts_in(body, sorted(change.kind.catalog.secret_parameters(call.operation))):
        if not isinstance(value, Mapping):
            yield f"{name} is no reference to a secret"
    if not _says(change, work, body):
        yield "its body is not what the plan shows"


def _of_query(change: Change, work: Calling, recorded: RecordedCluster | None) -> Iterator[str]:
    """Only a deletion has a query: what the spec says is to stay or, of a cluster in no spec, the record."""
    call, catalog = work.call, change.kind.catalog
    if not isinstance(work, Delete):
        yield from ("it has a query",) if call.query else ()
        return
    try:
        leavings(catalog, call.query, call.operation)
    except ValueError as fault:
        yield str(fault)
    # All that is recorded may be destroyed by the word of a spec that is not in the file.
    said = None if change.reason is Reason.DESTROY else change.desired or recorded
    if said is not None and dict(call.query) != deletion_query(catalog, said.own, call.operation):
        yield "it keeps or removes other cloud resources than is said"


def _schema_of(change: Change, work: Calling) -> str:
    if isinstance(work, Create):
        return change.kind.schema_file
    return next(iter(change.kind.catalog.operation(work.call.operation).bodies), "")


def _says(change: Change, work: Calling, body: Mapping[str, Any]) -> bool:
    """Whether the body is that of this change, and of no other."""
    match work:
        case Create():
            return _same(body, change.kind.body(change.after or {}))
        case Attach(_, instances):
            return body.get("instances") == list(instances) and _is_of_a_group(change, body)
        case ScaleOut(_, size):
            added = size.after - size.before
            return all(any(alike(body[n], v) for v in known) for n, known in _known(change, body, added))
        case Detach(_, instances):
            return _are_named(change, instances, body.get("nodes")) and body.get("release_node") is False
        case ScaleIn(_, size, instances):
            given_up = size.before - size.after
            release = own_keys(change).get("scale_in", {}).get("release_node")
            named = _are_named(change, instances, body.get("nodes")) and len(instances) == given_up
            return named and body.get("release_node") == release
        case Modify():
            changed = {p.name for p in change.parameters if p.effect is Effect.MODIFY}
            meant = in_place.bodies(change.kind, change.after or {}, changed).get(work.call.operation)
            return meant is not None and alike(dict(body), meant)
        case Upgrade():
            there = {"next_version": work.version, "master_only": True}
            return body == there and not is_newer(work.version, _last(change))
        case _:
            return False


def _same(one: JsonObject, other: JsonObject) -> bool:
    """Whether they say the same; most are the very same, which a plan file names once."""
    return one is other or alike(dict(one), dict(other))


def _are_named(change: Change, instances: Sequence[str], named: Any) -> bool:
    """Whether these are the instances, each by its id or by its node's name, and nodes that were seen."""
    live = change.live_cluster
    if live is None or live.nodes is None:
        return bool(named == list(instances))
    seen = {node.key: {node.instance_id, node.name} - {""} for node in live.nodes}
    told = named if isinstance(named, list) else []
    return len(told) == len(instances) and all(
        name in seen.get(instance, ()) for instance, name in zip(instances, told, strict=True)
    )


def _is_of_a_group(change: Change, body: Mapping[str, Any]) -> bool:
    rest = {key: value for key, value in body.items() if key != "instances"}
    for group in own_keys(change).get("attach", ()):
        apart = {key: value for key, value in group.items() if key != "instances"}
        if alike(rest, apart) and set(body["instances"]) <= set(group.get("instances", ())):
            return True
    return False


def _known(change: Change, body: Mapping[str, Any], added: int) -> Iterable[tuple[str, list[Any]]]:
    """Of each parameter of a scale-out the values that it can have."""
    known = scale_out.values(change.kind, change.after or {}, change.live.facts if change.live else {}, added)
    return [(name, known.get(name, [])) for name in body]


def _of_entry(change: Change, step: Step, recorded: RecordedCluster | None) -> Iterator[str]:
    """What is recorded once the step is done is the cluster that is shown, in whole at its last step."""
    entry = step.after
    if entry is None:
        if not step.traits.removes and not isinstance(step.work, Forget):
            yield "it records nothing"
        return
    known = {"", change.cluster_id} if change.action not in {Action.CREATE, Action.REPLACE} else {""}
    last = step is change.steps[-1]
    if entry.cluster_id not in known or (entry.kind != change.kind and (last or recorded is None)):
        yield "it records another cluster"
    allowed = [change.after] if last else [change.after, change.before, recorded.parameters if recorded else None]
    shown = any(_same(entry.parameters, each) for each in allowed if each is not None)
    if (
        not shown
        and (last or not _is_between(change, step, entry, recorded))
        and not (recorded is None and not last and _is_recovered(entry, change))
    ):
        yield "it records other parameters than are shown"
    if last and entry.depends_on != change.depends_on and change.action is not Action.RECORD:
        yield "it records other dependencies than are shown"


def _is_recovered(entry: RecordedCluster, change: Change) -> bool:
    """Whether a cluster that only the journal knew is recorded as made, apart from what is shown to move."""
    moved = {parameter.name for parameter in change.parameters}
    kept = {name: value for name, value in entry.parameters.items() if name not in moved}
    return alike(kept, {name: value for name, value in (change.before or {}).items() if name not in moved})


def _of_size(change: Change) -> Iterator[str]:
    """The number of workers that the last scaling brings about is the one that is shown."""
    counting = change.kind.count_parameter
    scaling = [(number, step, step.size) for number, step in enumerate(change.steps) if step.size is not None]
    entry = change.steps[-1].after
    if counting is None or counting.name not in (change.after or {}) or not scaling or entry is None:
        return
    number, last, size = scaling[-1]
    leaving = sum(len(s.instances) for s in change.steps[number:] if isinstance(s.work, Detach))
    wanted = counting.count((change.after or {})[counting.name])
    if size.after - leaving != wanted + len(entry.attached):
        yield f"{last.id}: it leads to another size than is shown"


def own_keys(change: Change) -> Mapping[str, Any]:
    """ackplan's own keys of the cluster as they will be recorded."""
    entry = change.steps[-1].after if change.steps else None
    return entry.own if entry is not None else {}


def _is_between(change: Change, step: Step, entry: RecordedCluster, recorded: RecordedCluster | None) -> bool:
    """Whether a step that others follow records only what was or will be: settings and versions come one by one."""
    if not isinstance(step.work, Modify | Upgrade):
        return False
    # What is shown of before is in the form that is compared: a list in another order than it is recorded in.
    was = recorded.parameters if recorded else None
    sides = [side for side in (change.before, change.after, was) if side is not None]
    upgraded = upgraded_parameter(change.kind)
    ways = {work.version for work in (each.work for each in change.steps) if isinstance(work, Upgrade)}
    return all(
        any(name in side and alike(side[name], value) for side in sides)
        or (upgraded is not None and name == upgraded.name and value in ways)
        for name, value in entry.parameters.items()
    )


def _last(change: Change) -> str:
    """The version that the cluster is shown to be upgraded to."""
    parameter = upgraded_parameter(change.kind)
    return str((change.after or {}).get(parameter.name, "")) if parameter else ""
