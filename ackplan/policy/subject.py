"""One cluster, node pool or add-on of a plan as rules see it: what happens to it, and what it will look like."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ackplan.core import catalog
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Span
from ackplan.core.json_types import Json
from ackplan.documents.tree import Map, Seq, span_of
from ackplan.plan.model import Change
from ackplan.policy.model import Exemption, Rule, Selector, fits
from ackplan.spec.desired import Wanted

# What a plan does to clusters, not to the record alone.
CHANGING = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.ADOPT})
DESTROYING = frozenset({Action.DELETE, Action.REPLACE})

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PolicyHome:
    """Where a resource belongs: the name, region and kind of its cluster, or its own where it is one."""

    name: str
    region: str
    kind: str


@dataclass(frozen=True)
class PolicySubject:
    """A change, where it belongs, and what the spec wants where it does: that knows its places."""

    change: Change
    home: PolicyHome
    wanted: Wanted | None = None

    @functools.cached_property
    def name(self) -> str:
        return self.change.name

    @property
    def region(self) -> str:
        return self.home.region

    def named(self, patterns: tuple[str, ...]) -> bool:
        """Whether one of these is its name. One without `/` is of a cluster, and means what is inside of it too."""
        return any(fits(self.name if "/" in pattern else self.home.name, (pattern,)) for pattern in patterns)

    def selected(self, by: Selector) -> bool:
        if by.regions and not fits(self.home.region, by.regions):
            return False
        if by.kinds and not fits(self.home.kind, by.kinds):
            return False
        if by.names and not self.named(by.names):
            return False
        return not by.actions or self.change.action.value in by.actions

    @functools.cached_property
    def document(self) -> Mapping[str, object]:
        """The resource after the change, as a JSON Schema sees it; empty where there is none."""
        after, kind = self.change.after, self.change.kind
        if after is None:
            return {}
        own = self.wanted.own if self.wanted else {}
        parameters = {
            name: _plain(kind.parameters[name], value) for name, value in after.items() if name in kind.parameters
        }
        others = {name: value for name, value in after.items() if name not in kind.parameters}
        return {**own, **others, **kind.body(parameters), "kind": kind.name}

    @functools.cached_property
    def start(self) -> Span | None:
        """Where it begins in the spec."""
        return self.wanted.span if self.wanted else None

    @functools.cached_property
    def content(self) -> str:
        """The document as a text that clusters have in common which are the same but for their names."""
        parameter = self.change.kind.name_parameter.name if self.change.address.parent is None else ""
        return json.dumps({name: value for name, value in self.document.items() if name != parameter})

    def place(self, path: Path) -> Span | None:
        """Where in the spec the value stands that `path` leads to, or what is nearest above it."""
        if self.wanted is None or not path:
            return self.start
        own, parameters = self.wanted.own, self.wanted.parameters
        names = [".".join(map(str, path[:end])) for end in range(1, len(path) + 1)]
        name = next((name for name in names if name in own or name in parameters), names[-1])
        span: Span | None = self.wanted.spans.get(name) or self.start
        value: object = parameters.get(name, own.get(name))
        for part in path[names.index(name) + 1 :]:
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


def _plain(parameter: catalog.Parameter, value: Json) -> Json:
    """A value that may be written as text too, as what it means."""
    return parameter.canonical(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Excepted:
    """The exceptions of a rule on one day."""

    rule: Rule
    today: datetime.date

    def frees(self, subject: PolicySubject) -> bool:
        return bool(self.rule.exceptions) and any(not self._over(entry) for entry in self._of(subject))

    def ended(self, subject: PolicySubject) -> str:
        """The day on which the cluster's exception ended; empty where none did."""
        over = next((entry for entry in self._of(subject) if self._over(entry)), None)
        return str(over.until) if over else ""

    def _of(self, subject: PolicySubject) -> Iterator[Exemption]:
        return (entry for entry in self.rule.exceptions if subject.named(entry.names))

    def _over(self, entry: Exemption) -> bool:
        return entry.until is not None and entry.until < self.today


@functools.cache
def _types(kind: catalog.Kind) -> tuple[str, ...]:
    """The parameters of a kind that are lists of instance types."""
    parameters = kind.parameters.items()
    return tuple(n for n, p in parameters if str(p.schema.get("items", {}).get("$ref", "")).endswith("/instance_type"))


@functools.cache
def _tags(kind: catalog.Kind) -> tuple[str, ...]:
    """The parameters of a kind that are lists of tags."""
    return tuple(name for name in kind.parameters if name.rpartition(".")[2] == "tags")


def _listed(subject: PolicySubject, name: str) -> list[object]:
    """A parameter that is a list. One that the record alone knows was never held against a schema."""
    value = (subject.change.after or {}).get(name)
    return value if isinstance(value, list) else []


def tags(subject: PolicySubject) -> Iterator[tuple[Path, Mapping[str, tuple[int, str]]]]:
    """Each parameter that holds tags, with place and value of each tag by its key. A kind may have none."""
    for name in _tags(subject.change.kind) if subject.change.after is not None else ():
        pairs = [(at, tag) for at, tag in enumerate(_listed(subject, name)) if isinstance(tag, Mapping)]
        yield tuple(name.split(".")), {str(tag.get("key")): (at, str(tag.get("value", ""))) for at, tag in pairs}


def instance_types(subject: PolicySubject) -> Iterator[tuple[Path, str]]:
    """Each instance type that a cluster or pool is to have, and where it is named."""
    for name in _types(subject.change.kind):
        path: Path = tuple(name.split("."))
        yield from (((*path, at), str(value)) for at, value in enumerate(_listed(subject, name)))
