"""A cluster as the spec wants it, filled in and checked; what diff and plan read of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Span
from ackplan.core.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`None` and an empty tuple mean that the spec does not say."""

    prevent_destroy: bool | None = None
    ignore_changes: frozenset[str] = frozenset()
    replace_allowed: bool = False
    adopt: bool = False


_UNSAID = Lifecycle()


@dataclass(frozen=True, slots=True)
class AttachGroup:
    """Instances that the cluster should have, and how they are attached. Secrets stay references."""

    instances: tuple[str, ...]
    body: JsonObject


@dataclass(frozen=True, slots=True)
class ScaleInChoice:
    """Which workers to give up: `nodes` by name, in order, or by `strategy` (`newest`, `oldest`)."""

    nodes: tuple[str, ...] | None
    strategy: str | None
    release_node: bool | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cluster of the spec.

    `parameters` are the create parameters that the spec sets, under the API's own names, name and region filled in;
    one that is absent here is never compared, sent or reset. `own` are ackplan's own keys as written.
    `timeouts` are seconds by operation. `spans` gives a parameter's place in the spec, and the cluster's own under "".
    """

    name: str
    kind: Kind
    parameters: JsonObject
    own: JsonObject
    timeouts: Mapping[str, int]
    spans: Mapping[str, Span]
    attach: tuple[AttachGroup, ...] = ()
    scale_in: ScaleInChoice | None = None
    depends_on: tuple[str, ...] = ()
    lifecycle: Lifecycle = _UNSAID

    @property
    def region(self) -> str:
        return self.kind.region_of(self.parameters)

    @property
    def span(self) -> Span:
        return self.spans[""]

    @property
    def attached(self) -> tuple[str, ...]:
        """Every instance under `attach`, in the order of the spec."""
        return tuple(instance for group in self.attach for instance in group.instances)

    def span_of(self, parameter: str) -> Span:
        return self.spans.get(parameter) or self.span
