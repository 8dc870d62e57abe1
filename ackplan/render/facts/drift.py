"""Drift in words: since when, and the ways on: put it back, accept it, write it into the spec. One for every format."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from ackplan.app.drift import NEWEST, Drift
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, Severity, error, hint, warning
from ackplan.core.language import phrase
from ackplan.plan.model import Change
from ackplan.render.facts.formatting import written
from ackplan.spec.desired import Wanted

_NONE = "No drift"


def none(drift: Drift) -> str:
    """What is said where nothing moved; a narrowed look can't tell that of the rest."""
    return phrase(f"{_NONE} in what this looks at." if drift.plan.narrowed else f"{_NONE}.")


def since(change: Change, drift: Drift) -> str:
    """When the cluster changed last, as far as the API tells."""
    if change.action is Action.FORGET:
        return phrase("not known: the API tells nothing of a cluster that is gone")
    told = drift.updated.get(change.name)
    if not told:
        return phrase("not known: the API does not tell")
    return phrase("the cluster changed last at {time}, says the API", time=told)


class Way(NamedTuple):
    """What can be done about drift: its name, what is to be said of it, and the command of that, if there is one."""

    name: str
    text: str
    command: str = ""


def ways(change: Change, drift: Drift) -> Iterator[Way]:
    """What can be done about it."""
    target = f" --target {shlex.quote(change.name)}"
    back = drift.back.get(change.name)
    if back is not None:
        chosen = f" --scale-in {NEWEST}" if change.name in drift.chosen else ""
        apply = hint(f"ackplan apply{target}{chosen}")
        text = _back(change, back, apply, chosen=bool(chosen))
        yield Way(phrase("put it back"), text, apply if apply in text else "")
    elif drift.lacking:
        values = "".join(f" --var {shlex.quote(name)}=VALUE" for name in drift.lacking)
        needed = phrase(
            "needs a value of what the spec leaves open: {command}", command=hint(f"ackplan apply{target}{values}")
        )
        yield Way(phrase("put it back"), needed)
    record = hint(f"ackplan apply --refresh-only{target}")
    yield Way(phrase("record it"), record, record)
    if change.desired is not None:
        update = hint(f"ackplan drift --update-spec{target}")
        text = _in_spec(change, change.desired, update)
        yield Way(phrase("in the spec"), text, update if update in text else "")


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
    cure = phrase("; ").join(f"{way.name}{phrase(': ')}{way.text}" for way in ways(change, drift))
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


def _back(change: Change, back: Change, command: str, *, chosen: bool) -> str:
    """What an apply would do about it."""
    if chosen:
        return phrase("{command} (removes the newest workers: the spec names none)", command=command)
    if back.is_blocked:
        said = (phrase(". ").join(filter(None, (d.summary, d.cure.rstrip(".")))) for d in back.blocked)
        reasons = phrase("; ").join(said)
        return phrase("an apply is refused: {reasons}", reasons=reasons)
    match back.action:
        case Action.DELETE:
            return phrase("{command} (deletes it: it is not in the spec any more)", command=command)
        case Action.FORGET:
            return phrase("{command} (forgets it: it is not in the spec any more)", command=command)
        case Action.CREATE:
            return phrase("{command} (creates it again)", command=command)
        case Action.REPLACE:
            return phrase("{command} (deletes it and creates it again)", command=command)
        case Action.UPDATE:
            return command
        case Action.RECORD | Action.NOOP | Action.ADOPT:
            return phrase("nothing to do: {reason}", reason=_kept(change))


def _kept(change: Change) -> str:
    """Why an apply leaves what is live as it is."""
    wanted = change.desired.parameters if change.desired is not None else {}
    agreed = [p.name for p in change.parameters if p.name in wanted and wanted[p.name] == p.after]
    if agreed and len(agreed) == len(change.parameters):
        return phrase("the spec asks for what is live now: {parameters}", parameters=", ".join(agreed))
    return phrase("the spec does not set it")


def _in_spec(change: Change, wanted: Wanted, update: str) -> str:
    """Where the spec says what moved, and how it would say what is live."""
    if change.action is Action.FORGET:
        return phrase("take its entry out: {place}", place=str(wanted.span))
    moved = [p for p in change.parameters if p.name in wanted.parameters and wanted.parameters[p.name] != p.after]
    if not moved:
        lost = str(wanted.span_of("attach")) if change.notes and wanted.attach else ""
        return phrase(
            "nothing to write: {reason}{lost:; attached instances stand at #}", reason=_kept(change), lost=lost
        )
    places = {f"{p.name}: {written(p.after)}": str(wanted.span_of(p.name)) for p in moved}
    said = ", ".join(phrase("{value} at {place}", value=value, place=place) for value, place in places.items())
    return phrase("{said}; or: {update}", said=said, update=update)
