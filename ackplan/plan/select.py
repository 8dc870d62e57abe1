"""Narrows a plan: to targets and what they wait for, without excluded or blocked ones and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ackplan.core.work import GoAlong
from ackplan.plan.model import Change, LeftOut
from ackplan.plan.narrowing import EXCLUDE, SKIP_BLOCKED, TARGET


def select(
    changes: Sequence[Change], targets: Sequence[str], excludes: Sequence[str], *, skip_blocked: bool
) -> tuple[tuple[Change, ...], tuple[LeftOut, ...]]:
    """The changes that stay, and those that are left out. What would have waited for one of these is left out, too."""
    if not (targets or excludes or skip_blocked):
        return tuple(changes), ()
    before = _waits(changes)
    after = _turned(before)
    blocked = {change.name: change for change in changes if change.is_blocked}
    excluded, skipped = _reach(excludes, after), _reach(blocked if skip_blocked else (), after)
    wanted = _reach(targets, before) if targets else {change.name: change.name for change in changes}
    left = []
    for change in changes:
        name = change.name
        if name in excluded:
            left.append(_left(change, EXCLUDE, excluded[name]))
        elif name not in wanted:
            left.append(LeftOut(name, TARGET, change.action))
        elif name in skipped:
            left.append(_left(change, SKIP_BLOCKED, skipped[name]))
    left += _companions(changes, left)
    gone = {each.name for each in left}
    return tuple(change for change in changes if change.name not in gone), tuple(left)


def _companions(changes: Sequence[Change], left: Sequence[LeftOut]) -> list[LeftOut]:
    """What would go along with a cluster that is left out: nothing would take it."""
    homes = {each.name: each for each in left}
    along = [change for change in changes if any(isinstance(step.work, GoAlong) for step in change.steps)]
    staying = [(change, homes.get(change.address.root.short)) for change in along if change.name not in homes]
    return [LeftOut(c.name, home.option, c.action, f"goes with {home.name}") for c, home in staying if home is not None]


def _left(change: Change, option: str, cause: str) -> LeftOut:
    """A change that is left out, by itself or because it waits for another one."""
    why = f"waits for {cause}" if cause != change.name else ""
    if not why and change.is_blocked:
        refused = next(diagnostic for diagnostic in change.blocked if diagnostic.is_error)
        why = f"{refused.code} {refused.summary}"
    return LeftOut(change.name, option, change.action, why)


def _waits(changes: Sequence[Change]) -> dict[str, set[str]]:
    """For each cluster those that it waits for, by its steps; what is blocked without steps holds up its dependents."""
    owner = {step.id: change.name for change in changes for step in change.steps}
    stuck = {change.name for change in changes if change.is_blocked and not change.steps}
    idle = {c.name: c.depends_on for c in changes if all(step.traits.silent for step in c.steps)}
    waits: dict[str, set[str]] = {}
    for change in changes:
        needed = {owner[need] for step in change.steps for need in step.needs if need in owner}
        if stuck:
            needed |= stuck & _reach(change.depends_on, idle).keys()
        waits[change.name] = needed - {change.name}
    return waits


def _turned(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {name: set() for name in edges}
    for name, others in edges.items():
        for other in others:
            turned[other].add(name)
    return turned


def _reach(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """What can be reached from the starts, each with the start that it was reached from; these with themselves."""
    found: dict[str, str] = {}
    pending = [(name, name) for name in starts]
    while pending:
        name, start = pending.pop()
        if name not in found:
            found[name] = start
            pending += ((other, start) for other in edges.get(name, ()))
    return found
