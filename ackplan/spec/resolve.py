"""Clusters as they are meant: templates merged left to right, variables filled in, name and region put in their places.

Every value keeps the place that it was written at, so that an error in a template points into the template.
A key replaces what a template set; mappings that the schema marks (`lifecycle`, `timeouts`) merge key by key; `null`
takes away what a template set.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from typing import Any

from ackplan import catalog
from ackplan.diagnostics import Diagnostic, error
from ackplan.spec.fleet import Fleet
from ackplan.spec.load import Map, span_of
from ackplan.spec.variables import fill


def resolve(fleet: Fleet, variables: Mapping[str, Any]) -> tuple[dict[str, Map], list[Diagnostic]]:
    """Every cluster of the fleet by name, complete. A cluster whose templates can't be found is left out."""
    resolver = _Resolver(fleet, variables)
    resolved = {}
    for name, body in fleet.clusters.items():
        if isinstance(body, Map):
            resolved[name] = resolver.cluster(name, body)
    return resolved, resolver.diagnostics


class _Resolver:
    def __init__(self, fleet: Fleet, variables: Mapping[str, Any]) -> None:
        self._fleet = fleet
        self._variables = variables
        self._templates: dict[str, Map] = {}
        self._merging = frozenset(name for name, key in catalog.own_keys().items() if key.schema.get("x-ack-merge"))
        self._named, self._regional = _filled_names("name"), _filled_names("region")
        self.diagnostics: list[Diagnostic] = []

    def cluster(self, name: str, body: Map) -> Map:
        merged = self._merge(body, name, ())
        resolved = Map(body.mark)
        for key, value in merged.items():
            if value is not None:
                marks = merged.marks[key]
                resolved.put(key, self._filled(value, marks[1], name), marks)
        marks = self._fleet.clusters.marks[name]
        for parameter in self._named:
            resolved.setdefault(parameter, name)
            resolved.marks.setdefault(parameter, marks)
        if self._fleet.region is not None:
            for parameter in self._regional:
                resolved.setdefault(parameter, self._filled(self._fleet.region, marks[0], name))
                resolved.marks.setdefault(parameter, marks)
        return resolved

    def _filled(self, value: Any, mark: Any, cluster: str) -> Any:
        def report(diagnostic: Diagnostic) -> None:
            self.diagnostics.append(dataclasses.replace(diagnostic, cluster=cluster))

        return fill(value, self._variables, mark, report)

    def _merge(self, body: Map, owner: str, chain: tuple[str, ...]) -> Map:
        """`body` on top of what it extends. `chain` holds the templates being merged, to find circles."""
        extends = body.get("extends")
        if extends is None:
            return body
        merged = Map(body.mark)
        for index, parent in enumerate([extends] if isinstance(extends, str) else extends):
            mark = extends.marks[index] if isinstance(extends, list) and hasattr(extends, "marks") else None
            template = self._template(parent, owner, chain, mark or body.marks["extends"][1])
            self._lay_over(merged, template)
        self._lay_over(merged, body)
        merged.pop("extends", None)
        return merged

    def _template(self, name: Any, owner: str, chain: tuple[str, ...], mark: Any) -> Map:
        if name in chain:
            circle = " -> ".join((*chain[chain.index(name) :], name))
            self._report("ACK1041", "Templates extend each other in a circle", circle, mark, owner)
            return Map()
        known = self._fleet.templates
        if not isinstance(name, str) or not isinstance(known.get(name), Map):
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known) or 'none'}"
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


def _filled_names(source: str) -> frozenset[str]:
    return frozenset(filter(None, (kind.filled_from(source) for kind in catalog.kinds())))
