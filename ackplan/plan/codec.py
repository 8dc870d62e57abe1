"""The plan as JSON data and back. Reading a plan file trusts nothing: shape, sizes and calls are checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ackplan import catalog
from ackplan.catalog.kinds import Effect
from ackplan.diagnostics import Diagnostic, Failure, Severity, Span, error
from ackplan.diff import ParameterChange
from ackplan.model.actions import Action, Reason, Side, StepKind
from ackplan.model.values import ABSENT
from ackplan.model.world import decode_world, encode_world
from ackplan.plan import shapes
from ackplan.plan.model import Call, Change, Judged, Pins, Plan, Step
from ackplan.plan.steps import OPERATION_OF

FORMAT = 2
# The first format does not pin what the record held: it can be shown, and not applied.
_READ = (1, FORMAT)
MODES = ("normal", "destroy", "refresh-only")
MAX_BYTES = 512 * 1024 * 1024
_SEAL = ', "sha256": '


def encode_file(plan: Plan, shown: Mapping[str, Any]) -> Iterator[bytes]:
    """A plan file: what `show --format json` prints of the plan, the plan, and a digest over both.

    In pieces, for the whole would be in memory several times over.
    """
    digest = hashlib.sha256()
    for piece in _pieces(plan, shown):
        data = piece.encode("utf-8", "surrogatepass")
        digest.update(data)
        yield data
    yield _seal(digest.hexdigest()).encode()


def _pieces(plan: Plan, shown: Mapping[str, Any]) -> Iterator[str]:
    """The file as JSON with sorted keys, as far as the digest."""
    yield f'{{"ackplan_plan": {FORMAT}, "json": {{'
    for number, name in enumerate(sorted(shown)):
        yield f"{', ' * (number > 0)}{_text(name)}: {_text(shown[name])}"
    yield '}, "plan": {"changes": ['
    for number, change in enumerate(plan.changes):
        yield f"{', ' * (number > 0)}{_text(_change(change))}"
    yield f"], {_text(_apart_from_changes(plan)).removeprefix('{')}"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def sealed(text: str) -> str:
    """The text of a JSON object with the digest of every byte before it as its last key."""
    text = text.removesuffix("}")
    return text + _seal(_digest(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _seal(digest: str) -> str:
    return f'{_SEAL}"{digest}"}}\n'


def _is_sealed(text: str) -> bool:
    end = text.rfind(_SEAL)
    return end >= 0 and text[end:] == _seal(_digest(text[:end]))


def decode_file(text: str, file: str) -> tuple[Plan, Mapping[str, Any]]:
    """The plan and its JSON. Raises Failure for a file that is not a plan, was altered, or is of a newer version."""
    whole = _is_sealed(text)  # before its values are there: a large file fills the memory twice
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure(_not_a_plan(file, "it is not JSON")) from None
    if not isinstance(document, dict) or "ackplan_plan" not in document:
        raise Failure(_not_a_plan(file, "it was not written by ackplan plan --out"))
    if document["ackplan_plan"] is True or document["ackplan_plan"] not in _READ:
        raise Failure(of_another_version(f"format {document['ackplan_plan']!r}, this ackplan reads {FORMAT}"))
    if not whole:
        raise Failure(error("ACK6003", "Plan file was altered", f"{file} does not match its own digest", "Plan again"))
    try:
        return decode(document["plan"]), document["json"]
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
        raise Failure(_not_a_plan(file, f"{type(fault).__name__} in it")) from None


def of_another_version(detail: str) -> Diagnostic:
    return error("ACK6002", "Plan file of another version", detail, "Plan again")


def _not_a_plan(file: str, why: str) -> Diagnostic:
    return error("ACK6001", "Not a plan file", f"{file}: {why}", "Make one: ackplan plan --out FILE")


def encode(plan: Plan) -> dict[str, Any]:
    return {**_apart_from_changes(plan), "changes": [_change(change) for change in plan.changes]}


def _apart_from_changes(plan: Plan) -> dict[str, Any]:
    return {
        "mode": plan.mode,
        "unmanaged": plan.unmanaged,
        "pins": {
            "lineage": plan.pins.lineage,
            "serial": plan.pins.serial,
            "spec_digest": plan.pins.spec_digest,
            "live": dict(plan.pins.live),
            "spec_files": dict(plan.pins.spec_files),
            "spec_paths": list(plan.pins.spec_paths),
            "workspace": plan.pins.workspace,
            "record": plan.pins.record,
            "world": encode_world(plan.pins.world),
        },
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
        "policies": [_judged(judged) for judged in plan.policies],
    }


def decode(data: Mapping[str, Any]) -> Plan:
    """The plan in `data`. Raises LookupError, TypeError, ValueError or ArithmeticError for what is not one."""
    pins = data["pins"]
    plan = Plan(
        mode=_mode(data["mode"]),
        changes=tuple(_read_change(entry) for entry in data["changes"]),
        pins=Pins(
            shapes.text(pins["lineage"]),
            shapes.whole(pins["serial"]),
            shapes.text(pins["spec_digest"]),
            {shapes.text(k): shapes.text(v) for k, v in pins["live"].items()},
            {shapes.text(k): shapes.text(v) for k, v in pins["spec_files"].items()},
            shapes.texts(pins["spec_paths"]),
            shapes.text(pins.get("workspace", "default")),
            decode_world(pins.get("world")),
            shapes.text(pins.get("record", "")),
        ),
        unmanaged=shapes.whole(data["unmanaged"]),
        diagnostics=tuple(_read_diagnostic(entry) for entry in data["diagnostics"]),
        policies=tuple(_read_judged(entry) for entry in data.get("policies", ())),
    )
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Raises ValueError for steps that could not have been planned: unknown needs, circles, calls of another kind."""
    from ackplan.plan import graph

    steps = plan.steps
    ids = {step.id for step in steps}
    if len(ids) != len(steps) or any(need not in ids for step in steps for need in step.needs):
        raise ValueError("step ids")
    graph.order(graph.build(steps))
    for change in plan.changes:
        for step in change.steps:
            called = step.call.operation if step.call else None
            known = {"", change.cluster_id, (change.seen or {}).get("cluster_id")}
            if step.cluster_id not in known:
                raise ValueError("steps of another cluster")
            if step.cluster != change.cluster or called != OPERATION_OF.get(step.kind):
                raise ValueError("steps and calls")


