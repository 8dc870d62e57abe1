"""A change as the lean JSON data of a plan file, and back: what is empty is left out, what stands twice is named once.

`true` stands for the create parameters that the cluster will have (`after`), which a change of a new cluster has in
four places, and the name of a side for a change of every parameter from nothing. Reading trusts nothing.
"""

from __future__ import annotations

from ackplan.core.actions import Action, Side
from ackplan.core.catalog import Kind
from ackplan.core.resource import Kinds
from ackplan.core.values import ABSENT, alike
from ackplan.plan import untrusted
from ackplan.plan.model import Change, Step
from ackplan.plan.new_parameters import AllNew, NewParameters, traits_of
from ackplan.plan.parts import (
    decode_change_of,
    decode_parameter,
    decode_step,
    encode_change_alone,
    encode_parameter,
    encode_step,
    operation_of,
)
from ackplan.record import RecordedCluster
from ackplan.record.codec import decode_cluster, encode_cluster
from ackplan.spec.desired import Wanted
from ackplan.spec.wanted import rebuilt

_ALONE: untrusted.Data = {
    "cluster_id": "",
    "blocked": [],
    "notes": [],
    "before": None,
    "after": None,
    "live_state": "",
    "seen": None,
    "depends_on": [],
}
_STEP: untrusted.Data = {
    "cluster_id": "",
    "call": None,
    "needs": [],
    "expected_seconds": 0.0,
    "masters": 0,
    "workers_before": None,
    "workers_after": None,
    "instances": [],
    "entry": None,
    "accepted_at": "",
}
_ENTRY: untrusted.Data = {"cluster_id": "", "own": {}, "attached": [], "created": True}


def encode_lean(change: Change, recorded: RecordedCluster | None) -> untrusted.Json:
    """The change; `recorded` is the entry of the record beside it, which it need not hold once more."""
    lean = _without(encode_change_alone(change), _ALONE)
    if change.before is not None and change.before is change.after:
        lean["before"] = True
    if change.parameters:
        side = change.parameters[0].side
        new = _is_new(change, side)
        lean["parameters"] = side.value if new else [encode_parameter(each) for each in change.parameters]
    if change.steps:
        lean["steps"] = [_lean_step(step, change) for step in change.steps]
    if change.desired is not None:
        lean["desired"] = _lean_desired(change.desired, change)
    if not _same_entry(change.recorded, recorded):
        lean["recorded"] = encode_cluster(change.recorded) if change.recorded else None
    return lean


def _without(data: untrusted.Json, usual: untrusted.Data) -> untrusted.Json:
    return {key: value for key, value in data.items() if key not in usual or value != usual[key]}


def _is_new(change: Change, side: Side) -> bool:
    """Whether each parameter that the cluster will have changes from nothing, in the order of the schema."""
    after = change.after
    if change.action is not Action.CREATE or after is None or len(after) != len(change.parameters):
        return False
    if isinstance(change.parameters, AllNew) and change.parameters.tells(change.kind, after):
        return change.parameters.side is side
    traits = traits_of(change.kind)
    if [each.name for each in change.parameters] != [name for name in traits if name in after]:
        return False
    for each in change.parameters:
        if each.after is not after[each.name] or each.before is not ABSENT or each.side is not side:
            return False
        effect, secret = traits[each.name]
        if each.effect is not effect or each.secret is not secret:
            return False
    return True


def _lean_step(step: Step, change: Change) -> untrusted.Json:
    data = _without(encode_step(step), _STEP)
    del data["cluster"]
    call, entry = step.call, step.after
    if call is not None:
        data["call"] = {} if call.body is None else {"body": True if _is_all(call.body, change) else call.body}
        if call.query:
            data["call"]["query"] = dict(call.query)
        if call.operation != operation_of(step.traits.name, change.kind):
            data["call"]["operation"] = call.operation
        if call.region != step.region:
            data["call"]["region"] = call.region
    if entry is not None:
        lean = _without(data["entry"], _ENTRY)
        if entry.parameters is change.after:
            lean["parameters"] = True
        if change.desired is not None and entry.own is change.desired.own and entry.own:
            lean["own"] = True
        if entry.kind is change.kind:
            del lean["kind"]
        data["entry"] = lean
    return data


