"""What only ackplan has, under the key `ackplan` of the plan's JSON: steps with their calls, reasons, refusals."""

from __future__ import annotations

from ackplan.core.call import Call
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.values import ABSENT, SENSITIVE
from ackplan.documents.parted_json import Parts
from ackplan.execute import schedule
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.new_parameters import AllNew
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.parts import encode_diagnostic, encode_left_out
from ackplan.plan.worker_totals import worker_totals
from ackplan.render.facts.compared import compared
from ackplan.render.facts.formatting import redacted
from ackplan.render.facts.kept_resources import notes_of
from ackplan.render.facts.plan_origin import world_facts
from ackplan.render.terraform.lazy_lists import LazyList


def own_of_plan(plan: Plan, limits: Limits = USUAL) -> dict[str, object]:
    """Seconds are whole where they can be. `critical_path` holds ids of steps, the first to start first.

    Times are those of a run within `limits`, and without what is refused.
    """
    times, workers = schedule.of_plan(plan, limits), worker_totals(plan)
    left_out = [encode_left_out(left) for left in plan.left_out]
    omitted = {"narrowed": list(plan.narrowed), "left_out": left_out} if plan.narrowed else {}
    return {
        **omitted,
        **_compared(plan),
        "mode": plan.mode,
        **world_facts(plan),
        "steps": LazyList(lambda _: map(_step, plan.steps)),
        "changes": LazyList(lambda parts: map(_Changes(parts).entry, plan.changes)),
        "unmanaged": plan.unmanaged,
        "workers": {"added": workers.added, "removed": workers.removed, "not_known": list(workers.uncounted)},
        "expected_seconds": _seconds(times.seconds),
        "critical_path": list(times.critical_path),
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
        "policies": [
            {"rule": judged.rule, "severity": judged.severity.value, "violations": judged.violations}
            for judged in plan.policies
        ],
    }


def _compared(plan: Plan) -> dict[str, object]:
    """What a plan that finds nothing to do, or looks for drift alone, was held against."""
    if not plan.empty and plan.mode != "refresh-only":
        return {}
    shown, hidden = compared(plan)
    return {"compared": {"shown": list(shown), "not_shown": list(hidden)}}


def _seconds(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds


def _step(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "cluster": step.name,
        "cluster_id": step.cluster_id,
        "kind": step.traits.name,
        "reason": step.reason.name.lower(),
        "side": step.side.value,
        "needs": list(step.needs),
        "expected_seconds": _seconds(step.expected_seconds),
        "timeout_seconds": step.timeout,
        "workers_before": step.size.before if step.size else None,
        "workers_after": step.size.after if step.size else None,
        "instances": list(step.instances),
        "call": _call(step.call) if step.call else None,
    }


def _call(call: Call) -> dict[str, object]:
    query: dict[str, object] = {"query": dict(call.query)} if call.query else {}
    return {
        "method": call.method,
        "path": call.path,
        "operation": call.operation,
        "region": call.region,
        "body": redacted(call.body),
        **query,
    }


class _Changes:
    """Entries of changes. A parameter that changes alike in many of them is told once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told: dict[int, object] = {}

    def entry(self, change: Change) -> dict[str, object]:
        return {
            "cluster": change.name,
            "cluster_id": change.cluster_id,
            "kind": change.kind.name,
            "action": change.action.value,
            "reason": change.reason.name.lower(),
            "because": change.reason.value,
            "parameters": self._parameters(change),
            "blocked": [_diagnostic(diagnostic) for diagnostic in change.blocked],
            "notes": list(notes_of(change)),
            "live_state": change.live_state,
            "depends_on": list(change.depends_on),
        }

    def _parameters(self, change: Change) -> object:
        if not isinstance(change.parameters, AllNew):
            return [_parameter(each, change.kind) for each in change.parameters]
        for each in change.parameters:
            if id(each) not in self._told:
                self._told[id(each)] = self._parts.part(_parameter(each, change.kind))
        return self._parts.listed([self._told[id(each)] for each in change.parameters])


def _parameter(parameter: ParameterChange, kind: Kind) -> dict[str, object]:
    """A side that is absent is left out: null is a value."""
    secret = parameter.secret or parameter.name in kind.catalog.secret_names
    sides = {"before": parameter.before, "after": parameter.after}
    present = {side: value for side, value in sides.items() if value is not ABSENT}
    return {
        "name": parameter.name,
        **{side: SENSITIVE if secret else redacted(value) for side, value in present.items()},
        "effect": parameter.effect.value,
        "side": parameter.side.value,
        "secret": secret,
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    span, encoded = diagnostic.span, encode_diagnostic(diagnostic)
    del encoded["span"]
    place = {"file": span.file, "line": span.line, "column": span.column} if span else None
    return {**encoded, "place": place}