def _mode(value: Any) -> str:
    if value not in MODES:
        raise ValueError("mode")
    return str(value)


def _change(change: Change) -> dict[str, Any]:
    return {
        "cluster": change.cluster,
        "kind": change.kind,
        "action": change.action.value,
        "reason": change.reason.name,
        "cluster_id": change.cluster_id,
        "parameters": [_parameter(parameter) for parameter in change.parameters],
        "steps": [_step(step) for step in change.steps],
        "blocked": [_diagnostic(diagnostic) for diagnostic in change.blocked],
        "notes": list(change.notes),
        "before": change.before,
        "after": change.after,
        "live_state": change.live_state,
        "seen": change.seen,
        "depends_on": list(change.depends_on),
    }


def _parameter(parameter: ParameterChange) -> dict[str, Any]:
    encoded = {
        "name": parameter.name,
        "effect": parameter.effect.value,
        "side": parameter.side.value,
        "secret": parameter.secret,
    }
    sides = {"before": parameter.before, "after": parameter.after}
    return {**encoded, **{side: value for side, value in sides.items() if value is not ABSENT}}


def _step(step: Step) -> dict[str, Any]:
    call = step.call
    return {
        "id": step.id,
        "cluster": step.cluster,
        "kind": step.kind.value,
        "reason": step.reason.name,
        "side": step.side.value,
        "cluster_id": step.cluster_id,
        "call": None if call is None else {"operation": call.operation, "region": call.region, "body": call.body},
        "needs": list(step.needs),
        "expected_seconds": step.expected_seconds,
        "timeout": step.timeout,
        "masters": step.masters,
        "workers_before": step.workers_before,
        "workers_after": step.workers_after,
        "instances": list(step.instances),
        "entry": step.entry,
        "region": step.region,
        "accepted_at": step.accepted_at,
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
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


def _judged(judged: Judged) -> dict[str, Any]:
    return {"rule": judged.rule, "severity": judged.severity.value, "violations": judged.violations}


def _read_judged(data: Mapping[str, Any]) -> Judged:
    return Judged(shapes.text(data["rule"]), Severity(data["severity"]), shapes.whole(data["violations"]))


def _seen(value: Any) -> Mapping[str, Any]:
    """A live cluster as the plan saw it."""
    seen = shapes.mapping(value)
    shapes.text(seen["cluster_id"])
    for node in seen.get("nodes", ()):
        shapes.text(node["instance_id"])
    return seen


def _read_change(data: Mapping[str, Any]) -> Change:
    return Change(
        cluster=shapes.text(data["cluster"]),
        kind=catalog.kind(data["kind"]).name,
        action=Action(data["action"]),
        reason=Reason[data["reason"]],
        cluster_id=shapes.cluster_id(data["cluster_id"]),
        parameters=tuple(_read_parameter(entry) for entry in data["parameters"]),
        steps=tuple(_read_step(entry) for entry in data["steps"]),
        blocked=tuple(_read_diagnostic(entry) for entry in data["blocked"]),
        notes=shapes.texts(data["notes"]),
        before=shapes.optional(data["before"], shapes.mapping),
        after=shapes.optional(data["after"], shapes.mapping),
        live_state=shapes.text(data["live_state"]),
        seen=shapes.optional(data["seen"], _seen),
        depends_on=shapes.texts(data["depends_on"]),
    )


def _read_parameter(data: Mapping[str, Any]) -> ParameterChange:
    return ParameterChange(
        shapes.text(data["name"]),
        data.get("before", ABSENT),
        data.get("after", ABSENT),
        Effect(data["effect"]),
        Side(data["side"]),
        data["secret"] is True,
    )


def _read_step(data: Mapping[str, Any]) -> Step:
    return Step(
        id=shapes.name(data["id"]),
        cluster=shapes.name(data["cluster"]),
        kind=StepKind(data["kind"]),
        reason=Reason[data["reason"]],
        side=Side(data["side"]),
        cluster_id=shapes.cluster_id(data["cluster_id"]),
        call=_read_call(data["call"], shapes.cluster_id(data["cluster_id"])),
        needs=shapes.texts(data["needs"]),
        expected_seconds=shapes.seconds(data["expected_seconds"]),
        timeout=int(shapes.seconds(data["timeout"])),
        masters=shapes.whole(data["masters"]),
        workers_before=shapes.optional(data["workers_before"], shapes.whole),
        workers_after=shapes.optional(data["workers_after"], shapes.whole),
        instances=shapes.texts(data["instances"]),
        entry=shapes.optional(data["entry"], shapes.entry),
        region=shapes.text(data.get("region", "")),
        accepted_at=shapes.text(data.get("accepted_at", "")),
    )


def _read_call(data: Mapping[str, Any] | None, cluster_id: str) -> Call | None:
    """Method and path come from the catalog, never from the file: a file can't name a call that we don't make."""
    if data is None:
        return None
    operation = catalog.operation(shapes.text(data["operation"]))
    path = operation.path_of(cluster_id) if cluster_id else operation.path
    body = shapes.optional(data["body"], shapes.mapping)
    return Call(operation.id, operation.method, path, shapes.text(data["region"]), body)


def _read_diagnostic(data: Mapping[str, Any]) -> Diagnostic:
    span = data["span"]
    return Diagnostic(
        Severity(data["severity"]),
        shapes.text(data["code"]),
        shapes.text(data["summary"]),
        shapes.text(data["detail"]),
        shapes.text(data["cure"]),
        Span(shapes.text(span[0]), shapes.whole(span[1]), shapes.whole(span[2])) if span else None,
        shapes.text(data["cluster"]),
        shapes.text(data["parameter"]),
        shapes.text(data.get("rule", "")),
    )
