"""A spec of which some variables have no value, for whoever needs none of these: to destroy, or to look for drift.

What protects and orders has to be whole: a variable without a value in there stays an error.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Final

from ackplan.core.address import short_of
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, Span
from ackplan.documents.tree import Laid, Map, Seq, span_of
from ackplan.spec import wanted

if TYPE_CHECKING:
    from ackplan.spec.desired import Wanted
    from ackplan.spec.sections import Section

NO_VALUE: Final = "ACK1032"
# What protects a resource, orders it, or says which one it is.
_NEEDED: Final = ("lifecycle", "depends_on", "renamed_from", "extends")


def lacking_values(faults: Iterable[Diagnostic]) -> set[str]:
    """The clusters with which nothing is wrong but variables that have no value."""
    codes: dict[str, set[str]] = {}
    for fault in faults:
        if fault.is_error:
            codes.setdefault(fault.cluster, set()).add(fault.code)
    return {name for name, each in codes.items() if name and each == {NO_VALUE}}


def cluster_without(
    name: str, kind: Kind, body: Map, start: Callable[[], Span], unfilled: Collection[str]
) -> Wanted | None:
    """The cluster without these keys, whose values are not known; None where one of them is needed."""
    if not {*_NEEDED, kind.name_parameter.name}.isdisjoint(unfilled):
        return None
    return wanted.build(name, kind, _without(body, unfilled), start)


def inside_without(cluster: str, of: Section, section: object) -> dict[str, Wanted] | None:
    """What is inside of a cluster, under a key whose values are not all known: no more than protects and orders it."""
    inside: dict[str, Wanted] = {}
    for name, body, start in _items(section):
        kept = {key: body[key] for key in _NEEDED if key in of.own_keys and key in body}
        if not isinstance(name, str) or "${" in f"{name} {kept}":
            return None
        short = short_of(of.name, cluster, name)
        said = Laid(body)
        said.update(kept)
        inside[short] = wanted.build(short, of.kind, said, start)
    return inside


def _items(section: object) -> Iterable[tuple[object, Map, Callable[[], Span]]]:
    if isinstance(section, Map):
        for name, body in section.items():
            if isinstance(body, Map):
                yield name, body, functools.partial(section.key_span, name)
    elif isinstance(section, Seq):
        for index, body in enumerate(section):
            if isinstance(body, Map):
                yield body.get("name"), body, functools.partial(_item_span, section, index)


def _item_span(section: Seq, index: int) -> Span:
    return span_of(section.mark_of(index))


def _without(body: Map, unfilled: Collection[str]) -> Laid:
    rest = Laid(body)
    rest.update({key: value for key, value in body.items() if key not in unfilled})
    return rest


def names_of_variables(faults: Iterable[Diagnostic]) -> tuple[str, ...]:
    """The variables that these findings say have no value."""
    return tuple(sorted({str(dict(fault.arguments)["name"]) for fault in faults if fault.code == NO_VALUE}))
