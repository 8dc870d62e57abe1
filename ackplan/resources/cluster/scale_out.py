"""The body of a call that adds workers: each parameter from where its schema says, the spec or the live cluster."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ackplan.core.answers import Cluster
from ackplan.core.catalog import Catalog, Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.values import ABSENT
from ackplan.core.work import ScaleOut
from ackplan.plan.model import Step
from ackplan.spec.desired import Wanted

# Where a scale-out takes a value from the live cluster instead of from its create parameters.
_LIVE = "live:"


def body(wanted: Wanted, live: Cluster, count: int) -> dict[str, Any]:
    """The body of a scale-out: every parameter from where its schema says (`x-ack-from`), then `count`.

    Of a list that the creation takes and this call does not take whole, the first items are sent.
    """
    sent: dict[str, Any] = {}
    for name, sources, otherwise, most in _sources(wanted.kind.catalog):
        value = count if name == _count(wanted.kind.catalog) else otherwise
        for source in sources:
            said = _source(source, wanted.kind, wanted.parameters, live.attributes)
            if said is not None:
                value = said
                break
        if value is not ABSENT:
            sent[name] = value[:most] if isinstance(value, list) else value
    return sent


def values(kind: Kind, parameters: Mapping[str, Any], live: Mapping[str, Any], count: int) -> dict[str, list[Any]]:
    """What each parameter of a scale-out can be, with these create parameters and these fields of the live cluster."""
    possible: dict[str, list[Any]] = {}
    for name, sources, otherwise, most in _sources(kind.catalog):
        options = [_source(source, kind, parameters, live) for source in sources]
        options += [count] if name == _count(kind.catalog) else [] if otherwise is ABSENT else [otherwise]
        possible[name] = [each[:most] if isinstance(each, list) else each for each in options if each is not None]
    return possible


@functools.cache
def _sources(api: Catalog) -> tuple[tuple[str, tuple[str, ...], Any, int | None], ...]:
    """The parameters of a scale-out: where each may come from, what it is otherwise (ABSENT: not sent), its length."""
    (file,) = api.operation("scale_out").bodies
    rows = (
        (n, tuple(s.get("x-ack-from", ())), s.get("x-ack-otherwise", ABSENT), s.get("maxItems"))
        for n, s in api.body_parameters(file).items()
    )
    return tuple(row for row in rows if row[1] or row[2] is not ABSENT or row[0] == _count(api))


@functools.cache
def _count(api: Catalog) -> str:
    """The parameter that says how many workers to add."""
    (file,) = api.operation("scale_out").bodies
    parameters = api.body_parameters(file).items()
    return next(name for name, schema in parameters if schema.get("x-ack-effect") == Effect.SCALE.value)


def lacking(kind: Kind, steps: Sequence[Step]) -> tuple[str, ...]:
    """What the scale-outs among these steps need and nobody knows: neither the spec nor the live cluster."""
    bodies = [step.work.call.body or {} for step in steps if isinstance(step.work, ScaleOut)]
    if not bodies:
        return ()
    (file,) = kind.catalog.operation("scale_out").bodies
    return tuple(name for name in kind.catalog.required_parameters(file) if any(name not in body for body in bodies))


def _source(source: str, kind: Kind, parameters: Mapping[str, Any], live: Mapping[str, Any]) -> Any:
    if not source.startswith(_LIVE):
        value = parameters.get(source)
        return kind.parameters[source].canonical(value) if isinstance(value, str) else value
    text = live.get(source.removeprefix(_LIVE))
    return [part.strip() for part in text.split(",")] if isinstance(text, str) and text else None
