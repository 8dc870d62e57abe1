"""What a plan says of one type inside of clusters: what each difference of its parameters becomes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import parse
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.json_types import Json
from ackplan.core.values import ABSENT, Absent
from ackplan.plan.changes import DesiredDetails, Details, creation
from ackplan.plan.live_sides import ABSENT_PRINT, LiveResource
from ackplan.plan.model import Change
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.nested import refusals, steps
from ackplan.resources.nested.nested_changes import of_desired, of_recorded, refused
from ackplan.spec.desired import Wanted


class NestedShare:
    """The share of one type in a plan. `planned` are the changes of the clusters that they are inside of."""

    def __init__(self, kind: str, sides: Sides, options: Options, planned: Mapping[str, Change]) -> None:
        self._sides = sides
        self._options = options
        self._planned = planned
        self._live = sides.inside.get(kind, {})
        self._wanted = {name: each for name, each in sides.nested.items() if parse(name).type == kind}
        self._recorded = {name: each for name, each in sides.record.nested.items() if parse(name).type == kind}
        self.names = sorted({*self._wanted, *self._recorded})

    @functools.cached_property
    def changes(self) -> tuple[Change, ...]:
        names = self.names if self._options.mode == "normal" else sorted(self._recorded)
        return tuple(self._change(name) for name in names)

    @property
    def unmanaged(self) -> int:
        """Nobody counts what is inside of clusters."""
        return 0

    def fingerprint(self, name: str) -> str:
        live = self._live.get(name)
        return live.fingerprint if live else ABSENT_PRINT

    def doubts(self) -> Iterator[Diagnostic]:
        return iter(())

    def cautions(self, changes: Sequence[Change]) -> Iterator[Diagnostic]:  # noqa: ARG002 - nothing to be careful of
        return iter(())

    def _change(self, name: str) -> Change:
        desired, recorded, live = self._wanted.get(name), self._recorded.get(name), self._live.get(name)
        if self._options.mode == "refresh-only" and recorded is not None:
            return _refreshed(name, recorded, live, self._home(name))
        if recorded is not None and (desired is None or self._options.mode == "destroy"):
            return self._removed(name, recorded, live, desired)
        assert desired is not None  # noqa: S101 - a name is wanted or recorded
        if recorded is not None and self._parent_goes(name):
            blocked = (refusals.protected(name, desired, "replace"),) if _is_protected(desired, recorded) else ()
            return _created(desired, recorded, self._home(name), (Reason.REPLACED_WITH, Side.SPEC), blocked)
        if recorded is None and live is not None:
            return self._namesake(desired, live)
        if recorded is None or live is None:
            why = (Reason.VANISHED, Side.LIVE) if recorded is not None else (Reason.NEW, Side.SPEC)
            return _created(desired, recorded, self._home(name), why)
        if live.id != recorded.cluster_id:
            return refused(desired, recorded, refusals.mistaken(desired, recorded, live))
        return self._present(desired, recorded, live)

    def _parent_goes(self, name: str) -> bool:
        """Whether the cluster that it is inside of is made anew."""
        parent = parse(name).parent
        change = self._planned.get(parent.short) if parent else None
        return change is not None and change.action in {Action.CREATE, Action.REPLACE}

    def _home(self, name: str) -> steps.Home:
        """The cluster that it is inside of, as it will be when its steps run."""
        parent = parse(name).root.short
        change, entry = self._planned.get(parent), self._sides.record.clusters.get(parent)
        if change is not None:
            making = change.action in {Action.CREATE, Action.REPLACE}
            region = change.kind.region_of(change.after or change.before or {})
            return steps.Home("" if making else change.cluster_id, region)
        return steps.Home(entry.cluster_id, entry.region) if entry else steps.Home("", "")

    def _removed(
        self, name: str, recorded: RecordedCluster, live: LiveResource | None, desired: Wanted | None
    ) -> Change:
        if live is None:
            todo = steps.forget(name, recorded, self._home(name))
            return of_recorded(name, recorded, Action.FORGET, Reason.GONE, None, steps=todo)
        reason = Reason.DESTROY if self._options.mode == "destroy" else Reason.NOT_IN_SPEC
        blocked = (refusals.protected(name, desired, "delete"),) if _is_protected(desired, recorded) else ()
        todo = steps.delete(name, recorded, self._home(name), reason)
        return of_recorded(name, recorded, Action.DELETE, reason, live, steps=todo, blocked=blocked)

    def _namesake(self, desired: Wanted, live: LiveResource) -> Change:
        """The name is taken by one that is not recorded: it is taken over where that was agreed to."""
        if not (desired.name in self._options.adopt or desired.lifecycle.adopt):
            return refused(desired, None, refusals.not_recorded(desired, live))
        assumed = RecordedCluster(live.id, desired.kind, live.values, desired.own)
        changes = tuple(_differences(desired, assumed, live))
        fixed = [change for change in changes if change.effect is Effect.REPLACE]
        if fixed:
            return refused(desired, None, refusals.fixed(desired, fixed[0]))
        if changes:
            return self._in_place(desired, assumed, live, changes, None)
        entry = steps.entry_of(desired, live.id)
        todo = steps.record(desired.name, entry, self._home(desired.name), Reason.ADOPTION, Side.SPEC)
        details: DesiredDetails = {"steps": todo, "before": live.values, "after": desired.parameters}
        return of_desired(desired, None, Action.ADOPT, Reason.ADOPTION, live, **details)

    def _present(self, desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Change:
        changes = tuple(_differences(desired, recorded, live))
        if desired.name in self._options.replace:
            return _replaced(desired, recorded, live, changes, (self._home(desired.name), Reason.REQUESTED))
        if any(change.effect is Effect.REPLACE for change in changes):
            return _replaced(desired, recorded, live, changes, (self._home(desired.name), Reason.CANNOT_UPDATE))
        if changes or recorded.own != desired.own:
            return self._in_place(desired, recorded, live, changes, recorded)
        details: DesiredDetails = {"before": recorded.parameters, "after": recorded.parameters}
        return of_desired(desired, recorded, Action.NOOP, Reason.UNCHANGED, live, **details)

    def _in_place(
        self,
        desired: Wanted,
        was: RecordedCluster,
        live: LiveResource,
        changes: tuple[ParameterChange, ...],
        recorded: RecordedCluster | None,
    ) -> Change:
        """Changed by a call, or in the record alone."""
        reason = _why(changes) if recorded is not None else Reason.ADOPTION
        side = changes[0].side if changes else Side.SPEC
        called = any(change.effect is Effect.MODIFY for change in changes)
        home = self._home(desired.name)
        if called:
            todo = steps.modify(desired, was, home, reason, side)
        else:
            todo = steps.record(desired.name, steps.entry_of(desired, was.cluster_id), home, reason, side)
        before = {**was.parameters, **{c.name: c.before for c in changes if c.before is not ABSENT}}
        action = Action.UPDATE if called else Action.RECORD
        details: DesiredDetails = {"parameters": changes, "steps": todo, "before": before, "after": desired.parameters}
        return of_desired(desired, recorded, action, reason, live, **details)


def _is_protected(desired: Wanted | None, recorded: RecordedCluster) -> bool:
    """Whether its deletion is refused: the spec's word counts, else the record's."""
    said = desired.lifecycle.prevent_destroy if desired else None
    return said if said is not None else recorded.prevent_destroy


def _created(
    desired: Wanted,
    recorded: RecordedCluster | None,
    home: steps.Home,
    why: tuple[Reason, Side],
    blocked: tuple[Diagnostic, ...] = (),
) -> Change:
    """One that is nowhere, or that goes with its cluster and is made in the new one."""
    reason, side = why
    details: DesiredDetails = {
        "parameters": tuple(creation(desired.kind, desired.parameters, side)),
        "steps": steps.create(desired, home, reason, side),
        "blocked": blocked,
        "after": desired.parameters,
    }
    return of_desired(desired, recorded, Action.CREATE, reason, None, **details)


def _replaced(
    desired: Wanted,
    recorded: RecordedCluster,
    live: LiveResource,
    changes: tuple[ParameterChange, ...],
    how: tuple[steps.Home, Reason],
) -> Change:
    home, reason = how
    blocked = [refusals.protected(desired.name, desired, "replace")] if _is_protected(desired, recorded) else []
    if reason is Reason.CANNOT_UPDATE and not desired.lifecycle.replace_allowed:
        blocked += [refusals.fixed(desired, change) for change in changes if change.effect is Effect.REPLACE]
    details: DesiredDetails = {
        "parameters": changes,
        "steps": steps.create(desired, home, reason, Side.SPEC, steps.delete(desired.name, recorded, home, reason)),
        "blocked": tuple(blocked),
        "before": {**recorded.parameters, **{c.name: c.before for c in changes if c.before is not ABSENT}},
        "after": desired.parameters,
    }
    return of_desired(desired, recorded, Action.REPLACE, reason, live, **details)


def _refreshed(name: str, recorded: RecordedCluster, live: LiveResource | None, home: steps.Home) -> Change:
    """The record is brought up to date with what is live."""
    if live is None:
        todo = steps.forget(name, recorded, home)
        return of_recorded(name, recorded, Action.FORGET, Reason.VANISHED, None, steps=todo)
    traits = recorded.kind.parameters
    moved = {
        n: live.values[n]
        for n, value in recorded.parameters.items()
        if n in live.values and n in traits and n not in recorded.ignored and live.values[n] != value
    }
    if not moved:
        return of_recorded(name, recorded, Action.NOOP, Reason.UNCHANGED, live, after=recorded.parameters)
    after = {**recorded.parameters, **moved}
    entry = RecordedCluster(recorded.cluster_id, recorded.kind, after, recorded.own)
    changes = tuple(
        ParameterChange(n, recorded.parameters[n], value, traits[n].effect, Side.LIVE, traits[n].secret)
        for n, value in moved.items()
    )
    todo = steps.record(name, entry, home, Reason.DRIFTED, Side.LIVE)
    details: Details = {"parameters": changes, "steps": todo, "after": after}
    return of_recorded(name, recorded, Action.RECORD, Reason.DRIFTED, live, **details)


def _differences(desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Iterator[ParameterChange]:
    """Each parameter that the spec sets and record or live show with another value, and which of the two moved."""
    for name, value in desired.parameters.items():
        parameter: Parameter = desired.kind.parameters[name]
        if name in desired.lifecycle.ignore_changes:
            continue
        applied = recorded.parameters.get(name, ABSENT)
        shown = live.values.get(name, applied)
        if not _alike(parameter, shown, value):
            side = Side.SPEC if not _alike(parameter, applied, value) else Side.LIVE
            yield ParameterChange(name, shown, value, parameter.effect, side, parameter.secret)
        elif not _alike(parameter, applied, value):
            yield ParameterChange(name, applied, value, Effect.RECORDED, Side.SPEC, parameter.secret)


def _alike(parameter: Parameter, one: Json | Absent, other: Json | Absent) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return parameter.canonical(one) == parameter.canonical(other)


def _why(changes: Sequence[ParameterChange]) -> Reason:
    sides = {change.side for change in changes}
    if sides == {Side.LIVE}:
        return Reason.DRIFTED
    return Reason.SPEC_AND_DRIFT if Side.LIVE in sides else Reason.SPEC_CHANGED
