"""What stands inside of a cluster of the spec, under a key of its own: `notes: {NAME: {...}}`. The key is its name."""

from __future__ import annotations

import functools
from collections.abc import Set
from typing import Protocol

from ackplan.core.address import CLUSTER, Address, parse
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.documents.schema_words import shown
from ackplan.documents.tree import Laid, Map, locate
from ackplan.spec import validate, wanted
from ackplan.spec.desired import Wanted


class Section(Protocol):
    """Of which type and kind the resources of a section are, and which of ackplan's own keys each may have."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def own_keys(self) -> Set[str]: ...


def read(cluster: Wanted, of: Section, key: str, body: Map) -> tuple[dict[str, Wanted], list[Diagnostic]]:
    """The resources under this key of a cluster, by their short names, and what is wrong with them."""
    section, span = body[key], body.key_span(key)
    if not isinstance(section, Map):
        return {}, [error("ACK1103.section", span=span, cluster=cluster.name, parameter=key)]
    resources: dict[str, Wanted] = {}
    faults: list[Diagnostic] = []
    for name, inner in section.items():
        start = functools.partial(section.key_span, name)
        short = Address(of.name, name, Address(CLUSTER, cluster.name)).short
        if not isinstance(inner, Map) or "/" in name or not name:
            faults.append(error("ACK1103.section", span=start(), cluster=cluster.name, parameter=f"{key}.{name}"))
            continue
        named, wrong = _named(inner, of.kind, short, start())
        wrong += validate.check_nested(short, named, start, (of.kind, of.own_keys))
        faults += wrong
        if not wrong:
            resources[short] = wanted.following(wanted.build(short, of.kind, named, start), cluster)
    return resources, faults


def _named(body: Map, kind: Kind, short: str, start: Span) -> tuple[Map, list[Diagnostic]]:
    """The body with the name that its key says; one that is written in it has to be the same."""
    naming = next((p.name for p in kind.parameters.values() if p.fill == "name"), "")
    if not naming:
        return body, []
    name, path = parse(short).name, tuple(naming.split("."))
    whole = inner = _copied(body)
    for group in path[:-1]:
        under = inner.get(group, Laid())
        if not isinstance(under, Map):
            return body, []
        copy = _copied(under)
        inner[group], inner = copy, copy
    written = inner.setdefault(path[-1], name)
    if written == name or not isinstance(written, str):
        return whole, []
    return whole, [
        error("ACK1201.nested", name=shown(written), span=locate(body, path, start), cluster=short, parameter=naming)
    ]


def _copied(body: Map) -> Laid:
    copy = Laid(body)
    copy.update(body)
    return copy
