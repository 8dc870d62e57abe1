"""The parts of a plan, changes, steps and diagnostics, as JSON data and back. Reading trusts nothing, as in `codec`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Required, TypedDict, Unpack

from ackplan.core import catalog, language
from ackplan.core.actions import Action, Reason, Side
from ackplan.core.answers import Cluster, Node
from ackplan.core.call import Call, Pinned
from ackplan.core.catalog import Catalog, Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic, Severity, Span, printable
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.core.values import ABSENT
from ackplan.core.work import TRAITS, Work
from ackplan.plan import untrusted
from ackplan.plan.live_sides import FACTS, Live, LiveResource
from ackplan.plan.model import Change, Judged, LeftOut, Step
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.record.codec import decode_cluster, encode_cluster
from ackplan.spec.desired import Wanted

_WORKS: Mapping[str, type[Work]] = {traits.name: work for work, traits in TRAITS.items()}


def encode_change(change: Change, parameter: Callable[[ParameterChange], object] | None = None) -> untrusted.Json:
    """The change; `parameter` encodes its parameters, for who keeps what they have alike."""
    return {
        **encode_change_alone(change),
        "parameters": list(map(parameter or encode_parameter, change.parameters)),
        "steps": [encode_step(step) for step in change.steps],
    }


def encode_change_alone(change: Change) -> untrusted.Json:
    """The change without its parameters and steps."""
    return {
        "cluster": change.name,
        "kind": change.kind.name,
        "action": change.action.value,
        "reason": change.reason.name,
        "cluster_id": change.cluster_id,
        "blocked": [encode_diagnostic(diagnostic) for diagnostic in change.blocked],
        "notes": list(change.notes),
        "before": change.before,
        "after": change.after,
        "live_state": change.live_state,
        "seen": change.live.facts if change.live else None,
        "depends_on": list(change.depends_on),
    }


def encode_parameter(parameter: ParameterChange) -> untrusted.Json:
    encoded = {
        "name": parameter.name,
        "effect": parameter.effect.value,
        "side": parameter.side.value,
        "secret": parameter.secret,
    }
    sides = {"before": parameter.before, "after": parameter.after}
    return {**encoded, **{side: value for side, value in sides.items() if value is not ABSENT}}


def encode_step(step: Step) -> untrusted.Json:
    """Every step has the keys of all works, empty where they mean nothing for its own."""
    call, size = step.call, step.size
    return {
        "id": step.id,
        "cluster": step.name,
        "kind": step.traits.name,
        "reason": step.reason.name,
        "side": step.side.value,
        "cluster_id": step.cluster_id,
        "call": None if call is None else _encode_call(call),
        "needs": list(step.needs),
        "expected_seconds": step.expected_seconds,
        "timeout": step.timeout,
        "masters": size.masters if size else 0,
        "workers_before": size.before if size else None,
        "workers_after": size.after if size else None,
        "instances": list(step.instances),
        "entry": encode_cluster(step.after) if step.after else None,
        "region": step.region,
        "accepted_at": step.accepted_at,
    } | ({"parent_id": step.parent_id} if step.parent_id else {})


def _encode_call(call: Call) -> untrusted.Json:
    said = {"operation": call.operation, "region": call.region, "body": call.body}
    return {**said, "query": dict(call.query)} if call.query else said


@language.speaking(language.ENGLISH)
def encode_diagnostic(diagnostic: Diagnostic) -> untrusted.Json:
    span = diagnostic.span
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "cure": diagnostic.cure,
        "cluster": diagnostic.cluster,
        "parameter": diagnostic.parameter,
        "rule": diagnostic.rule,
        "span": [span.file, span.line, span.column] if span else None,
    }


def encode_judged(judged: Judged) -> untrusted.Json:
    return {"rule": judged.rule, "severity": judged.severity.value, "violations": judged.violations}


def encode_left_out(left: LeftOut) -> dict[str, str]:
    return {"cluster": left.name, "option": left.option, "action": left.action.value, "why": left.why}


def decode_left_out(data: untrusted.Data) -> LeftOut:
    cluster, option, why = (untrusted.text(data[key]) for key in ("cluster", "option", "why"))
    return LeftOut(cluster, option, Action(data["action"]), why)


def decode_judged(data: untrusted.Data) -> Judged:
    return Judged(untrusted.text(data["rule"]), Severity(data["severity"]), untrusted.whole(data["violations"]))


_NODE_FACTS = ("instance_id", "node_name", "instance_role", "state", "creation_time")


def read_live(value: Any) -> Live | LiveResource:
    """A live cluster as the plan saw it."""
    seen = untrusted.mapping(value)
    cluster_id, name, state, region_id = (untrusted.text(seen[key]) for key in FACTS[:4])
    size = untrusted.optional(seen.get("size"), untrusted.whole)
    attributes = {key: fact for key, fact in seen.items() if key not in FACTS}
    cluster_type = untrusted.optional(seen.get("cluster_type"), untrusted.text)
    cluster = Cluster(cluster_id, name, state, region_id, size, cluster_type, attributes)
    nodes = seen.get("nodes")
    return Live(cluster, None if nodes is None else tuple(_read_node(node) for node in nodes))


def read_live_resource(value: Any) -> Live | LiveResource:
    """What is live inside of a cluster, as the plan saw it."""
    seen = untrusted.mapping(value)
    resource_id, name, state = (untrusted.text(seen[key]) for key in ("id", "name", "state"))
    return LiveResource(resource_id, name, state, untrusted.mapping(seen["values"]))


def _read_node(data: untrusted.Data) -> Node:
    return Node(*(untrusted.text(data[key]) for key in _NODE_FACTS))


class _OfKind(TypedDict, total=False):
    """What of a change is read by who knows its kind."""

    parameters: Required[tuple[ParameterChange, ...]]
    steps: Required[tuple[Step, ...]]
    desired: Wanted | None
    recorded: RecordedCluster | None


def decode_change(data: untrusted.Data, kinds: Kinds = CLUSTER_KINDS) -> Change:
    parameters = tuple(decode_parameter(entry) for entry in data["parameters"])
    steps = tuple(decode_step(entry, kinds) for entry in data["steps"])
    return decode_change_of(data, kinds.kind(data["kind"]), parameters=parameters, steps=steps)


def decode_change_of(data: untrusted.Data, kind: Kind, **more: Unpack[_OfKind]) -> Change:
    """The change with its parameters and steps, and whatever `more` it has."""
    address = untrusted.address(data["cluster"])
    return Change(
        address=address,
        kind=kind,
        action=Action(data["action"]),
        reason=Reason[data["reason"]],
        cluster_id=untrusted.cluster_id(data["cluster_id"]),
        blocked=tuple([decode_diagnostic(entry) for entry in data["blocked"]]),
        notes=untrusted.texts(data["notes"]),
        before=untrusted.optional(data["before"], untrusted.mapping),
        after=untrusted.optional(data["after"], untrusted.mapping),
        live_state=untrusted.text(data["live_state"]),
        live=untrusted.optional(data["seen"], read_live if address.parent is None else read_live_resource),
        depends_on=untrusted.texts(data["depends_on"]),
        **more,
    )


def decode_parameter(data: untrusted.Data) -> ParameterChange:
    return ParameterChange(
        untrusted.text(data["name"]),
        data.get("before", ABSENT),
        data.get("after", ABSENT),
        Effect(data["effect"]),
        Side(data["side"]),
        data["secret"] is True,
    )


def decode_step(data: untrusted.Data, kinds: Kinds = CLUSTER_KINDS, kind: Kind | None = None) -> Step:
    """The step in `data`, of a resource of this kind: its API has the calls."""
    return Step(
        id=untrusted.name(data["id"]),
        address=untrusted.address(data["cluster"]),
        work=_read_work(data, kind),
        reason=Reason[data["reason"]],
        side=Side(data["side"]),
        cluster_id=untrusted.cluster_id(data["cluster_id"]),
        needs=untrusted.texts(data["needs"]),
        expected_seconds=untrusted.seconds(data["expected_seconds"]),
        timeout=int(untrusted.seconds(data["timeout"])),
        after=untrusted.optional(data["entry"], lambda entry: decode_cluster("entry", entry, kinds)),
        region=untrusted.text(data.get("region", "")),
        accepted_at=untrusted.text(data.get("accepted_at", "")),
        parent_id=untrusted.cluster_id(data.get("parent_id", "")),
    )


def _read_work(data: untrusted.Data, kind: Kind | None) -> Work:
    """The work with its own fields. Raises ValueError where it lacks one, or has one that means nothing for it."""
    work = _WORKS[untrusted.text(data["kind"])]
    ids = {"id": untrusted.cluster_id(data.get("parent_id", ""))}
    ids[kind.place if kind else "id"] = untrusted.cluster_id(data["cluster_id"])
    api = kind.catalog if kind else catalog.DEFAULT
    values: untrusted.Json = {
        "call": untrusted.optional(data["call"], lambda call: _read_call(call, ids, api)),
        "size": _read_size(data),
        "instances": untrusted.texts(data["instances"]) or None,
    }
    own = {name: value for name, value in values.items() if value is not None}
    if own.keys() != {each.name for each in fields(work)}:
        raise ValueError("the fields of a step")
    return work(**own)


def operation_of(work: str, kind: Kind) -> str:
    """The operation that a step with this work calls on a resource of this kind."""
    return kind.operation_of(work, TRAITS[_WORKS[work]].operation)


def _read_size(data: untrusted.Data) -> Pinned | None:
    before, after = (untrusted.optional(data[key], untrusted.whole) for key in ("workers_before", "workers_after"))
    masters = untrusted.whole(data["masters"])
    return Pinned(before, after, masters) if before is not None and after is not None else None


def _read_call(data: untrusted.Data, ids: Mapping[str, str], api: Catalog) -> Call:
    """Method and path come from the catalog, never from the file: a file can't name a call that we don't make."""
    operation = api.operation(untrusted.text(data["operation"]))
    body = untrusted.optional(data["body"], untrusted.mapping)
    query = {name: untrusted.text(value) for name, value in untrusted.mapping(data.get("query", {})).items()}
    return Call(operation.id, operation.method, operation.path_with(ids), untrusted.text(data["region"]), body, query)


def decode_diagnostic(data: untrusted.Data) -> Diagnostic:
    """What a plan file tells of a finding is shown to people: nothing in it moves a terminal."""
    span = data["span"]
    summary, detail, cure = (_shown(data[key]) for key in ("summary", "detail", "cure"))
    return Diagnostic(
        Severity(data["severity"]),
        _shown(data["code"]),
        texts=(summary, detail, cure),
        span=Span(_shown(span[0]), untrusted.whole(span[1]), untrusted.whole(span[2])) if span else None,
        cluster=_shown(data["cluster"]),
        parameter=_shown(data["parameter"]),
        rule=_shown(data.get("rule", "")),
    )


def _shown(value: object) -> str:
    return printable(untrusted.text(value))
