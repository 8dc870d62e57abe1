"""Clusters as they are meant: templates merged left to right, variables filled in, name and region put in their places.

Every value keeps the place that it was written at, so that an error in a template points into the template.
A key replaces what a template set; mappings that the schema marks (`lifecycle`, `timeouts`) merge key by key; `null`
takes away what a template set.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.core import catalog
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.core.json_types import Json, JsonObject
from ackplan.documents.schema_words import Meant, listed, literal_secret
from ackplan.documents.tree import Laid, Map, Place, Seq, span_at
from ackplan.spec.fleet import Fleet
from ackplan.spec.laid import section_over, weighed
from ackplan.spec.variables import Sizes, fill

_NONE: Mapping[str, Kind] = {}
# How many values a cluster may unfold to.
MAX_VALUES = 5_000
# How many templates in a chain are merged within each other.
_MAX_CHAIN = 100


@dataclass(slots=True)
class Resolved:
    """Every cluster of the fleet, complete; `faulty` names the parameters of each that could not be filled in."""

    clusters: dict[str, Map]
    faulty: dict[str, set[str]]
    diagnostics: list[Diagnostic]


def resolve(
    fleet: Fleet, variables: JsonObject, *, complete: bool, sections: Mapping[str, Kind] = _NONE
) -> Resolved:  # fmt: skip
    """Every cluster of the fleet. Where it is not `complete` (a file broke off) missing templates are not reported.

    `sections` are keys under which other resources stand, each with the kind of these.
    """
    resolver = _Resolver(fleet, variables, sections, complete)
    clusters = {name: resolver.cluster(name, body) for name, body in fleet.clusters.items() if isinstance(body, Map)}
    resolver.check_unused()
    return Resolved(clusters, resolver.faulty, resolver.diagnostics)


class _Resolver:
    def __init__(self, fleet: Fleet, variables: JsonObject, sections: Mapping[str, Kind], complete: bool) -> None:  # noqa: FBT001
        self._fleet = fleet
        self._sections = sections
        self._variables = variables
        self._complete = complete
        self._templates: dict[str, Map] = {}
        own = catalog.DEFAULT.own_keys.items()
        self._merging = frozenset(name for name, key in own if key.schema.get("x-ack-merge"))
        self._named, self._regional = named(), _filled_names("region")
        self._sizes = Sizes()
        self._meant = Meant(fleet.templates, 0.6)
        self.faulty: dict[str, set[str]] = {}
        self.diagnostics: list[Diagnostic] = []

    def cluster(self, name: str, body: Map) -> Map:
        """The cluster with all that it is made of. Usually that is its body with name and region put in."""
        merged = self._merge(body, name, ())
        weight, is_open = (body.weight, body.open) if merged is body else weighed(merged)
        resolved = Laid(merged)
        if weight > MAX_VALUES and self._too_large(name, merged):
            return resolved
        if is_open:
            resolved.update({key: self._filled(value, (merged, key), name, key) for key, value in merged.items()})
        else:
            resolved.update(merged)
        if None in resolved.values():
            for key in [key for key, value in merged.items() if value is None]:
                del resolved[key]
        self._put_in(name, resolved)
        return resolved

    def _too_large(self, name: str, merged: Map) -> bool:
        if sum(map(self._sizes.of, merged.values())) <= MAX_VALUES:
            return False
        span = self._fleet.clusters.key_span(name)
        self.diagnostics.append(error("ACK1042", most=MAX_VALUES, span=span, cluster=name))
        self.faulty.setdefault(name, set()).add("")
        return True

    def _put_in(self, name: str, resolved: Laid) -> None:
        """What every cluster has without writing it down: its name, the fleet's region."""
        for parameter in self._named:
            if parameter not in resolved:
                resolved.put(parameter, name, (self._fleet.clusters, name))
        place = self._fleet.region_place
        if place is not None:
            for parameter in self._regional:
                if parameter not in resolved:
                    value = self._filled(self._fleet.region, place, name, parameter)
                    resolved.put(parameter, value, place)

    def check_unused(self) -> None:
        """What is wrong with templates that no cluster extends: their parents, and secrets written down."""
        for name, body in self._fleet.templates.items():
            if isinstance(body, Map) and name not in self._templates:
                self._merge(body, name, (name,))
                for secret in catalog.DEFAULT.secret_names & body.keys():
                    if not isinstance(body[secret], Map):
                        span = body.value_span(secret)
                        self.diagnostics.append(literal_secret(span, cluster=name, parameter=secret))

    def _filled(self, value: Json, place: Place, cluster: str, parameter: str) -> Json:
        def report(diagnostic: Diagnostic) -> None:
            self.faulty.setdefault(cluster, set()).add(parameter)
            self.diagnostics.append(dataclasses.replace(diagnostic, cluster=cluster, parameter=parameter))

        return fill(value, self._variables, place, report)

    def _merge(self, body: Map, owner: str, chain: tuple[str, ...]) -> Map:
        """`body` on top of what it extends. `chain` holds the templates being merged, to find circles."""
        extends = body.get("extends")
        if extends is None:
            return body
        merged = Laid()
        for parent, place in _parents(extends, (body, "extends")):
            self._lay_over(merged, self._template(parent, owner, chain, place))
        self._lay_over(merged, body)
        merged.pop("extends", None)
        return merged

    def _template(self, name: str, owner: str, chain: tuple[str, ...], place: Place) -> Map:
        if name in chain:
            self._circle((*chain[chain.index(name) :], name), place, owner)
            return Laid()
        known = self._fleet.templates
        if not isinstance(known.get(name), Map):
            hint = self._meant.suggestion(name) or f"there are: {listed(list(known)) or 'none'}"
            self.faulty.setdefault(owner, set()).add("")
            if self._complete:
                self._report("ACK1040", place, owner, name=name, hint=hint)
            return Laid()
        if name not in self._templates:
            for deep in self._deepest_first(name, owner) if len(chain) == _MAX_CHAIN else ():
                self._templates[deep] = self._merge(known.inner(deep), owner, (deep,))
            self._templates[name] = self._merge(known.inner(name), owner, (*chain, name))
        return self._templates[name]

    def _deepest_first(self, name: str, owner: str) -> list[str]:
        """The templates that this one extends, each after its own: so many that they are merged one by one."""
        bodies, above = self._fleet.templates, {name: self._above(name)}
        order: dict[str, None] = {}
        while above:
            last = next(reversed(above))
            parent, place = next(above[last], ("", None))
            if place is None:
                order[last] = None
                above.popitem()
            elif parent in above:
                self._circle((*list(above)[list(above).index(parent) :], parent), place, owner)
                self._templates[parent] = Laid()
            elif isinstance(bodies.get(parent), Map) and parent not in self._templates and parent not in order:
                above[parent] = self._above(parent)
        return list(order)[:-1]

    def _above(self, name: str) -> Iterator[tuple[str, Place]]:
        body = self._fleet.templates.inner(name)
        return iter(_parents(body.get("extends"), (body, "extends")))

    def _circle(self, names: tuple[str, ...], place: Place, owner: str) -> None:
        self._report("ACK1041", place, owner, circle=" -> ".join(names))

    def _report(self, message: str, place: Place, cluster: str, **arguments: str) -> None:
        span = span_at(place)
        self.diagnostics.append(error(message, span=span, cluster=cluster, parameter="extends", **arguments))

    def _lay_over(self, target: Laid, upper: Map) -> None:
        for key, value in upper.items():
            below = target.get(key)
            if key in self._sections and isinstance(value, Map) and isinstance(below, Map):
                value = section_over(below, value, self._sections[key])  # noqa: PLW2901 - as below
            elif key in self._merging and isinstance(value, Map) and isinstance(below, Map):
                both = Laid()
                self._lay_over(both, below)
                self._lay_over(both, value)
                both.weight, both.open = weighed(both)
                value = both  # noqa: PLW2901 - the merged mapping takes the value's place
            target.put(key, value, (upper, key))


def _parents(extends: Json, place: Place) -> list[tuple[str, Place]]:
    """The templates that are named, each with its place. What is no name is left out: the schema reports it."""
    if isinstance(extends, Seq):
        return [(name, (extends, index)) for index, name in enumerate(extends) if isinstance(name, str)]
    return [(extends, place)] if isinstance(extends, str) else []


def named() -> frozenset[str]:
    """The parameters that the key of a cluster's entry fills in."""
    return _filled_names("name")


def _filled_names(source: str) -> frozenset[str]:
    return frozenset(p.name for kind in catalog.DEFAULT.kinds for p in kind.parameters.values() if p.fill == source)
