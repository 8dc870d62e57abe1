"""What a plan says of one type inside of clusters: what each difference of its parameters becomes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.address import parse
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.json_types import Json, JsonObject
from ackplan.plan.chain import Chain
from ackplan.plan.changes import DesiredDetails
from ackplan.plan.live_sides import ABSENT_PRINT, LiveResource
from ackplan.plan.model import Change
from ackplan.plan.new_parameters import NewParameters
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.planner import Options, Sides
from ackplan.record import RecordedCluster
from ackplan.resources.nested import refusals, steps
from ackplan.resources.nested.homes import MAKING, Homes
from ackplan.resources.nested.nested_changes import (
    before_of,
    followed,
    is_protected,
    moved_outside,
    of_desired,
    of_recorded,
    reason_of,
    refreshed,
    refused,
    vanished,
)
from ackplan.resources.nested.steps import Update, Why
from ackplan.resources.parameter_sides import own_changes, parameter_change
from ackplan.spec.desired import Wanted


class PlannedInside(Protocol):
    """What a share has to know of its type."""

    @property
    def name(self) -> str: ...

    @property
    def deletion(self) -> Mapping[str, str]:
        """The query of the call that deletes one."""
        ...

    def entry_of(self, live: LiveResource, desired: Wanted | None, above: JsonObject) -> RecordedCluster:
        """What is recorded of one that is taken over."""
        ...

    @property
    def generation(self) -> str:
        """The key of a cluster by which it is one that has this type; empty where every cluster may."""
        ...

    @property
    def takes_over(self) -> bool:
        """Whether one that is live and not recorded is taken over unasked."""
        ...


class NestedShare:
    """The share of one type in a plan. `planned` are the changes of the clusters that they are inside of.

    `goes_along`: what is in a cluster goes with it, and is not deleted by calls of its own.
    """

    goes_along = False

    def __init__(self, of: PlannedInside, sides: Sides, options: Options, planned: Mapping[str, Change]) -> None:
        self._of, kind = of, of.name
        self._options = options
        self.sides = sides
        self.homes = Homes(sides, planned)
        self._new = NewParameters()
        self.live = sides.inside.get(kind, {})
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
        live = self.live.get(name)
        return live.fingerprint if live else ABSENT_PRINT

    def doubts(self) -> Iterator[Diagnostic]:
        return iter(())

    def cautions(self, changes: Sequence[Change]) -> Iterator[Diagnostic]:  # noqa: ARG002 - nothing to be careful of
        return iter(())

    # What a type may have in ways of its own

    def differences(self, desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Iterator[ParameterChange]:
        """Each parameter that the spec sets and record or live show with another value, and which of the two moved."""
        shown, left_alone = live.shown, desired.kind.apart | desired.lifecycle.ignore_changes
        for name in desired.parameters:
            if name not in left_alone and (change := parameter_change(name, desired, recorded, shown)) is not None:
                yield change
        yield from own_changes(desired, recorded)

    def moved(self, recorded: RecordedCluster, live: LiveResource) -> Iterator[tuple[str, Json]]:
        """The recorded parameters that are live with another value, and that."""
        return moved_outside(recorded, live)

    def extend(self, chain: Chain, desired: Wanted, todo: Update | None) -> tuple[Diagnostic, ...]:
        """Adds what is to be done once it is made, or changed (`todo`); what refuses that."""
        del chain, desired, todo
        return ()

    def hindrances(self, name: str, live: LiveResource | None, what: str) -> tuple[Diagnostic, ...]:
        """What else refuses that one is deleted or replaced (`what`)."""
        del name, live, what
        return ()

    def within_reach(self, desired: Wanted, was: RecordedCluster) -> Wanted:
        """What is wanted of one that is there, without what this plan can't bring about yet: that stays as it was."""
        del was
        return desired

    # The cases

    def _change(self, name: str) -> Change:
        desired, recorded, live = self._wanted.get(name), self._recorded.get(name), self.live.get(name)
        if self._options.mode == "refresh-only" and recorded is not None:
            home = self.homes.home_of(name)
            if live is None:
                return vanished(name, recorded, home)
            return refreshed(name, recorded, live, home, dict(self.moved(recorded, live)))
        if recorded is not None and (desired is None or self._options.mode == "destroy"):
            return self._removed(name, recorded, live, desired)
        assert desired is not None  # noqa: S101 - a name is wanted or recorded
        if recorded is not None and self.homes.action_of(name) in MAKING:
            if is_protected(desired, recorded):
                return self._deleted(name, recorded, live, desired, Reason.REPLACED_WITH)
            return self._created(desired, recorded, Why(Reason.REPLACED_WITH, Side.SPEC))
        if live is not None and live.condition.leaving and (recorded is None or recorded.cluster_id == live.id):
            why = Why(Reason.NEW, Side.SPEC) if recorded is None else Why(Reason.VANISHED, Side.LIVE)
            return self._created(desired, recorded, why, live)
        if recorded is None and live is not None:
            return self._namesake(desired, live)
        if recorded is None or live is None:
            why = Why(Reason.VANISHED, Side.LIVE) if recorded is not None else Why(Reason.NEW, Side.SPEC)
            return self._created(desired, recorded, why)
        if live.id != recorded.cluster_id:
            return refused(desired, recorded, refusals.mistaken(desired, recorded, live))
        return self._present(desired, recorded, live)

    def _removed(
        self, name: str, recorded: RecordedCluster, live: LiveResource | None, desired: Wanted | None
    ) -> Change:
        if live is None:
            todo = steps.forget(name, recorded, self.homes.home_of(name))
            return of_recorded(name, recorded, Action.FORGET, Reason.GONE, None, steps=todo)
        reason = Reason.DESTROY if self._options.mode == "destroy" else Reason.NOT_IN_SPEC
        return self._deleted(name, recorded, live, desired, reason)

    def _deleted(
        self,
        name: str,
        recorded: RecordedCluster,
        live: LiveResource | None,
        desired: Wanted | None,
        reason: Reason,
    ) -> Change:
        what = "replace" if reason is Reason.REPLACED_WITH else "delete"
        blocked = [refusals.protected(name, desired, what)] if is_protected(desired, recorded) else []
        home, why = self.homes.home_of(name), Why(reason, Side.SPEC)
        if self.goes_along and self.homes.action_of(name) is Action.DELETE and not self._alone(name):
            todo = steps.go_along(name, recorded, home, why)
        else:
            todo = steps.delete(name, recorded, home, why, live, self._of.deletion)
            blocked += [*self.hindrances(name, live, what), *self.homes.turned_back(name, self._of.generation)]
        return of_recorded(name, recorded, Action.DELETE, reason, live, steps=todo, blocked=tuple(blocked))

    def _alone(self, name: str) -> bool:
        """Whether it is to be deleted, and its cluster is not."""
        return name in self._options.targets and parse(name).root.short not in self._options.targets

    def _created(
        self, desired: Wanted, recorded: RecordedCluster | None, why: Why, leaving: LiveResource | None = None
    ) -> Change:
        """One that is nowhere, on its way out (`leaving`), or that goes with its cluster and is made in the new one."""
        home = self.homes.home_of(desired.name)
        chain = steps.create(desired, home, why, steps.await_gone(desired, leaving, home) if leaving else ())
        blocked = self.extend(chain, desired, None)
        details: DesiredDetails = {
            "parameters": self._new.of(desired.kind, desired.parameters, why.side),
            "steps": chain.steps,
            "blocked": blocked,
            "after": desired.parameters,
        }
        return of_desired(desired, recorded, Action.CREATE, why.reason, None, **details)

    def _namesake(self, desired: Wanted, live: LiveResource) -> Change:
        """The name is taken by one that is not recorded: it is taken over where that was agreed to."""
        if not (self._of.takes_over or desired.name in self._options.adopt or desired.lifecycle.adopt):
            return refused(desired, None, refusals.not_recorded(desired, live))
        home, change = self.homes.live_of(desired.name), self.homes.change_of(desired.name)
        assumed = self._of.entry_of(live, desired, followed(desired, home, change))
        desired = self.within_reach(desired, assumed)
        changes = tuple(self.differences(desired, assumed, live))
        fixed = [change for change in changes if change.effect is Effect.REPLACE]
        if fixed:
            return refused(desired, None, refusals.fixed(desired, fixed[0]))
        return self._in_place(desired, assumed, live, changes, None)

    def _present(self, desired: Wanted, recorded: RecordedCluster, live: LiveResource) -> Change:
        desired = self.within_reach(desired, recorded)
        changes = tuple(self.differences(desired, recorded, live))
        if live.state == "failed" and not recorded.created:
            return self._replaced(desired, recorded, live, changes, Reason.CREATE_FAILED)
        if desired.name in self._options.replace:
            return self._replaced(desired, recorded, live, changes, Reason.REQUESTED)
        if any(change.effect is Effect.REPLACE for change in changes):
            return self._replaced(desired, recorded, live, changes, Reason.CANNOT_UPDATE)
        return self._in_place(desired, recorded, live, changes, recorded)

    def _in_place(
        self,
        desired: Wanted,
        was: RecordedCluster,
        live: LiveResource,
        changes: tuple[ParameterChange, ...],
        recorded: RecordedCluster | None,
    ) -> Change:
        """Changed by calls, or in the record alone."""
        reason = reason_of(changes) if recorded is not None else Reason.ADOPTION
        reason = reason if was.created else Reason.UNFINISHED
        side = next((c.side for c in changes if c.effect is not Effect.RECORDED), Side.SPEC)
        todo = Update(desired, was, live, changes, self.homes.home_of(desired.name), Why(reason, side))
        blocked: list[Diagnostic] = []
        done, final = steps.update(todo, lambda chain: blocked.extend(self.extend(chain, desired, todo)))
        called = any(step.call for step in done)
        moved = changes or called or blocked or not was.created or recorded is None
        if not moved:
            same: DesiredDetails = {"before": final.parameters, "after": final.parameters}
            return of_desired(desired, recorded, Action.NOOP, Reason.UNCHANGED, live, **same)
        before = {**was.parameters, **before_of(changes, desired)}
        action = Action.UPDATE if called or blocked else Action.ADOPT if recorded is None else Action.RECORD
        details: DesiredDetails = {
            "parameters": changes,
            "steps": done or steps.record(desired.name, final, todo.home, todo.why),
            "blocked": tuple(blocked),
            "before": before,
            "after": final.parameters,
        }
        return of_desired(desired, recorded, action, reason, live, **details)

    def _replaced(
        self,
        desired: Wanted,
        recorded: RecordedCluster,
        live: LiveResource,
        changes: tuple[ParameterChange, ...],
        reason: Reason,
    ) -> Change:
        home, failed = self.homes.home_of(desired.name), reason is Reason.CREATE_FAILED
        why = Why(reason, Side.LIVE if failed else Side.SPEC)
        blocked: list[Diagnostic] = []
        if is_protected(desired, recorded) and not failed:
            blocked.append(refusals.protected(desired.name, desired, "replace"))
        if reason is Reason.CANNOT_UPDATE and not desired.lifecycle.replace_allowed:
            blocked += [refusals.fixed(desired, change) for change in changes if change.effect is Effect.REPLACE]
        blocked += self.hindrances(desired.name, live, "replace")
        before = steps.delete(desired.name, recorded, home, why, live, self._of.deletion)
        chain = steps.create(desired, home, why, before)
        blocked += self.extend(chain, desired, None)
        details: DesiredDetails = {
            "parameters": changes,
            "steps": chain.steps,
            "blocked": tuple(blocked),
            "before": {**recorded.parameters, **before_of(changes, desired)},
            "after": desired.parameters,
        }
        return of_desired(desired, recorded, Action.REPLACE, reason, live, **details)