def _is_all(body: untrusted.Data, change: Change) -> bool:
    """Whether a body has all that the resource will have."""
    if change.after is None or body is change.after:
        return body is change.after
    whole = change.kind.body(change.after)
    return whole is not change.after and body == whole


def _lean_desired(desired: Wanted, change: Change) -> untrusted.Json:
    """What the spec wants: its own keys, and its parameters by their names where they are those that are shown."""
    lean: untrusted.Json = {"own": desired.own} if desired.own else {}
    if desired.kind is not change.kind:
        lean["kind"] = desired.kind.name
    after, names = change.after or {}, sorted(desired.parameters)
    if desired.parameters is after:
        return lean
    if all(name in after and alike(after[name], value) for name, value in desired.parameters.items()):
        return {**lean, "parameters": names} if names != sorted(after) else lean
    return {**lean, "parameters": desired.parameters}


def _same_entry(one: RecordedCluster | None, other: RecordedCluster | None) -> bool:
    """Whether both are written alike."""
    if one is None or other is None or one is other:
        return one is other
    return one == other and alike(encode_cluster(one), encode_cluster(other))


def decode_lean(
    data: untrusted.Data, recorded: RecordedCluster | None, kinds: Kinds, new_parameters: NewParameters
) -> Change:  # fmt: skip
    """The change in `data`. Raises LookupError, TypeError, ValueError or AttributeError for what is none."""
    after = untrusted.optional(data.get("after"), untrusted.mapping)
    desired = data.get("desired")
    own = None if desired is None else untrusted.mapping(desired.get("own", {}))
    kind, name = kinds.kind(data["kind"]), untrusted.text(data["cluster"])
    said = data.get("parameters", [])
    parameters = (
        _new(kind, untrusted.mapping(after), Side(said), new_parameters)
        if isinstance(said, str)
        else tuple([decode_parameter(each) for each in said])
    )
    steps = [_whole_step(step, data, kind, (after, own)) for step in data.get("steps", ())]
    before = after if data.get("before") is True else data.get("before")
    return decode_change_of(
        {**_ALONE, **data, "before": before},
        kind,
        parameters=parameters,
        steps=tuple([decode_step(step, kinds, kind) for step in steps]),
        desired=None if own is None else _desired(name, data, kinds, (after, own)),
        recorded=untrusted.optional(data["recorded"], lambda value: decode_cluster("recorded", value, kinds))
        if "recorded" in data
        else recorded,
    )


def _new(kind: Kind, after: untrusted.Json, side: Side, new_parameters: NewParameters) -> AllNew:
    """Values in `after` that were met before become the ones that were met."""
    new = new_parameters.in_order(kind, after, side)
    for parameter in new:
        after[parameter.name] = parameter.after
    return new


# What a change will have, and ackplan's own keys of what is desired.
_Shared = tuple[untrusted.Data | None, untrusted.Data | None]


def _whole_step(step: untrusted.Data, change: untrusted.Data, kind: Kind, shared: _Shared) -> untrusted.Json:
    """The step with all that was left out of it."""
    after, own = shared
    whole = {**_STEP, **step, "cluster": change["cluster"]}
    call, entry = whole["call"], whole["entry"]
    if call is not None:
        body = call.get("body")
        region = call.get("region", whole["region"])
        operation = call.get("operation") or operation_of(untrusted.text(whole["kind"]), kind)
        said = kind.body(untrusted.mapping(after)) if body is True else body
        whole["call"] = {**call, "operation": operation, "region": region, "body": said}
    if entry is not None:
        entry = {**_ENTRY, "kind": change["kind"], **entry}
        entry["parameters"] = after if entry["parameters"] is True else entry["parameters"]
        entry["own"] = own if entry["own"] is True else entry["own"]
        whole["entry"] = entry
    return whole


def _desired(name: str, change: untrusted.Data, kinds: Kinds, shared: _Shared) -> Wanted:
    desired, (after, own) = change["desired"], shared
    kind = kinds.kind(desired.get("kind", change["kind"]))
    parameters = desired.get("parameters")
    if parameters is None:
        parameters = untrusted.mapping(after)
    elif isinstance(parameters, list):
        parameters = {each: untrusted.mapping(after)[each] for each in untrusted.texts(parameters)}
    return rebuilt(name, kind, untrusted.mapping(parameters), own or {})
