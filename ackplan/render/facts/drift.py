"""Drift in words: since when, and the ways on: put it back, accept it, write it into the spec. One for every format."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ackplan.app.drift import Drift
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, Severity, error, hint, warning
from ackplan.plan.model import Change
from ackplan.render.facts.formatting import written
from ackplan.spec.desired import Wanted

_NONE = "No drift"


def none(drift: Drift) -> str:
    """What is said where nothing moved; a narrowed look can't tell that of the rest."""
    return f"{_NONE} in what this looks at." if drift.plan.narrowed else f"{_NONE}."


def since(change: Change, drift: Drift) -> str:
    """When the cluster changed last, as far as the API tells."""
    if change.action is Action.FORGET:
        return "not known: the API tells nothing of a cluster that is gone"
    told = drift.updated.get(change.name)
    return f"the cluster changed last at {told}, says the API" if told else "not known: the API does not tell"


def ways(change: Change, drift: Drift) -> Iterator[tuple[str, str]]:
    """What can be done about it, each way under its name."""
    target = f" --target {shlex.quote(change.name)}"
    back = drift.back.get(change.name)
    if back is not None:
        yield "put it back", _back(back, target)
    yield "record it", hint(f"ackplan apply --refresh-only{target}")
    if change.desired is not None:
        yield "in the spec", _in_spec(change, change.desired, target)


def findings(drift: Drift, severity: Severity) -> list[Diagnostic]:
    """What moved, as findings: one for each parameter, at its place in the spec where it stands there.

    Clusters that are not running are among them, as warnings that they are.
    """
    return [
        *omitted(drift),
        *states(drift),
        *(finding for change in drift.moved for finding in _findings(change, drift, severity)),
    ]


def states(drift: Drift) -> list[Diagnostic]:
    """What is to be said of clusters that are not running; a state is no drift."""
    return [told for told in drift.plan.diagnostics if told.code == "ACK2030"]


def omitted(drift: Drift) -> list[Diagnostic]:
    """What was not looked at, where the look was narrowed."""
    return [told for told in drift.plan.diagnostics if told.code == "ACK2014"]


def _findings(change: Change, drift: Drift, severity: Severity) -> Iterator[Diagnostic]:
    wanted = change.desired
    cure = "; ".join(f"{label}: {text}" for label, text in ways(change, drift))
    made = error if severity is Severity.ERROR else warning
    told = [("", "the cluster is gone")] * (change.action is Action.FORGET)
    told += [
        (p.name, f"{written(p.before, secret=p.secret)} -> {written(p.after, secret=p.secret)}")
        for p in change.parameters
    ]
    told += [("attach", note) for note in change.notes]
    for parameter, text in told:
        span = wanted.span_of(parameter) if wanted else None
        yield made(
            "ACK3059",
            difference=text,
            since=since(change, drift),
            remedies=cure,
            span=span,
            cluster=change.name,
            parameter=parameter,
        )


def _back(back: Change, target: str) -> str:
    """What an apply would do about it."""
    command = hint(f"ackplan apply{target}")
    if back.is_blocked:
        reasons = "; ".join(f"{d.summary}. {d.cure}".rstrip(". ") for d in back.blocked)
        return f"{command} is refused: {reasons}"
    match back.action:
        case Action.DELETE:
            return f"it is not in the spec any more: {command} deletes it"
        case Action.FORGET:
            return f"it is not in the spec any more: {command} forgets it"
        case Action.CREATE:
            return f"{command} creates it again"
        case Action.REPLACE:
            return f"{command} deletes it and creates it again"
        case Action.UPDATE:
            return command
        case Action.RECORD | Action.NOOP | Action.ADOPT:
            return "the spec does not ask for what was there before"


def _in_spec(change: Change, wanted: Wanted, target: str) -> str:
    """Where the spec says what moved, and how it would say what is live."""
    if change.action is Action.FORGET:
        return f"take its entry out: {wanted.span}"
    moved = [p for p in change.parameters if p.name in wanted.parameters and wanted.parameters[p.name] != p.after]
    if not moved:
        lost = f"; attached instances stand at {wanted.span_of('attach')}" if change.notes and wanted.attach else ""
        return f"it says nothing else{lost}"
    said = ", ".join(f"{p.name}: {written(p.after)} at {wanted.span_of(p.name)}" for p in moved)
    return f"{said}; or: {hint(f'ackplan drift --update-spec{target}')}"
