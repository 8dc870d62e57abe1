"""From a resolved, checked mapping of the spec to the Wanted value that diff and plan read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from typing import TypedDict

from ackplan.core import catalog
from ackplan.core.catalog.timeouts import timeouts
from ackplan.core.diagnostics import Span
from ackplan.core.json_types import Json, JsonObject, items, mapping, texts
from ackplan.documents.tree import Map, locate
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
    values = kind.flat({key: body[key] for key in parameters})
    return Wanted(name, kind, values, own, timeouts(kind.catalog, own, values), _Spans(body, start), **_fields(own))


def following(resource: Wanted, cluster: Wanted) -> Wanted:
    """What is inside of a cluster, with the parameters of that which it follows."""
    inherited = {n: cluster.parameters[n] for n in sorted(resource.kind.inherited) if n in cluster.parameters}
    return replace(resource, parameters={**resource.parameters, **inherited}) if inherited else resource


def rebuilt(name: str, kind: catalog.Kind, parameters: JsonObject, own: JsonObject) -> Wanted:
    """A cluster as a spec wanted it that is not at hand any more: where it said so is not known."""
    return Wanted(name, kind, parameters, own, timeouts(kind.catalog, own, parameters), _NOWHERE, **_fields(own))


@functools.lru_cache(1024)
def _order(kind: catalog.Kind, keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parameters and ackplan's own keys among these, in the order of the schemas."""
    given = frozenset(keys)
    top = dict.fromkeys(name.partition(".")[0] for name in kind.parameters)
    return tuple(filter(given.__contains__, top)), tuple(filter(given.__contains__, kind.catalog.own_keys))


class _Spans(Mapping[str, Span]):
    """The places of a cluster and its keys, worked out only when one is asked for."""

    __slots__ = ("_body", "_start")

    def __init__(self, body: Map, start: Callable[[], Span]) -> None:
        self._body = body
        self._start = start

    def __getitem__(self, key: str) -> Span:
        if "." in key:
            return locate(self._body, tuple(key.split(".")), self._start(), at_key=True)
        return self._body.key_span(key) if key else self._start()

    def __iter__(self) -> Iterator[str]:
        return iter(("", *self._body))

    def __len__(self) -> int:
        return len(self._body) + 1


class _Own(TypedDict, total=False):
    """The fields of a Wanted that are read from ackplan's own keys of the same names."""

    attach: tuple[AttachGroup, ...]
    scale_in: ScaleInChoice | None
    depends_on: tuple[str, ...]
    lifecycle: Lifecycle


def _fields(own: JsonObject) -> _Own:
    fields: _Own = {}
    if "attach" in own:
        fields["attach"] = _attach(own["attach"])
    if "scale_in" in own:
        fields["scale_in"] = _scale_in(mapping(own["scale_in"]))
    if "depends_on" in own:
        fields["depends_on"] = texts(own["depends_on"])
    if "lifecycle" in own:
        fields["lifecycle"] = _lifecycle(mapping(own["lifecycle"]))
    return fields


def _attach(groups: Json) -> tuple[AttachGroup, ...]:
    return tuple(
        AttachGroup(texts(group["instances"]), {key: value for key, value in group.items() if key != "instances"})
        for group in map(mapping, items(groups))
    )


def _scale_in(choice: JsonObject) -> ScaleInChoice:
    nodes, strategy, release = choice.get("nodes"), choice.get("strategy"), choice.get("release_node")
    return ScaleInChoice(
        nodes=texts(nodes) if nodes is not None else None,
        strategy=strategy if isinstance(strategy, str) else None,
        release_node=release if isinstance(release, bool) else None,
    )


def _lifecycle(said: JsonObject) -> Lifecycle:
    prevent = said.get("prevent_destroy")
    return Lifecycle(
        prevent_destroy=prevent if isinstance(prevent, bool) else None,
        ignore_changes=frozenset(texts(said.get("ignore_changes", ()))),
        replace_allowed=said.get("replace") == "allow",
        adopt=bool(said.get("adopt", False)),
    )
