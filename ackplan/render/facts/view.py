"""What a reader of a plan is to see, before any format: one block for each cluster that something happens to.

Every format that people read takes its facts from here, so that all of them tell the same. Texts are printable; values
are raw, to be written with `render.values`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ackplan.core.actions import Action, Reason, Side
from ackplan.core.catalog import Kind
from ackplan.core.catalog.parameters import Effect
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.json_types import Json
from ackplan.core.language import phrase
from ackplan.core.values import ABSENT, Absent
from ackplan.core.work import Attach, Detach
from ackplan.execute import schedule
from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.schedule import Schedule
from ackplan.plan.model import Change, Plan, Step
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.worker_totals import worker_totals
from ackplan.render.facts import words
from ackplan.render.facts.formatting import quoted, written
from ackplan.render.facts.kept_resources import notes_of
from ackplan.render.facts.safe import printable
from ackplan.render.facts.step_words import what
from ackplan.render.facts.worker_words import workers_text


class Note(enum.StrEnum):
    """What the change of a parameter entails, or where it comes from."""

    FORCES_REPLACEMENT = "forces replacement"
    REORDERED = "another order"
    DRIFT = "drift"
    RECORDED_ONLY = "recorded only"


class Field(NamedTuple):
    """One parameter that changes. `mark` is `+`, `~` or `-`; `notes` say what it entails; `drift`: live moved."""

    mark: str
    name: str
    before: Json | Absent
    after: Json | Absent
    secret: bool
    notes: tuple[Note, ...] = ()
    drift: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: its call (`POST /clusters/{id}/attach`; empty: none), what it does, how many seconds it should take."""

    call: str
    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Block:
    """All that is said of one cluster.

    `reason` says why the spec or the user wants it, `drift` how the live cluster moved; each may be empty.
    `unchanged` counts parameters that need not be shown; `waits_for` are the clusters that must be done first.
    """

    name: str
    nested: bool
    action: Action
    mark: str
    headline: str
    reason: str
    drift: str
    subject: str
    fields: tuple[Field, ...]
    unchanged: int
    steps: tuple[StepView, ...]
    waits_for: tuple[str, ...]
    notes: tuple[str, ...]
    blocked: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A whole plan. `counts` leaves blocked changes out; `path` are the clusters of the critical path of `times`.

    `policies` says in words how the plan stands to policies. `narrowed`: it is not the
    whole plan. `workers` says how many come and go; empty where none does.
    """

    mode: str
    blocks: tuple[Block, ...]
    counts: Mapping[Action, int]
    blocked: int
    unmanaged: int
    diagnostics: tuple[Diagnostic, ...]
    applicable: bool
    times: Schedule
    path: tuple[str, ...]
    policies: str = ""
    narrowed: bool = False
    workers: str = ""

    @property
    def seconds(self) -> float:
        """How long all of it should take."""
        return self.times.seconds

    @property
    def drifted(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.drift)


def view(plan: Plan, limits: Limits = USUAL) -> View:
    """The view of a plan that is to be carried out within `limits`.

    Changes that do nothing and are not refused have no block.
    """
    free = [change for change in plan.changes if not change.is_blocked]
    times = schedule.of_plan(plan, limits)
    owners = {step.id: change.name for change in plan.changes for step in change.steps}
    acting = [change for change in free if change.action is not Action.NOOP]
    fields = _Fields(plan.mode)
    return View(
        mode=plan.mode,
        blocks=tuple(_block(change, owners, fields) for change in plan.changes if _is_shown(change)),
        counts={action: sum(change.action is action for change in acting) for action in Action},
        blocked=len(plan.blocked),
        unmanaged=plan.unmanaged,
        diagnostics=plan.diagnostics,
        applicable=plan.applicable,
        times=times,
        path=clusters_of(times, owners),
        policies=_policies(plan),
        narrowed=bool(plan.narrowed),
        workers=workers_text(worker_totals(plan)),
    )


def clusters_of(times: Schedule, owners: Mapping[str, str]) -> tuple[str, ...]:
    """The clusters of the critical path, each once; `owners` are the clusters of the steps."""
    return tuple(dict.fromkeys(printable(owners[step]) for step in times.critical_path))


def _policies(plan: Plan) -> str:
    """How many rules of policies the plan was held against, and how many of them it violates; empty without any."""
    violated = sum(bool(judged.violations) for judged in plan.policies)
    text = "Policies: {rules}, {violated} violated"
    return phrase(text, rules=words.counted(len(plan.policies), "rule"), violated=violated) if plan.policies else ""


def _is_shown(change: Change) -> bool:
    return change.action is not Action.NOOP or bool(change.blocked)


def _block(change: Change, owners: Mapping[str, str], fields: _Fields) -> Block:
    action = _shown_action(change)
    reason, drift = _reasons(change)
    waits = dict.fromkeys(owners[need] for step in change.steps for need in step.needs if need in owners)
    return Block(
        name=printable(change.name),
        nested=change.address.parent is not None,
        action=action,
        mark=words.MARKS[action],
        headline=words.headline(action, change.reason, blocked=change.is_blocked),
        reason=reason,
        drift=drift,
        subject=_subject(change),
        fields=fields.of(change),
        unchanged=_unchanged(change),
        steps=tuple(_step(step, change) for step in change.steps if not step.traits.silent),
        waits_for=tuple(printable(name) for name in waits if name != change.name),
        notes=tuple(map(printable, notes_of(change))),
        blocked=change.blocked,
    )


def _shown_action(change: Change) -> Action:
    """A scaling that is refused has no steps yet; it is an update all the same."""
    if change.action is not Action.RECORD or not change.is_blocked:
        return change.action
    scales = any(parameter.effect is Effect.SCALE for parameter in change.parameters)
    return Action.UPDATE if scales else change.action


def _reasons(change: Change) -> tuple[str, str]:
    """Why, and how the live cluster moved."""
    reason = change.reason
    if reason is Reason.SPEC_AND_DRIFT:
        return phrase(Reason.SPEC_CHANGED.value), phrase(Reason.DRIFTED.value)
    if reason in {Reason.DRIFTED, Reason.VANISHED}:
        return "", phrase(reason.value)
    drift = phrase(Reason.DRIFTED.value) if change.drifted else ""
    return "" if reason is Reason.NEW else phrase(reason.value), drift


def _subject(change: Change) -> str:
    values = change.after or change.before or {}
    region = change.kind.region_of(values)
    state = change.live_state if change.live_state not in {"running", "active"} else ""
    facts = ", ".join(printable(str(fact)) for fact in (region, change.cluster_id, state) if fact)
    return f"{printable(phrase(change.kind.title))} {quoted(change.name)}" + (f" ({facts})" if facts else "")


def _unchanged(change: Change) -> int:
    if change.action not in {Action.UPDATE, Action.REPLACE, Action.RECORD, Action.ADOPT} or not change.after:
        return 0
    return len(set(change.after) - {parameter.name for parameter in change.parameters})


class _Fields:
    """The fields of a plan's clusters. Those of new ones that say the same are one: most are of few templates."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._new: dict[Kind, dict[int, Field]] = {}

    def of(self, change: Change) -> tuple[Field, ...]:
        if change.action is not Action.CREATE:
            return tuple(_field(parameter, change, self._mode) for parameter in change.parameters)
        return tuple(self._of_new(change, self._new.setdefault(change.kind, {})))

    def _of_new(self, change: Change, shared: dict[int, Field]) -> Iterator[Field]:
        for parameter in change.parameters:
            field = shared.get(id(parameter))
            if field is None:
                field = shared[id(parameter)] = _field(parameter, change, self._mode)
            yield field


