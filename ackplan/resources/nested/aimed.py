"""What a call in place is to set, held against what is live: by this it is seen whether the call took effect.

A parameter that no answer shows can't be seen: its call is sent again rather than never, for it sets what it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.secret_parts import parts_in
from ackplan.plan.in_place import operation_of, usual_operation
from ackplan.plan.live_sides import LiveResource
from ackplan.record import RecordedCluster


@dataclass(frozen=True, slots=True)
class Aimed:
    """The parameters of an entry that an operation sets; those that its `body` names, where it is known."""

    entry: RecordedCluster
    operation: str = ""
    body: JsonObject | None = None

    def contradicted(self, live: LiveResource) -> bool:
        """Whether one of them is shown with another value."""
        return any(shown not in (None, wanted) for shown, wanted in self._shown(live))

    def shown_whole(self, live: LiveResource) -> bool:
        """Whether every one of them is shown as it is to be."""
        pairs = list(self._shown(live))
        return bool(pairs) and all(shown == wanted for shown, wanted in pairs)

    def shown_at_all(self, live: LiveResource) -> bool:
        """Whether any of them is shown as it is to be, and none otherwise."""
        return not self.contradicted(live) and any(shown is not None for shown, _ in self._shown(live))

    def _shown(self, live: LiveResource) -> Iterator[tuple[Json, Json]]:
        for name in self._names():
            wanted = self.entry.kind.parameters[name].canonical(self.entry.parameters[name])
            sight = self.entry.kind.sights.get(name)
            yield (sight.value(live.shown, wanted) if sight else None), wanted

    def _names(self) -> Iterator[str]:
        kind = self.entry.kind
        operation = self.operation or usual_operation(kind)
        for name in self.entry.parameters:
            parameter = kind.parameters.get(name)
            if parameter is None or parameter.effect is not Effect.MODIFY or name in self.entry.ignored:
                continue
            said = self.body is None or any(parts_in(self.body, [parameter.sent_as]))
            if operation_of(kind, parameter) == operation and said:
                yield name
