"""Which calls change parameters in place, and with what bodies: as the annotations in `schemas/` say.

Only what changed is sent; what belongs together (`x-ack-together`) is sent whole, as far as the spec sets it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ackplan.core.catalog import Kind
from ackplan.core.catalog.kinds import nested
from ackplan.core.catalog.parameters import Parameter
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.work import TRAITS, Modify

_UPGRADE: Final = "upgrade_"


def usual_operation(kind: Kind) -> str:
    """The operation that changes one of this kind, where a parameter names no other."""
    traits = TRAITS[Modify]
    return kind.operation_of(traits.name, traits.operation)


def operation_of(kind: Kind, parameter: Parameter) -> str:
    """The operation that changes a parameter in place."""
    return parameter.operation or usual_operation(kind)


def bodies(kind: Kind, parameters: JsonObject, changed: Collection[str]) -> dict[str, dict[str, Json]]:
    """By its operation what each call says so that `changed` become as in `parameters`.

    An upgrade comes first: what there is to set may depend on the version. Then comes the usual call.
    A body that the API has as a list is its only value here: `Catalog.payload` takes it out.
    """
    flat: dict[str, dict[str, Json]] = {usual_operation(kind): {}}
    together = {kind.parameters[name].together for name in changed} - {""}
    for name, value in parameters.items():
        parameter = kind.parameters.get(name)
        if parameter is not None and (name in changed or parameter.together in together):
            flat.setdefault(operation_of(kind, parameter), {}).update(_said(parameter, value))
    order = sorted(flat, key=lambda operation: not operation.startswith(_UPGRADE))
    return {operation: nested(flat[operation]) for operation in order if flat[operation]}


def _said(parameter: Parameter, value: Json) -> Mapping[str, Json]:
    """A value as the changing call says it, with what that has to say besides."""
    said = not value if parameter.schema.get("x-ack-negated") else value
    return {parameter.sent_as: said, **parameter.schema.get("x-ack-with", {})}


def part_of(operation: str, kind: Kind) -> str:
    """What a step that makes this call is about, to tell it from others of the same resource; empty for the usual."""
    if operation.startswith(_UPGRADE):
        return "version"
    usual, part = usual_operation(kind), operation
    for prefix in (f"{usual}_", "modify_", "update_"):
        part = part.removeprefix(prefix)
    return "" if operation == usual else part
