"""Holds a fleet against the schemas: every fault at once, each with its place, cluster and parameter."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Set

from ackplan.core import catalog
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.documents.tree import Laid, Map
from ackplan.spec.fault_reporter import FaultReporter
from ackplan.spec.fleet import Document
from ackplan.spec.schema_validators import (
    faults_by,
    faults_of,
    is_valid,
    is_valid_nested,
    nested_own_schema,
    nested_schema,
)


def check_document(document: Document) -> list[Diagnostic]:
    """The faults in a document's outline: its sections, variables, and what stands in for clusters."""
    root = document.root
    start = Span(document.file, 1, 1)
    if not isinstance(root, Map):
        return [error("ACK1100", span=start)]
    reporter = FaultReporter(root, start, "")
    return [diagnostic for fault in faults_of(None, root) for diagnostic in reporter.report(fault)]


def check_nested(name: str, body: Map, start: Callable[[], Span], of: tuple[Kind, Set[str]]) -> list[Diagnostic]:
    """Every fault of something inside of a cluster, of its kind and of those of ackplan's own keys that it may have."""
    kind, own = of
    said, mine = ({key: value for key, value in body.items() if key in keys} for keys in (kind.keys, own))
    if len(said) + len(mine) == len(body) and is_valid_nested(kind, said, mine):
        return []
    reporter = FaultReporter(body, start(), name)
    faults = [reporter.unknown_key(key, [*kind.keys, *own]) for key in body if key not in own and key not in kind.keys]
    for schema, keys in ((nested_schema(kind), kind.keys), (nested_own_schema(kind), own)):
        part = Laid(body)
        part.update({key: value for key, value in body.items() if key in keys})
        faults += [each for fault in faults_by(schema, part) for each in reporter.report(fault)]
    # What it depends on need not be a cluster, as the schema of own keys has it.
    return [fault for fault in faults if not re.fullmatch(r"depends_on\.[0-9]+", fault.parameter)]


def check_cluster(
    name: str,
    body: Map,
    start: Callable[[], Span],
    *,
    skip: Set[str] = frozenset(),
    sections: Set[str] = frozenset(),
) -> tuple[Kind | None, list[Diagnostic]]:
    """The kind of a resolved cluster, and every fault of its parameters. `start` tells where the cluster begins.

    Nothing is said of those in `skip`, which are known to be faulty; an empty name in it says that a template is
    missing, and with it whatever it would have set: only a secret that is written down is then told. `sections` are
    keys of other resources, which are checked by themselves.
    """
    if "" in skip:
        return None, list(FaultReporter(body, start(), name).secrets(skip))
    kind = catalog.DEFAULT.kind_of(body)
    if kind is not None and _has_only(_keys(kind), sections, body) and is_valid(kind, body):
        return kind, []
    reporter = FaultReporter(body, start(), name)
    diagnostics = list(reporter.discriminators(kind))
    diagnostics += reporter.unknown_keys(kind, skip={d.parameter for d in diagnostics} | sections)
    if kind is not None:
        diagnostics += reporter.told_by(kind, body)
    else:
        diagnostics += _told_by_all(_likely(body), reporter, body)
    diagnostics += reporter.secrets({d.parameter.split(".")[0] for d in diagnostics if d.code == "ACK1105"})
    once = dict.fromkeys(diagnostics) if len(diagnostics) > 1 else diagnostics
    return kind, [d for d in once if d.parameter.split(".")[0] not in skip]


def _has_only(keys: frozenset[str], sections: Set[str], body: Map) -> bool:
    return keys.issuperset(body) or (bool(sections) and all(key in keys or key in sections for key in body))


def _likely(body: Map) -> list[Kind]:
    """The kinds that a cluster which does not say its own may be meant to be: those that know most of its keys."""
    known = {kind: len(kind.keys & body.keys()) for kind in catalog.DEFAULT.family_of(body).kinds}
    return [kind for kind, count in known.items() if count == max(known.values())]


def _told_by_all(kinds: list[Kind], reporter: FaultReporter, body: Map) -> list[Diagnostic]:
    """What each of these kinds finds wrong with the cluster, whatever tells them apart."""
    first, *others = [list(reporter.told_by(kind, _as(kind, body))) for kind in kinds]
    return [diagnostic for diagnostic in first if all(diagnostic in other for other in others)]


def _as(kind: Kind, body: Map) -> Map:
    meant = Laid(body)
    meant.update({**body, **kind.constants})
    return meant


@functools.cache
def _keys(kind: Kind) -> frozenset[str]:
    """Every key that a cluster of this kind may have, but what could yet tell it to be of another kind."""
    return frozenset({*kind.keys, *kind.catalog.own_keys} - (kind.discriminators.keys() - kind.constants.keys()))
