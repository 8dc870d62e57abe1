"""What a call in place is to set, held against what is live: by this it is seen whether the call took effect.

A parameter that no answer shows can't be seen: its call is sent again rather than never, for it sets what it names.
"""

from __future__ import annotations

from dataclasses import dataclass

from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.secret_parts import parts_in
from ackplan.plan.in_place import operation_of, usual_operation
from ackplan.record import RecordedCluster

_IN_PLACE = frozenset({Effect.MODIFY, Effect.UPGRADE})


@dataclass(frozen=True, slots=True)
class TargetValues:
    """Parameters that are to have these values. What is live is given as the answer that shows it."""

    kind: Kind
    values: JsonObject

    def contradicted(self, answer: JsonObject) -> bool:
        """Whether one of them is shown with another value."""
        return any(shown not in (None, self._canonical(name)) for name, shown in self._shown(answer).items())

    def shown_whole(self, answer: JsonObject) -> bool:
        """Whether every one of them is shown as it is to be."""
        shown = self._shown(answer)
        return bool(shown) and all(value == self._canonical(name) for name, value in shown.items())

    def shown_at_all(self, answer: JsonObject) -> bool:
        """Whether any of them is shown as it is to be, and none otherwise."""
        return not self.contradicted(answer) and any(value is not None for value in self._shown(answer).values())

    def _canonical(self, name: str) -> Json:
        return self.kind.parameters[name].canonical(self.values[name])

    def _shown(self, answer: JsonObject) -> dict[str, Json]:
        """What is shown of each; None where nothing is."""
        sights = self.kind.sights
        names = {name: self._canonical(name) for name in self.values}
        return {name: sights[name].value(answer, value) if name in sights else None for name, value in names.items()}


def target_of(
    entry: RecordedCluster | None, operation: str = "", body: JsonObject | None = None
) -> TargetValues | None:
    """What an operation sets of one that is to be recorded so; None where that is not told.

    An empty operation is the usual one of its kind. Where the `body` of the call is known, only what that names counts.
    """
    if entry is None:
        return None
    kind, sender = entry.kind, operation or usual_operation(entry.kind)
    parameters = {name: kind.parameters[name] for name in entry.parameters if name in kind.parameters}
    mine = (
        name
        for name, parameter in parameters.items()
        if _is_set(kind, parameter, sender, body) and name not in entry.ignored
    )
    return TargetValues(kind, {name: entry.parameters[name] for name in mine})


def _is_set(kind: Kind, parameter: Parameter, operation: str, body: JsonObject | None) -> bool:
    """Whether a call of this operation, with this body where it is known, sets the parameter."""
    mine = parameter.effect in _IN_PLACE and operation_of(kind, parameter) == operation
    return mine and (body is None or any(parts_in(body, [parameter.sent_as])))
