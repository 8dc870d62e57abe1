"""What an interrupted run left, for the run that goes on with it or begins behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ackplan.app.baseline import Baseline
from ackplan.app.found_tasks import with_tasks
from ackplan.app.look_inside import look_inside
from ackplan.app.observe import Observer
from ackplan.app.plan import coming_calls, recovered_clusters, recovered_inside
from ackplan.core.aims import Born
from ackplan.documents.parted_json import Part, PartedJson
from ackplan.execute.outcomes import Run
from ackplan.plan.codec import apart_from_changes
from ackplan.plan.model import Change, Plan
from ackplan.plan.parameter_change import ParameterChange
from ackplan.plan.parts import encode_change, encode_parameter
from ackplan.record.journal import Entry, Phase, fold
from ackplan.record.lateness import left
from ackplan.record.pin import is_made_on
from ackplan.resources.cluster.recovery import recover


def digest(plan: Plan) -> str:
    """Tells one plan from another; the same plan read from its file has the same digest."""
    printed, comma, changes = hashlib.sha256(b'{"changes": ['), "", _ChangeTexts()
    for change in plan.changes:
        printed.update(f"{comma}{changes.text(change)}".encode())
        comma = ", "
    # Of the keys of a plan its changes come first.
    printed.update(f"], {json.dumps(apart_from_changes(plan), sort_keys=True)[1:]}".encode())
    return printed.hexdigest()


class _ChangeTexts:
    """Changes as JSON. A parameter that many have is written once, and so is what a change has in several places."""

    def __init__(self) -> None:
        self._json = PartedJson((", ", ": "), ensure_ascii=True)
        self._parameters: dict[int, Part] = {}

    def text(self, change: Change) -> str:
        sides = {id(side): self._json.part(side) for side in (change.before, change.after) if side is not None}
        said = encode_change(change, self._parameter)
        said["parameters"] = self._json.listed(said["parameters"])
        said |= {key: sides.get(id(said[key])) for key in ("before", "after")}
        for step, told in zip(change.steps, said["steps"], strict=True):
            if step.call is not None:
                told["call"]["body"] = sides.get(id(step.call.body), step.call.body)
            if step.after is not None:
                told["entry"]["parameters"] = sides.get(id(step.after.parameters), step.after.parameters)
        return self._json.text(said)

    def _parameter(self, parameter: ParameterChange) -> Part:
        part = self._parameters.get(id(parameter))
        if part is None:
            part = self._parameters[id(parameter)] = self._json.part(encode_parameter(parameter))
        return part


def resumes(plan: Plan, before: Baseline) -> bool:
    """Whether an interrupted run of this very plan is to be gone on with, on the very record that it began on."""
    head = before.leftover.head
    return head is not None and is_made_on(head, before.stored) and head.plan == digest(plan)


def finished(plan: Plan, before: Baseline) -> bool:
    """Whether a run of this very plan did all of it and wrote the record, and died before it cleared its journal."""
    head, stored = before.leftover.head, before.stored
    if head is None or head.plan != digest(plan) or is_made_on(head, stored) or before.flying:
        return False
    written, _ = fold(stored, before.leftover.entries)
    return written.entries == stored.entries and {step.id for step in plan.steps} <= _done(before)


def _done(before: Baseline) -> frozenset[str]:
    """The steps that the interrupted run did."""
    return frozenset(entry.step for entry in before.leftover.entries if entry.done)


def tried(before: Baseline, now: float, recovered: Iterable[Entry]) -> dict[tuple[str, str], float]:
    """Calls that an interrupted run may have sent without seeing what became of them, by operation and cluster: see
    Run. `now` is in seconds since 1970; one that was accepted and that `recovered` settles is over.

    A creation stays among them whenever it was sent: a name that is taken, though no list shows it, is taken by it.
    """
    settled = {(entry.run, entry.step) for entry in recovered if entry.phase is Phase.SETTLED}
    flying = (call for call in before.flying if not (call.answered and call.key in settled))
    open_calls = ((call, left(call, now)) for call in flying)
    return {
        (call.facts.operation, call.name): now + seconds
        for call, seconds in open_calls
        if seconds or isinstance(call.aim, Born)
    }


async def recovery(before: Baseline, observer: Observer) -> tuple[Baseline, tuple[Entry, ...]]:
    """What an interrupted run left, with the tasks of its calls, and what settles these by what is live now."""
    observed = await observer.observe(before.record, (), before.flying)
    before, arrived = await with_tasks(observer, before)
    coming = await coming_calls(observer, before)
    live, record, recovered = await recovered_clusters(before, observer, observed.live, coming)
    if observer.types.nested:
        names = [call.name for call in before.flying if call.nested]
        inside = await look_inside(observer, record, names, live)
        recovered = (*recovered, *recovered_inside(before, record, inside, coming)[1])
    return before, (*arrived, *recovered)


async def resume(before: Baseline, observer: Observer) -> Run:
    """The run to go on with, as its journal has it; finds by name what a create without an answer left."""
    head, entries = before.leftover.head, before.leftover.entries
    assert head is not None  # noqa: S101 - `resumes` said so
    observed = await observer.observe(before.record, (), before.flying)
    before, _ = await with_tasks(observer, before)
    coming = await coming_calls(observer, before)
    record, recovered = recover(before.record, before.flying, observed.live, coming=coming)
    if observer.types.nested:
        names = [call.name for call in before.flying if call.nested]
        inside = await look_inside(observer, record, names, observed.live)
        recovered = (*recovered, *recovered_inside(before, record, inside, coming)[1])
    ids: dict[str, str] = {}
    accepted: dict[str, str] = {}
    for entry in (*entries, *recovered):
        if entry.removed:
            ids.pop(entry.name, None)
        elif entry.entry is not None and entry.entry.cluster_id:
            ids[entry.name] = entry.entry.cluster_id
            accepted[entry.name] = entry.entry.accepted_at or accepted.get(entry.name, "")
    return Run(head.id, _done(before), ids, accepted, tried(before, observer.clock.wall(), recovered))
