"""What stands inside of a cluster of the spec, under a key of its own: `notes: {NAME: {...}}`."""

from __future__ import annotations

import functools
from typing import Protocol

from ackplan.core.address import CLUSTER, Address
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, error
from ackplan.documents.tree import Map
from ackplan.spec import validate, wanted
from ackplan.spec.desired import Wanted


class Section(Protocol):
    """Of which type and kind the resources of a section are."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...


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
        wrong = validate.check_nested(short, inner, start, of.kind)
        faults += wrong
        if not wrong:
            resources[short] = wanted.build(short, of.kind, inner, start)
    return resources, faults
