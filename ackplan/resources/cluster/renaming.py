"""A cluster under another name. To the API that is another cluster: the old one is deleted, with all that runs in it.

Where the spec says that it is the same one (`renamed_from`), neither is done, for no call of this API version renames.
Where it says nothing and the two are alike, a warning asks: a template makes alike clusters too.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ackplan.core.actions import Action, Reason
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals
from ackplan.spec.desired import Wanted

KEY = "renamed_from"
_SHOWN = 3


def refused(changes: Sequence[Change], wanted: Mapping[str, Wanted]) -> tuple[Change, ...]:
    """The changes, with both halves of what the spec calls a renaming blocked."""
    named = {str(w.own[KEY]): w for w in wanted.values() if KEY in w.own}
    if not named:
        return tuple(changes)
    leaving, coming = _leaving(changes), {change.name for change in changes if _comes(change)}
    meant = {old: w for old, w in named.items() if old in leaving and w.name in coming}
    meant |= {w.name: w for w in meant.values()}
    return tuple(_blocked(change, meant.get(change.name)) for change in changes)


def _blocked(change: Change, renaming: Wanted | None) -> Change:
    if renaming is None:
        return change
    fault = refusals.cannot_rename(renaming, str(renaming.own[KEY]), change.name)
    return dataclasses.replace(change, blocked=(*change.blocked, fault))


def alike(
    changes: Sequence[Change], wanted: Mapping[str, Wanted], recorded: Mapping[str, RecordedCluster]
) -> Iterator[Diagnostic]:
    """A warning for each cluster that is deleted while one is created that is made in the same way."""
    leaving = _leaving(changes)
    if not leaving:
        return
    index = _index(wanted[change.name] for change in changes if _comes(change) and KEY not in _own(change, wanted))
    for name in leaving:
        names = list(_like(recorded[name], index)) if name in recorded else []
        if names:
            yield _caution(name, names, wanted[names[0]])


def _own(change: Change, wanted: Mapping[str, Wanted]) -> Mapping[str, Any]:
    return wanted[change.name].own


def _leaving(changes: Iterable[Change]) -> list[str]:
    return [c.name for c in changes if c.action is Action.DELETE and c.reason is Reason.NOT_IN_SPEC]


def _comes(change: Change) -> bool:
    return change.action is Action.CREATE and change.reason is Reason.NEW


# The names of clusters that are made alike, by their kind, by which parameters they set, and by the values of these.
_Index = dict[tuple[Kind, frozenset[str]], dict[str, list[str]]]


def _index(coming: Iterable[Wanted]) -> _Index:
    found: _Index = {}
    for wanted in coming:
        names = frozenset(wanted.parameters) & wanted.kind.replacing
        made = found.setdefault((wanted.kind, names), {})
        made.setdefault(_values(wanted.kind, wanted.parameters, names), []).append(wanted.name)
    return found


def _like(entry: RecordedCluster, index: _Index) -> Iterator[str]:
    """The clusters that are made as this one was. Of one that was taken in as it is live more is known than was set."""
    own = frozenset(entry.parameters) & entry.kind.replacing
    for (kind, names), made in index.items():
        if kind == entry.kind and (names == own or (entry.partial and names <= own)):
            yield from made.get(_values(kind, entry.parameters, names), ())


def _values(kind: Kind, parameters: Mapping[str, Any], names: frozenset[str]) -> str:
    return json.dumps([kind.parameters[n].canonical(parameters[n]) for n in sorted(names)], sort_keys=True, default=str)


def _caution(old: str, names: Sequence[str], new: Wanted) -> Diagnostic:
    return warning(
        "ACK2057",
        old=old,
        names=", ".join(names[:_SHOWN]),
        more=max(0, len(names) - _SHOWN),
        first=names[0],
        span=new.span,
        cluster=old,
    )
