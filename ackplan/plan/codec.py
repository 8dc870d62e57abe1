"""The plan as JSON data and back: what is applied, in the words of which its digest is made. Reading trusts nothing."""

from __future__ import annotations

from typing import Any

from ackplan.core.world import decode_world, encode_world
from ackplan.plan import untrusted
from ackplan.plan.model import Change, Pins, Plan
from ackplan.plan.parts import (
    decode_change,
    decode_diagnostic,
    decode_judged,
    decode_left_out,
    encode_change,
    encode_diagnostic,
    encode_judged,
    encode_left_out,
)

MODES = ("normal", "destroy", "refresh-only")


def encode(plan: Plan) -> untrusted.Json:
    return {**apart_from_changes(plan), "changes": [encode_change(change) for change in plan.changes]}


def apart_from_changes(plan: Plan) -> untrusted.Json:
    """The plan without its changes."""
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
            **({"journal": plan.pins.journal} if plan.pins.journal else {}),
        },
        "diagnostics": [encode_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
        "policies": [encode_judged(judged) for judged in plan.policies],
        "narrowed": list(plan.narrowed),
        "left_out": [encode_left_out(left) for left in plan.left_out],
    }


def decode(data: untrusted.Data) -> Plan:
    """The plan in `data`. Raises LookupError, TypeError, ValueError or ArithmeticError for what is not one."""
    return checked(decode_apart(data, tuple(decode_change(entry) for entry in data["changes"])))


def decode_apart(data: untrusted.Data, changes: tuple[Change, ...]) -> Plan:
    """The plan of these changes, and of what `data` has besides."""
    pins = data["pins"]
    return Plan(
        mode=_mode(data["mode"]),
        changes=changes,
        pins=Pins(
            untrusted.text(pins["lineage"]),
            untrusted.whole(pins["serial"]),
            untrusted.text(pins["spec_digest"]),
            {untrusted.text(k): untrusted.text(v) for k, v in pins["live"].items()},
            {untrusted.text(k): untrusted.text(v) for k, v in pins["spec_files"].items()},
            untrusted.texts(pins["spec_paths"]),
            untrusted.text(pins.get("workspace", "default")),
            decode_world(pins.get("world")),
            untrusted.text(pins.get("record", "")),
            untrusted.text(pins.get("journal", "")),
        ),
        unmanaged=untrusted.whole(data["unmanaged"]),
        diagnostics=tuple(decode_diagnostic(entry) for entry in data["diagnostics"]),
        policies=tuple(decode_judged(entry) for entry in data.get("policies", ())),
        narrowed=untrusted.texts(data.get("narrowed", [])),
        left_out=tuple(decode_left_out(entry) for entry in data.get("left_out", ())),
    )


def checked(plan: Plan) -> Plan:
    """The plan. Raises ValueError for steps that could not have been planned: unknown needs, circles, other calls."""
    from ackplan.plan import graph

    steps = plan.steps
    ids = {step.id for step in steps}
    if len(ids) != len(steps) or any(need not in ids for step in steps for need in step.needs):
        raise ValueError("step ids")
    graph.order(graph.build(steps))
    for change in plan.changes:
        for step in change.steps:
            called = step.call.operation if step.call else ""
            known = {"", change.cluster_id, change.live.id if change.live else ""}
            if step.cluster_id not in known:
                raise ValueError("steps of another cluster")
            traits = step.traits
            if step.name != change.name or not change.kind.may_call(traits.name, traits.operation, called):
                raise ValueError("steps and calls")
    return plan


def _mode(value: Any) -> str:
    if value not in MODES:
        raise ValueError("mode")
    return str(value)
