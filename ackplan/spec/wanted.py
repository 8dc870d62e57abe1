"""From a resolved, checked mapping of the spec to the Wanted value that diff and plan read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from ackplan.core import catalog
from ackplan.core.catalog.timeouts import timeouts
from ackplan.core.diagnostics import Span
from ackplan.core.json_types import JsonObject
from ackplan.documents.tree import Map
from ackplan.spec.desired import AttachGroup, Lifecycle, ScaleInChoice, Wanted

_NOWHERE = {"": Span("", 0, 0)}


def build(
    name: str, kind: catalog.Kind, body: Map, start: Callable[[], Span], *, without: Set[str] = frozenset()
) -> Wanted:
    """The cluster that `body`, which has passed the schemas, describes. `start` tells where it begins.

    Of a body that has not passed, `without` names what is faulty: own keys among that are left out.
    """
    parameters, own_keys = _order(kind, tuple(body))
    own = {key: body[key] for key in own_keys if key not in without}
    said = {key: read(own[key]) for key, read in _READ.items() if key in own} if own else {}
    values = {key: body[key] for key in parameters}
    return Wanted(name, kind, values, own, timeouts(kind.catalog, own, values), _Spans(body, start), **said)


def rebuilt(name: str, kind: catalog.Kind, parameters: JsonObject, own: JsonObject) -> Wanted:
    """A cluster as a spec wanted it that is not at hand any more: where it said so is not known."""
    said = {key: read(own[key]) for key, read in _READ.items() if key in own} if own else {}
    return Wanted(name, kind, parameters, own, timeouts(kind.catalog, own, parameters), _NOWHERE, **said)


@functools.lru_cache(1024)
def _order(kind: catalog.Kind, keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parameters and ackplan's own keys among these, in the order of the schemas."""
    given = frozenset(keys)
    return tuple(filter(given.__contains__, kind.parameters)), tuple(filter(given.__contains__, kind.catalog.own_keys))


class _Spans(Mapping[str, Span]):
    """The places of a cluster and its keys, worked out only when one is asked for."""

    __slots__ = ("_body", "_start")

    def __init__(self, body: Map, start: Callable[[], Span]) -> None:
        self._body = body
        self._start = start

    def __getitem__(self, key: str) -> Span:
        return self._body.key_span(key) if key else self._start()

    def __iter__(self) -> Iterator[str]:
        return iter(("", *self._body))

    def __len__(self) -> int:
        return len(self._body) + 1


def _attach(groups: Sequence[Mapping[str, Any]]) -> tuple[AttachGroup, ...]:
    return tuple(AttachGroup(tuple(group["instances"]), _without_instances(group)) for group in groups)


def _without_instances(group: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if key != "instances"}


def _scale_in(given: Mapping[str, Any]) -> ScaleInChoice:
    nodes = given.get("nodes")
    return ScaleInChoice(tuple(nodes) if nodes is not None else None, given.get("strategy"), given.get("release_node"))


def _lifecycle(given: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        prevent_destroy=given.get("prevent_destroy"),
        ignore_changes=frozenset(given.get("ignore_changes", ())),
        replace_allowed=given.get("replace") == "allow",
        adopt=bool(given.get("adopt", False)),
    )


# The fields of a Wanted that are read from ackplan's own keys of the same names.
_READ: dict[str, Callable[[Any], Any]] = {
    "attach": _attach,
    "scale_in": _scale_in,
    "depends_on": tuple,
    "lifecycle": _lifecycle,
}
