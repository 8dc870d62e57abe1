"""Clusters as they are meant: templates merged left to right, variables filled in, name and region put in their places.

Every value keeps the place that it was written at, so that an error in a template points into the template.
A key replaces what a template set; mappings that the schema marks (`lifecycle`, `timeouts`) merge key by key; `null`
takes away what a template set.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ackplan import catalog
from ackplan.diagnostics import Diagnostic, error
from ackplan.spec.explain import literal_secret, secret_names
from ackplan.spec.fleet import Fleet
from ackplan.spec.load import Map, Seq, span_of
from ackplan.spec.variables import Sizes, fill

# How many values a cluster may unfold to.
MAX_VALUES = 5_000


@dataclass(slots=True)
class Resolved:
    """Every cluster of the fleet, complete; `faulty` names the parameters of each that could not be filled in."""

    clusters: dict[str, Map]
    faulty: dict[str, set[str]]
    diagnostics: list[Diagnostic]


def resolve(fleet: Fleet, variables: Mapping[str, Any], *, complete: bool) -> Resolved:
    """Every cluster of the fleet. Where it is not `complete` (a file broke off) missing templates are not reported."""
    resolver = _Resolver(fleet, variables, complete)
    clusters = {name: resolver.cluster(name, body) for name, body in fleet.clusters.items() if isinstance(body, Map)}
    resolver.check_unused()
    return Resolved(clusters, resolver.faulty, resolver.diagnostics)


class _Resolver:
    def __init__(self, fleet: Fleet, variables: Mapping[str, Any], complete: bool) -> None:  # noqa: FBT001
        self._fleet = fleet
        self._variables = variables
        self._complete = complete
        self._templates: dict[str, Map] = {}
        self._merging = frozenset(name for name, key in catalog.own_keys().items() if key.schema.get("x-ack-merge"))
        self._named, self._regional = _filled_names("name"), _filled_names("region")
        self._sizes = Sizes()
        self.faulty: dict[str, set[str]] = {}
        self.diagnostics: list[Diagnostic] = []

    def cluster(self, name: str, body: Map) -> Map:
        merged = self._merge(body, name, ())
        resolved = Map(body.mark)
        resolved.marks = dict(merged.marks)
        size = 0
        for key, value in merged.items():
            values, to_fill = (1, "${" in value) if type(value) is str else self._sizes.of(value)
            size += values
            if value is None or size > MAX_VALUES:
                resolved.marks.pop(key, None)
            else:
                resolved[key] = self._filled(value, merged.marks[key][1], name, key) if to_fill else value
        marks = self._fleet.clusters.marks[name]
        if size > MAX_VALUES:
            detail = f"more than {MAX_VALUES:,} values"
            self.diagnostics.append(
                error("ACK1042", "Cluster is too large", detail, span=span_of(marks[0]), cluster=name)
            )
        for parameter in self._named - resolved.keys():
            resolved.put(parameter, name, marks)
        if self._fleet.region is not None:
            for parameter in self._regional - resolved.keys():
                at = self._fleet.region_marks
                resolved.put(parameter, self._filled(self._fleet.region, at[1], name, parameter), at)
        return resolved

    def check_unused(self) -> None:
        """What is wrong with templates that no cluster extends: their parents, and secrets written down."""
        for name, body in self._fleet.templates.items():
            if isinstance(body, Map) and name not in self._templates:
                self._merge(body, name, (name,))
                for secret in secret_names() & body.keys():
                    if not isinstance(body[secret], Map):
                        where = {"span": body.value_span(secret), "cluster": name, "parameter": secret}
                        self.diagnostics.append(literal_secret(**where))

    def _filled(self, value: Any, mark: Any, cluster: str, parameter: str) -> Any:
        def report(diagnostic: Diagnostic) -> None:
            self.faulty.setdefault(cluster, set()).add(parameter)
            self.diagnostics.append(dataclasses.replace(diagnostic, cluster=cluster, parameter=parameter))

        return fill(value, self._variables, mark, report)

    def _merge(self, body: Map, owner: str, chain: tuple[str, ...]) -> Map:
        """`body` on top of what it extends. `chain` holds the templates being merged, to find circles."""
        extends = body.get("extends")
        if extends is None:
            return body
        merged = Map(body.mark)
        for parent, mark in _parents(extends, body.marks["extends"][1]):
            self._lay_over(merged, self._template(parent, owner, chain, mark))
        self._lay_over(merged, body)
        merged.pop("extends", None)
        return merged

    def _template(self, name: str, owner: str, chain: tuple[str, ...], mark: Any) -> Map:
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            self._report("ACK1041", "Templates extend each other in a circle", circle, mark, owner)
            return Map()
        known = self._fleet.templates
        if not isinstance(known.get(name), Map):
            near = difflib.get_close_matches(name, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known) or 'none'}"
            self.faulty.setdefault(owner, set()).add("")
            if self._complete:
                self._report("ACK1040", "Unknown template", f'"{name}"; {hint}', mark, owner)
            return Map()
        if name not in self._templates:
            self._templates[name] = self._merge(known[name], owner, (*chain, name))
        return self._templates[name]

    def _report(self, code: str, summary: str, detail: str, mark: Any, cluster: str) -> None:
        self.diagnostics.append(error(code, summary, detail, span=span_of(mark), cluster=cluster, parameter="extends"))

    def _lay_over(self, target: Map, upper: Map) -> None:
        for key, value in upper.items():
            below = target.get(key)
            if key in self._merging and isinstance(value, Map) and isinstance(below, Map):
                both = Map(value.mark)
                self._lay_over(both, below)
                self._lay_over(both, value)
                value = both  # noqa: PLW2901 - the merged mapping takes the value's place
            target.put(key, value, upper.marks[key])


def _parents(extends: Any, mark: Any) -> list[tuple[str, Any]]:
    """The templates that are named, each with its place. What is no name is left out: the schema reports it."""
    if isinstance(extends, Seq):
        return [(name, at) for name, at in zip(extends, extends.marks, strict=True) if isinstance(name, str)]
    return [(extends, mark)] if isinstance(extends, str) else []


def _filled_names(source: str) -> frozenset[str]:
    return frozenset(filter(None, (kind.filled_from(source) for kind in catalog.kinds())))
