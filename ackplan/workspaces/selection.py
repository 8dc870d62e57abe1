"""Which workspaces a command is about, and in which order: pure, from names alone."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ackplan.core.diagnostics import Failure, error
from ackplan.documents.schema_words import listed, suggestion
from ackplan.plan import graph
from ackplan.workspaces.model import WorkspaceEntry, Workspaces


@dataclass(frozen=True, slots=True)
class Selection:
    """The workspaces to run, each after all that it depends on, those that are free in the order of their names.

    `along` are those that no pattern names but that one which is named depends on. `left_out` are the others, each
    with why. `notes` are what else whoever asked should know.
    """

    entries: tuple[WorkspaceEntry, ...]
    along: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """Of each workspace, those that have to come before it. What is not selected counts as done."""
        names = {entry.name for entry in self.entries}
        return {entry.name: tuple(need for need in entry.depends_on if need in names) for entry in self.entries}


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since a revision: of each workspace that changed, why. `removed` are not in the file any more."""

    revision: str
    why: Mapping[str, str]
    removed: tuple[str, ...] = ()


def select(
    workspaces: Workspaces, patterns: Sequence[str], changed: Changed | None = None, *, alone: bool = False
) -> Selection:
    """The workspaces that a pattern names, with what they depend on, as far as they changed.

    No pattern names all. `alone` leaves dependencies that no pattern names out. Raises Failure for a pattern that
    names none.
    """
    entries = workspaces.entries
    named = _named(entries, patterns)
    needed = {} if alone or not patterns else _needed(entries, named)
    left_out: dict[str, str] = {}
    chosen: list[WorkspaceEntry] = []
    order = graph.order(graph.of_needs({name: entries[name].depends_on for name in sorted(entries)}))
    for name in order:
        if name not in named and name not in needed:
            left_out[name] = "--workspaces does not name it"
        elif changed is not None and name not in changed.why:
            left_out[name] = f"nothing of it changed since {changed.revision}"
        else:
            chosen.append(entries[name])
    along = tuple(entry.name for entry in chosen if entry.name in needed)
    return Selection(tuple(chosen), along, left_out, _notes(changed))


def _named(entries: Mapping[str, WorkspaceEntry], patterns: Sequence[str]) -> set[str]:
    if not patterns:
        return set(entries)
    matching = {pattern: fnmatch.filter(entries, pattern) for pattern in patterns}
    for pattern in (pattern for pattern in patterns if not matching[pattern]):
        near = suggestion(pattern, entries) or f"there are: {listed(list(entries))}"
        raise Failure(error("ACK8008", pattern=pattern, near=near))
    return {name for names in matching.values() for name in names}


def _needed(entries: Mapping[str, WorkspaceEntry], named: set[str]) -> set[str]:
    """What the named ones depend on, directly or not, without themselves."""
    needed: set[str] = set()
    pending = list(named)
    while pending:
        new = [need for need in entries[pending.pop()].depends_on if need not in needed]
        needed.update(new)
        pending += new
    return needed - named


def _notes(changed: Changed | None) -> tuple[str, ...]:
    if changed is None or not changed.removed:
        return ()
    names = ", ".join(changed.removed)
    return (f"no longer in workspaces.yaml since {changed.revision}, so left as it is: {names}",)