def _field(parameter: ParameterChange, change: Change, mode: str) -> Field:
    mark = "~"
    if parameter.before is ABSENT:
        mark = "+"
    elif parameter.after is ABSENT:
        mark = "-"
    secret = parameter.secret or parameter.name in change.kind.catalog.secret_names
    notes = () if change.action is Action.CREATE or mode == "refresh-only" else tuple(_notes(parameter, change))
    live = parameter.side is Side.LIVE
    return Field(mark, printable(parameter.name), parameter.before, parameter.after, secret, notes, drift=live)


def _notes(parameter: ParameterChange, change: Change) -> Iterator[Note]:
    if parameter.effect is Effect.REPLACE and change.action is Action.REPLACE:
        yield Note.FORCES_REPLACEMENT
    if _reordered(parameter.before, parameter.after):
        yield Note.REORDERED
    if parameter.side is Side.LIVE:
        yield Note.DRIFT
    if parameter.effect is Effect.RECORDED and change.action is Action.UPDATE and not _is_used(parameter, change):
        yield Note.RECORDED_ONLY


def _reordered(before: Json | Absent, after: Json | Absent) -> bool:
    """Whether two lists that differ hold the same: their order means something then."""
    if not isinstance(before, list) or not isinstance(after, list) or before == after:
        return False
    return sorted(map(written, before)) == sorted(map(written, after))


def _is_used(parameter: ParameterChange, change: Change) -> bool:
    """Whether this is a key that calls of the change come from, or send: an attach, the policy of an upgrade."""
    own = change.kind.catalog.own_keys.get(parameter.name)
    if own is not None and any(parameter.name in (step.call.body or {}) for step in change.steps if step.call):
        return True
    called = any(isinstance(step.work, Attach | Detach) for step in change.steps)
    return own is not None and own.effect is Effect.ATTACH and called


def _step(step: Step, change: Change) -> StepView:
    text = what(step)
    if step.side is Side.LIVE and change.reason is Reason.SPEC_AND_DRIFT:
        text += phrase(" (drift)")
    return StepView(call_of(step), text, step.expected_seconds)


def call_of(step: Step) -> str:
    """Method and path, with `{id}` for the cluster's id: it stands above, or is not known yet."""
    if step.call is None:
        return ""
    path = step.call.path.replace(step.cluster_id, "{id}") if step.cluster_id else step.call.path
    return printable(f"{step.call.method} {path}")
