"""Where the steps of a change inside of a cluster do another thing than it shows: of a plan file nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ackplan.core.call import Call
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json
from ackplan.core.secret_parts import parts_in
from ackplan.core.values import ABSENT, alike
from ackplan.core.work import Calling, Create, Delete, Modify
from ackplan.plan import in_place
from ackplan.plan.model import Change, Step
from ackplan.record import RecordedCluster

if TYPE_CHECKING:
    from ackplan.resources.nested.nested_type import NestedType


def contradictions(of: NestedType, change: Change, recorded: RecordedCluster | None) -> Iterator[str]:
    """`of` judges the works that only this type has."""
    for step in change.steps:
        if isinstance(step.work, Calling):
            yield from (f"{step.id}: {why}" for why in _of_call(of, change, step))
        if not _records_what_is_shown(change, step, recorded):
            yield f"{step.id}: what it records is not what is shown"
        if step.cluster_id and recorded is not None and step.cluster_id not in {recorded.cluster_id, change.cluster_id}:
            yield f"{step.id}: it is about another one than is recorded"


def _of_call(of: NestedType, change: Change, step: Step) -> Iterator[str]:
    call = step.call
    assert call is not None  # noqa: S101 - only steps that call something come here
    bodies = change.kind.catalog.operation(call.operation).bodies
    if bool(bodies) != (call.body is not None):
        yield "its body is missing, or it has one"
    elif call.body is not None:
        yield from (
            f"{name or 'its body'} is not what the schema allows" for name in of.body_faults(bodies[0], call.body)
        )
        secrets = sorted(change.kind.catalog.secret_parameters(call.operation))
        for name, value in parts_in(call.body, secrets):
            if not isinstance(value, Mapping):
                yield f"{name} is no reference to a secret"
    if not _says(of, change, step):
        yield "what it sends is not what is shown"


def _says(of: NestedType, change: Change, step: Step) -> bool:
    call, after = step.call, change.after or {}
    assert call is not None  # noqa: S101 - as above
    match step.work:
        case Create():
            return call.body is not None and not call.query and alike(call.said, change.kind.body(after))
        case Modify():
            changed = {p.name for p in change.parameters if p.effect is Effect.MODIFY}
            meant = in_place.bodies(change.kind, after, changed).get(call.operation)
            return meant is not None and not call.query and alike(call.said, _naming(change, call) | meant)
        case Delete():
            return dict(call.query) == dict(of.deletion) and alike(call.said or {}, _naming(change, call))
        case _:
            return of.says(change, step)


def _naming(change: Change, call: Call) -> dict[str, Json]:
    """What a body says beside its parameters: which one it is about, where the API takes a list of such."""
    name = change.kind.catalog.item_name(call.operation)
    return {name: change.address.name} if name else {}


def _records_what_is_shown(change: Change, step: Step, recorded: RecordedCluster | None) -> bool:
    """The last step leaves what is shown; those before it have of each parameter what was, or what will be."""
    entry, after = step.after, change.after or {}
    if entry is None:
        return True
    if entry.kind != change.kind or entry.cluster_id not in {"", change.cluster_id}:
        return False
    if step is change.steps[-1]:
        return alike(entry.parameters, after)
    sides = (after, change.before or {}, recorded.parameters if recorded else {})
    return all(any(alike(value, side.get(name, ABSENT)) for side in sides) for name, value in entry.parameters.items())
