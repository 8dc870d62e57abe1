"""A plan in one line, and what a reviewer must see before anything else: the same words for every format.

`headline` counts what would be done, `alerts` names what could hurt. Names are printable, never escaped for a format.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from ackplan.core.actions import Action
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.safe import printable
from ackplan.render.facts.view import Block, View
from ackplan.render.facts.words import NARROWED, counted, counted_resources

_WORDS = {
    "create": "to create",
    "scale": "to scale",
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
    "ACK2055": ("danger", "release", "Nodes are removed and their instances released: {}"),
    "ACK2054": ("danger", "attached", "Instances that were attached may be released by a deletion: {}"),
    "ACK2051": ("danger", "attach", "The system disks of instances are replaced as they are attached: {}"),
    "ACK2052": ("danger", "format", "The data disks of instances are formatted as they are attached: {}"),
    "ACK2053": ("warning", "workers", "New workers come without what the call can't carry: {}"),
    "ACK2030": ("warning", "state", "Not running now: {}"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many clusters something happens to. `tone` is what happens: `create`, `scale`, ..., or `blocked`."""

    tone: str
    number: int

    def __str__(self) -> str:
        return f"{self.number} {_WORDS[self.tone]}"


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
    return tuple(Tally(known, tones.count(known)) for known in _WORDS if known in tones)


def tone(change: Change) -> str:
    """What happens to a cluster: `blocked`, `scale` where an update changes its size, else its action (`no-op` too)."""
    if change.is_blocked:
        return "blocked"
    scales = change.action is Action.UPDATE and any(step.size is not None for step in change.steps)
    return "scale" if scales else change.action.value


def headline(plan: Plan) -> str:
    """`3 to create, 1 to scale, 1 to destroy`."""
    counts = ", ".join(map(str, tallies(plan)))
    if counts:
        return counts
    if plan.narrowed and plan.applicable:
        return NARROWED
    return "Nothing was planned" if not plan.applicable else _NOTHING.get(plan.mode, _NOTHING["normal"])


def omitted(plan: Plan) -> tuple[str, ...]:
    """What a narrowed plan leaves out and does not look at, in a sentence for each option."""
    return tuple(printable(found.detail) for found in plan.diagnostics if found.code == "ACK2014")


def alerts(plan: Plan, shown: View) -> tuple[Alert, ...]:
    """What is blocked, refused, destroyed, replaced or moved by itself, the worst first; `shown` is the plan's view."""
    return tuple(_alerts(plan, shown))


def _alerts(plan: Plan, shown: View) -> Iterator[Alert]:
    blocked = _names(plan, lambda change: change.is_blocked)
    if blocked:
        verb = "is" if len(blocked) == 1 else "are"
        text = f"{counted(len(blocked), 'change')} {verb} blocked: nothing is applied while that is so"
        yield Alert("danger", "blocked", text, blocked)
    if plan.refused_by:
        verb = "refuses" if len(plan.refused_by) == 1 else "refuse"
        text = f"{counted(len(plan.refused_by), 'policy rule')} {verb} this plan, so it can't be applied"
        yield Alert("danger", "policies", text, _violating(plan))
    deleted = _names(plan, lambda change: tone(change) == "delete")
    if deleted:
        yield Alert("danger", "delete", f"{_counted(plan, deleted)} will be destroyed", deleted)
    replaced = _names(plan, lambda change: tone(change) == "replace")
    if replaced:
        text = f"{_counted(plan, replaced)} will be replaced: destroyed, then created again"
        yield Alert("danger", "replace", text, replaced)
    yield from _cautions(plan)
    drifted = tuple(block.name for block in shown.drifted)
    if drifted:
        moved = counted_resources(block.nested for block in shown.drifted)
        text = f"{moved} changed outside of ackplan since the last apply"
        yield Alert("warning", "drift", text, drifted)


def _cautions(plan: Plan) -> Iterator[Alert]:
    """What the plan does to machines and disks: one alert for each sort of harm, with its clusters."""
    found: dict[str, list[str]] = {}
    for diagnostic in plan.diagnostics:
        found.setdefault(diagnostic.code, []).append(printable(diagnostic.cluster))
    for code, (alert, topic, text) in _HARM.items():
        names = tuple(dict.fromkeys(found.get(code, ())))
        if names:
            yield Alert(alert, topic, text.format(_counted(plan, names)), names)


def _violating(plan: Plan) -> tuple[str, ...]:
    """The clusters that errors of policies name; there may be none."""
    named = (d.cluster for d in plan.diagnostics if d.rule and d.is_error and d.cluster)
    return tuple(printable(name) for name in dict.fromkeys(named))


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
    return (*path[:4], f"{len(path) - 7} more", *path[-3:])


def shown_changes(plan: Plan, shown: View) -> tuple[tuple[Block, Change], ...]:
    """Each block of a plan's view with the change that it shows."""
    changes = [change for change in plan.changes if change.action is not Action.NOOP or change.blocked]
    return tuple(zip(shown.blocks, changes, strict=True))
