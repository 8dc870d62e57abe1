"""What stands inside of a cluster of the spec, under a key of its own: `notes: {NAME: {...}}`. The key is its name.

A section may be a list, whose items have their names in them: `addons: [{name: NAME, ...}]`. That is a parameter of the
cluster as well, whose schema has held every item.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Protocol

from ackplan.core.address import short_of
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span, error
from ackplan.documents.schema_words import shown
from ackplan.documents.tree import Laid, Map, Seq, locate, span_of
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

    @property
    def family(self) -> str:
        """The key of a cluster without which the section is none; empty where it is one of every cluster."""
        ...

    @property
    def listed(self) -> bool:
        """Whether the section is a list."""
        ...


def of_cluster(sections: Mapping[str, Section], body: Map) -> Mapping[str, Section]:
    """Those of these sections that a cluster with this body may have."""
    return {key: section for key, section in sections.items() if not section.family or section.family in body}


def read(cluster: Wanted, of: Section, key: str, body: Map) -> tuple[dict[str, Wanted], list[Diagnostic]]:
    """The resources under this key of a cluster, by their short names, and what is wrong with them."""
    section = body[key]
    if of.listed and isinstance(section, Seq):
        return _read_list(cluster, of, key, section)
    if not isinstance(section, Map):
        return {}, [error("ACK1103.section", span=body.key_span(key), cluster=cluster.name, parameter=key)]
    resources: dict[str, Wanted] = {}
    faults: list[Diagnostic] = []
    for name, inner in section.items():
        start = functools.partial(section.key_span, name)
        short = short_of(of.name, cluster.name, name)
        if not isinstance(inner, Map) or "/" in name or not name:
            faults.append(error("ACK1103.section", span=start(), cluster=cluster.name, parameter=f"{key}.{name}"))
            continue
        named, wrong = _named(inner, of.kind, (short, name), start)
        wrong += validate.check_nested(short, named, start, (of.kind, of.own_keys))
        faults += wrong
        if not wrong:
            resources[short] = wanted.following(wanted.build(short, of.kind, named, start), cluster)
    return resources, faults


def _read_list(cluster: Wanted, of: Section, key: str, section: Seq) -> tuple[dict[str, Wanted], list[Diagnostic]]:
    """The same of a list. What is `disabled` is none; an empty text says nothing."""
    resources: dict[str, Wanted] = {}
    faults: list[Diagnostic] = []
    first: dict[str, Callable[[], Span]] = {}
    for index, item in ((index, item) for index, item in enumerate(section) if isinstance(item, Map)):
        name, start = str(item["name"]), functools.partial(_item_span, section, index)
        short = short_of(of.name, cluster.name, name)
        wrong = list(_of_item(item, of.kind, short, start))
        if name in first:
            wrong.append(error("ACK1211", first=str(first[name]()), span=start(), cluster=cluster.name, parameter=key))
        first.setdefault(name, start)
        faults += wrong
        if not wrong and not item.get("disabled"):
            said = Laid(item)
            said.update({each: value for each, value in item.items() if each in of.kind.keys and value != ""})
            resources[short] = wanted.build(short, of.kind, said, start)
    return resources, faults


def _item_span(section: Seq, index: int) -> Span:
    return span_of(section.mark_of(index))


def _of_item(item: Map, kind: Kind, short: str, start: Callable[[], Span]) -> Iterator[Diagnostic]:
    """What the schema of the cluster does not say of an item: the form of its name, and JSON that is none."""
    for name, value in item.items():
        parameter = kind.parameters.get(name)
        form = parameter.schema.get("x-ack-form", "") if parameter else ""
        if parameter is None or not isinstance(value, str) or not value:
            continue
        if form and not re.search(parameter.schema["pattern"], value):
            why = f"{shown(value)} is not {form}"
        elif parameter.schema.get("x-ack-reads") == "json" and isinstance(parameter.canonical(value), str):
            why = "it does not hold an object as JSON"
        else:
            continue
        yield error("ACK1103.value", reason=why, span=locate(item, (name,), start()), cluster=short, parameter=name)


def _named(body: Map, kind: Kind, names: tuple[str, str], start: Callable[[], Span]) -> tuple[Map, list[Diagnostic]]:
    """The body with the name that its key says; one that is written in it has to be the same.

    `names` are its short name in the fleet and that in its cluster.
    """
    naming = _naming(kind)
    if not naming:
        return body, []
    (short, name), path = names, tuple(naming.split("."))
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
        error("ACK1201.nested", name=shown(written), span=locate(body, path, start()), cluster=short, parameter=naming)
    ]


@functools.cache
def _naming(kind: Kind) -> str:
    """The parameter that has the name of one of this kind; empty for a kind that has none."""
    return next((p.name for p in kind.parameters.values() if p.fill == "name"), "")


def _copied(body: Map) -> Laid:
    copy = Laid(body)
    copy.update(body)
    return copy
