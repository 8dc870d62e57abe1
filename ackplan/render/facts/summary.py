"""A plan in one line, and what a reviewer must see before anything else: the same words for every format.

`headline` counts what would be done, `alerts` names what could hurt. Names are printable, never escaped for a format.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ackplan.core.actions import Action
from ackplan.core.language import phrase
from ackplan.core.work import ScaleIn, releases
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.rule_findings import own_first
from ackplan.render.facts.safe import printable
from ackplan.render.facts.view import Block, View
from ackplan.render.facts.words import NARROWED, counted_resources

CHANGES = {
    "create": "to create",
    "scale": "to scale out",
    "scale-in": "to scale in",
    "update": "to change",
    "replace": "to replace",
    "delete": "to destroy",
    "adopt": "to adopt",
    "forget": "to forget",
    "record": "to record",
    "blocked": "blocked",
}
_NOTHING = {
    "normal": "No changes: the fleet is as the spec wants it",
    "destroy": "No changes: nothing is recorded that could be destroyed",
    "refresh-only": "No changes: the record is up to date with what is live",
}
# Of the warnings of `plan.cautions`: their weight, and what they are about, in clusters.
_HARM = {
    "ACK2054": ("danger", "attached", "Instances that were attached may be released by a deletion: {count}"),
    "ACK2051": ("danger", "attach", "The system disks of instances are replaced as they are attached: {count}"),
    "ACK2052": ("danger", "format", "The data disks of instances are formatted as they are attached: {count}"),
    "ACK2053": ("warning", "workers", "New workers come without what the call can't carry: {count}"),
    "ACK2030": ("warning", "state", "Not running now: {count}"),
}


MOVED = "{count} changed outside of ackplan since the last apply"
# By whether the instances are released.
_REMOVED = {
    True: "{number:# worker will be removed, its instance|# workers will be removed, their instances} released",
    False: "{number:# worker will be removed, its instance|# workers will be removed, their instances} kept",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many clusters something happens to. `tone` is what happens: `create`, `scale`, ..., or `blocked`."""

    tone: str
    number: int

    def __str__(self) -> str:
        return f"{self.number} {phrase(CHANGES[self.tone])}"


@dataclass(frozen=True, slots=True)
class Alert:
    """What a reviewer must see first. `tone` is `danger` or `warning`, `topic` what it is about."""

    tone: str
    topic: str
    text: str
    names: tuple[str, ...]


def tallies(plan: Plan) -> tuple[Tally, ...]:
    """What happens to how many clusters, in a fixed order; what happens to none is left out."""
    tones = [tone(change) for change in plan.changes]
    return tuple(Tally(known, tones.count(known)) for known in CHANGES if known in tones)


def tone(change: Change) -> str:
    """What happens to a cluster: `blocked`; `scale-in` or `scale` where an update changes its size; else its action."""
    if change.is_blocked:
        return "blocked"
    if change.action is Action.UPDATE and any(isinstance(step.work, ScaleIn) for step in change.steps):
        return "scale-in"
    scales = change.action is Action.UPDATE and any(step.size is not None for step in change.steps)
    return "scale" if scales else change.action.value


def headline(plan: Plan) -> str:
    """`3 to create, 1 to scale, 1 to destroy`."""
    counts = phrase(", ").join(map(str, tallies(plan)))
    if counts:
        return counts
    if plan.narrowed and plan.applicable:
        return phrase(NARROWED)
    nothing = _NOTHING.get(plan.mode, _NOTHING["normal"])
    return phrase(nothing if plan.applicable else "Nothing was planned")


def omitted(plan: Plan) -> tuple[str, ...]:
    """What a narrowed plan leaves out and does not look at, in a sentence for each option."""
    return tuple(printable(found.detail) for found in plan.diagnostics if found.code == "ACK2014")


def alerts(plan: Plan, shown: View) -> tuple[Alert, ...]:
    """What is blocked, refused, destroyed, replaced or moved by itself, the worst first; `shown` is the plan's view."""
    return tuple(_alerts(plan, shown))


def _alerts(plan: Plan, shown: View) -> Iterator[Alert]:
    blocked = _names(plan, lambda change: change.is_blocked)
    if blocked:
        text = "{number:# change is|# changes are} blocked: nothing is applied while that is so"
        yield Alert("danger", "blocked", phrase(text, number=len(blocked)), blocked)
    if plan.refused_by:
        text = "{number:# policy rule refuses|# policy rules refuse} this plan, so it can't be applied"
        yield Alert("danger", "policies", phrase(text, number=len(plan.refused_by)), own_first(plan.refused_by))
    deleted = _names(plan, lambda change: tone(change) == "delete")
    if deleted:
        yield Alert("danger", "delete", phrase("{count} will be destroyed", count=_counted(plan, deleted)), deleted)
    replaced = _names(plan, lambda change: tone(change) == "replace")
    if replaced:
        text = "{count} will be replaced: destroyed, then created again"
        yield Alert("danger", "replace", phrase(text, count=_counted(plan, replaced)), replaced)
    yield from _removals(plan)
    yield from _cautions(plan)
    drifted = tuple(block.name for block in shown.drifted)
    if drifted:
        moved = counted_resources(block.nested for block in shown.drifted)
        yield Alert("warning", "drift", phrase(MOVED, count=moved), drifted)


def _removals(plan: Plan) -> Iterator[Alert]:
    """Workers that go: those whose instances are released, then those whose instances are kept."""
    shrinks = [(change, step.work) for change in plan.changes for step in change.steps if not change.is_blocked]
    for released, text in _REMOVED.items():
        leaving = [(c, w) for c, w in shrinks if isinstance(w, ScaleIn) and releases(w.call) is released]
        number = sum(len(work.instances) or work.size.moved for _, work in leaving)
        names = tuple(dict.fromkeys(printable(change.name) for change, _ in leaving))
        if number:
            yield Alert("danger" if released else "warning", "release", phrase(text, number=number), names)


def _cautions(plan: Plan) -> Iterator[Alert]:
    """What the plan does to machines and disks: one alert for each sort of harm, with its clusters."""
    found: dict[str, list[str]] = {}
    for diagnostic in plan.diagnostics:
        found.setdefault(diagnostic.code, []).append(printable(diagnostic.cluster))
    for code, (alert, topic, text) in _HARM.items():
        names = tuple(dict.fromkeys(found.get(code, ())))
        if names:
            yield Alert(alert, topic, phrase(text, count=_counted(plan, names)), names)


def _counted(plan: Plan, names: Collection[str]) -> str:
    """How many of these there are, as what they are."""
    listed = frozenset(names)
    return counted_resources(c.address.parent is not None for c in plan.changes if printable(c.name) in listed)


def _names(plan: Plan, chosen: Callable[[Change], bool]) -> tuple[str, ...]:
    return tuple(printable(change.name) for change in plan.changes if chosen(change))


def path_in_short(path: Sequence[str]) -> tuple[str, ...]:
    """The clusters of the longest way; the middle of a long one is left out, and says how much that is."""
    if len(path) <= 8:
        return tuple(path)
    return (*path[:4], phrase("{count} more", count=len(path) - 7), *path[-3:])


def shown_changes(plan: Plan, shown: View) -> tuple[tuple[Block, Change], ...]:
    """Each block of a plan's view with the change that it shows."""
    changes = [change for change in plan.changes if change.action is not Action.NOOP or change.blocked]
    return tuple(zip(shown.blocks, changes, strict=True))
