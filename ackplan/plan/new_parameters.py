"""The parameters of resources that are to be created, each a change from nothing.

Most are of few templates: a parameter that many have alike is there once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from ackplan.core.actions import Side
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.json_types import JsonObject
from ackplan.core.values import ABSENT, content_key
from ackplan.plan.parameter_change import ParameterChange


class AllNew(tuple[ParameterChange, ...]):
    """All that a resource of this kind will have, made of `after` itself, in the order of the schema."""

    kind: Kind
    after: JsonObject
    side: Side

    def tells(self, kind: Kind, after: JsonObject | None) -> bool:
        """Whether it is made of this very mapping."""
        return self.after is after and self.kind is kind


class NewParameters:
    """Makes them."""

    def __init__(self) -> None:
        self._shared: dict[tuple[str, Side], dict[tuple[str, object], ParameterChange]] = {}

    def of(self, kind: Kind, after: JsonObject, side: Side) -> tuple[ParameterChange, ...]:
        """All that the resource will have, in the order of `after`. Raises ValueError for what the schema lacks."""
        names = tuple(after)
        if names == in_order(kind, names):
            return self.in_order(kind, after, side)
        return tuple(self._each(kind, after, side, names))

    def in_order(self, kind: Kind, after: JsonObject, side: Side) -> AllNew:
        """The same in the order of the schema."""
        new = AllNew(self._each(kind, after, side, in_order(kind, tuple(after))))
        new.kind, new.after, new.side = kind, after, side
        return new

    def _each(self, kind: Kind, after: JsonObject, side: Side, names: Iterable[str]) -> list[ParameterChange]:
        shared, traits = self._shared.setdefault((kind.name, side), {}), traits_of(kind)
        parameters = []
        for name in names:
            value = after[name]
            key = (name, value if type(value) is str else content_key(value))
            parameter = shared.get(key)
            if parameter is None:
                effect, secret = traits[name]
                parameter = shared[key] = ParameterChange(name, ABSENT, value, effect, side, secret)
            parameters.append(parameter)
        return parameters


@functools.lru_cache(1024)
def in_order(kind: Kind, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names in the order of the schema. Raises ValueError for one that it lacks."""
    ordered = tuple(filter(frozenset(names).__contains__, traits_of(kind)))
    if len(ordered) != len(names):
        raise ValueError("parameters")
    return ordered


@functools.cache
def traits_of(kind: Kind) -> Mapping[str, tuple[Effect, bool]]:
    """Of each create parameter its effect, and whether it is secret."""
    return {name: (parameter.effect, parameter.secret) for name, parameter in kind.parameters.items()}
