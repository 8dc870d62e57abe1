"""From a resolved, checked mapping of the spec to the Wanted value that diff and plan read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ackplan import catalog
from ackplan.catalog.timeouts import timeouts
from ackplan.diagnostics import Span
from ackplan.model.wanted import AttachGroup, Lifecycle, ScaleIn, Wanted
from ackplan.spec.load import Map


def build(name: str, kind: catalog.Kind, body: Map, span: Span) -> Wanted:
    """The cluster that `body` describes. `body` has passed the schemas."""
    own = {key: body[key] for key in catalog.own_keys() if key in body}
    return Wanted(
        name=name,
        kind=kind.name,
        parameters={key: body[key] for key in kind.parameters if key in body},
        own=own,
        timeouts=timeouts(own),
        span=span,
        attach=tuple(_group(group) for group in own.get("attach", ())),
        scale_in=_scale_in(own.get("scale_in")),
        depends_on=tuple(own.get("depends_on", ())),
        lifecycle=_lifecycle(own.get("lifecycle", {})),
        spans=_Spans(body),
    )


class _Spans(Mapping[str, Span]):
    """The places of a cluster's keys, worked out only when one is asked for."""

    __slots__ = ("_body",)

    def __init__(self, body: Map) -> None:
        self._body = body

    def __getitem__(self, key: str) -> Span:
        return self._body.key_span(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._body.marks)

    def __len__(self) -> int:
        return len(self._body.marks)


def _group(group: Mapping[str, Any]) -> AttachGroup:
    rest = {key: value for key, value in group.items() if key != "instances"}
    return AttachGroup(tuple(group["instances"]), rest)


def _scale_in(given: Mapping[str, Any] | None) -> ScaleIn | None:
    if given is None:
        return None
    nodes = given.get("nodes")
    return ScaleIn(tuple(nodes) if nodes is not None else None, given.get("strategy"), given.get("release_node"))


def _lifecycle(given: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        prevent_destroy=given.get("prevent_destroy"),
        ignore_changes=frozenset(given.get("ignore_changes", ())),
        replace_allowed=given.get("replace") == "allow",
        adopt=bool(given.get("adopt", False)),
    )
