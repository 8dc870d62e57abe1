"""Of one parameter what is wanted, recorded and shown, and what sets them apart: the same for every type.

A parameter that the record lacks is compared with the API's own default, where the schemas name one: writing a default
down changes nothing, nor does writing down that there is none. A placeholder is recorded where the real value was not
known: putting that in its place changes nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.core.actions import Side
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.json_types import Json, JsonObject, mapping
from ackplan.core.values import ABSENT, Absent
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def parameter_change(name: str, wanted: Wanted, recorded: RecordedCluster, shown: JsonObject) -> ParameterChange | None:
    """What a wanted parameter becomes; None where nothing. `shown` are the fields of what is live that are compared."""
    parameter, value = wanted.kind.parameters[name], wanted.parameters[name]
    sight = wanted.kind.sights.get(name)
    if recorded.parameters.get(name, ABSENT) == value and (sight is None or sight.shows(shown) in (None, value)):
        return None
    after = parameter.canonical(value)
    before, unknown = _recorded(parameter, value, recorded)
    told = sight.value(shown, after, before) if sight else None
    now = before if told is None else told
    if now != after and not (unknown and now is ABSENT):
        side = Side.LIVE if before == after else Side.SPEC
        return ParameterChange(name, now, after, parameter.effect, side, parameter.secret)
    if before != after:
        return ParameterChange(name, before, after, Effect.RECORDED, Side.SPEC, parameter.secret)
    return None


def _recorded(parameter: Parameter, value: Json, recorded: RecordedCluster) -> tuple[Json | Absent, bool]:
    """What it was last applied with, held against a wanted value; and whether that is not known."""
    known = recorded.parameters.get(parameter.name, ABSENT)
    unfilled = known != value and parameter.is_placeholder(known)
    if unfilled or (recorded.partial and known is ABSENT):
        return ABSENT, True
    known = parameter.unset(parameter.canonical(value)) if known is ABSENT else known
    return known if known is ABSENT else parameter.canonical(known), False


def own_after(wanted: Wanted, recorded: RecordedCluster) -> dict[str, Json]:
    """ackplan's own keys once this spec is applied: protection stays until the spec takes it back explicitly."""
    own = dict(wanted.own)
    if recorded.prevent_destroy and wanted.lifecycle.prevent_destroy is None:
        own["lifecycle"] = {**mapping(own.get("lifecycle", {})), "prevent_destroy": True}
    return own


def own_changes(wanted: Wanted, recorded: RecordedCluster) -> Iterator[ParameterChange]:
    """What differs in ackplan's own keys."""
    if wanted.own == recorded.own:
        return
    own = own_after(wanted, recorded)
    for name in wanted.kind.catalog.own_keys:
        before = recorded.own.get(name, ABSENT)
        after = own.get(name, ABSENT)
        if before != after:
            yield ParameterChange(name, before, after, Effect.RECORDED, Side.SPEC)
