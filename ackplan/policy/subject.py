"""One cluster of a plan as rules see it: what happens to it, and what it will look like."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.core import catalog
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Span
from ackplan.documents.tree import Map, Seq, span_of
from ackplan.plan.model import Change
from ackplan.policy.model import Exemption, Rule, Selector, fits
from ackplan.spec.desired import Wanted

# What a plan does to clusters, not to the record alone.
CHANGING = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.ADOPT})
DESTROYING = frozenset({Action.DELETE, Action.REPLACE})

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """A change, and the cluster of the spec where there is one: it knows its places."""

    change: Change
    wanted: Wanted | None = None

    @property
    def name(self) -> str:
        return self.change.name

    @property
    def region(self) -> str:
        values = self.change.after or self.change.before or {}
        return self.change.kind.region_of(values)

    def selected(self, by: Selector) -> bool:
        change = self.change
        criteria = ((by.names, self.name), (by.regions, self.region), (by.kinds, change.kind.name))
        if not all(fits(value, patterns) for patterns, value in criteria if patterns):
            return False
        return not by.actions or change.action.value in by.actions

    def document(self) -> dict[str, object]:
        """The cluster after the change, as a JSON Schema sees it; empty where there is none."""
        if self.change.after is None:
            return {}
        parameters = self.change.kind.parameters
        own = self.wanted.own if self.wanted else {}
        given = {name: _plain(parameters.get(name), value) for name, value in self.change.after.items()}
        return {**own, **given, "kind": self.change.kind.name}

    def place(self, path: Path) -> Span | None:
        """Where in the spec the value stands that `path` leads to, or what is nearest above it."""
        if self.wanted is None:
            return None
        if not path:
            return self.wanted.span
        name, *rest = path
        span = self.wanted.span_of(str(name))
        value: object = {**self.wanted.own, **self.wanted.parameters}.get(str(name))
        for part in rest:
            inner = _inner(value, part)
            if inner is None:
                break
            value, span = inner
        return span


def _inner(value: object, part: str | int) -> tuple[object, Span] | None:
    if isinstance(value, Map) and value.is_placed(part):
        return value[str(part)], value.value_span(str(part))
    if isinstance(value, Seq) and isinstance(part, int) and part < len(value):
        return value[part], span_of(value.mark_of(part))
    return None


def _plain(parameter: catalog.Parameter | None, value: object) -> object:
    """A value that may be written as text too, as what it means."""
    return parameter.canonical(value) if parameter is not None and isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Excepted:
    """The exceptions of a rule on one day."""

    rule: Rule
    today: datetime.date

    def frees(self, subject: PolicySubject) -> bool:
        return any(not self._over(entry) for entry in self._of(subject))

    def ended(self, subject: PolicySubject) -> str:
        """The day on which the cluster's exception ended; empty where none did."""
        over = next((entry for entry in self._of(subject) if self._over(entry)), None)
        return str(over.until) if over else ""

    def _of(self, subject: PolicySubject) -> Iterator[Exemption]:
        return (entry for entry in self.rule.exceptions if fits(subject.name, entry.names))

    def _over(self, entry: Exemption) -> bool:
        return entry.until is not None and entry.until < self.today


@functools.cache
def _listing(kind: catalog.Kind, what: str) -> tuple[str, ...]:
    """The parameters of a kind that are lists of this definition (`tag`, `instance_type`)."""
    parameters = kind.parameters.items()
    return tuple(name for name, p in parameters if str(p.schema.get("items", {}).get("$ref", "")).endswith(f"/{what}"))


def _listed(subject: PolicySubject, name: str) -> list[object]:
    """A parameter that is a list. One that the record alone knows was never held against a schema."""
    value = (subject.change.after or {}).get(name)
    return value if isinstance(value, list) else []


def tags(subject: PolicySubject) -> Iterator[tuple[str, Mapping[str, tuple[int, str]]]]:
    """Each parameter that holds tags, with place and value of each tag by its key. A kind may have none."""
    for name in _listing(subject.change.kind, "tag") if subject.change.after is not None else ():
        pairs = [(at, tag) for at, tag in enumerate(_listed(subject, name)) if isinstance(tag, Mapping)]
        yield name, {str(tag.get("key")): (at, str(tag.get("value", ""))) for at, tag in pairs}


def instance_types(subject: PolicySubject) -> Iterator[tuple[Path, str]]:
    """Each instance type that a cluster is to have, and where it is named."""
    for name in _listing(subject.change.kind, "instance_type"):
        yield from (((name, at), str(value)) for at, value in enumerate(_listed(subject, name)))
