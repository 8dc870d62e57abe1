"""Narrows a plan: to targets and what they wait for, without excluded or blocked ones and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ackplan.plan.model import Change
from ackplan.plan.order import SILENT


def select(
    changes: Sequence[Change], targets: Sequence[str], excludes: Sequence[str], *, skip_blocked: bool
) -> tuple[Change, ...]:
    """The changes that stay. Leaving one out leaves out every change that would have waited for it."""
    if not (targets or excludes or skip_blocked):
        return tuple(changes)
    before = _waits(changes)
    after = _turned(before)
    dropped = _reach(excludes, after)
    if skip_blocked:
        dropped |= _reach((change.cluster for change in changes if change.is_blocked), after)
    kept = (_reach(targets, before) if targets else {change.cluster for change in changes}) - dropped
    return tuple(change for change in changes if change.cluster in kept)


def _waits(changes: Sequence[Change]) -> dict[str, set[str]]:
    """For each cluster those that it waits for, by its steps; what is blocked without steps holds up its dependents."""
    owner = {step.id: change.cluster for change in changes for step in change.steps}
    stuck = {change.cluster for change in changes if change.is_blocked and not change.steps}
    idle = {c.cluster: c.depends_on for c in changes if all(step.kind in SILENT for step in c.steps)}
    waits: dict[str, set[str]] = {}
    for change in changes:
        needed = {owner[need] for step in change.steps for need in step.needs if need in owner}
        if stuck:
            needed |= stuck & _reach(change.depends_on, idle)
        waits[change.cluster] = needed - {change.cluster}
    return waits


def _turned(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {name: set() for name in edges}
    for name, others in edges.items():
        for other in others:
            turned[other].add(name)
    return turned


def _reach(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(starts)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += edges.get(name, ())
    return found
