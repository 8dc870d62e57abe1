"""Applies a plan: takes in what an interrupted run left, runs, writes the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ackplan.app.observe import Observer
from ackplan.app.plan import Known, coming_calls, stale
from ackplan.app.workspace import JournalStore, RecordStore
from ackplan.core import catalog
from ackplan.core.diagnostics import Failure, error
from ackplan.execute.executor import Executor
from ackplan.execute.outcomes import Result, Run
from ackplan.plan.codec import encode
from ackplan.plan.model import Plan, Step
from ackplan.record import Record
from ackplan.record.aims import Born
from ackplan.record.codec import digest as content
from ackplan.record.journal import Entry, Phase, RunHead, fold
from ackplan.record.pin import is_made_on
from ackplan.record.recovery import left, recover

_AGAIN = "then run: ackplan apply"


@dataclass(frozen=True, slots=True)
class Stores:
    record: RecordStore
    journal: JournalStore


@dataclass(frozen=True, slots=True)
class Applied:
    """How a run ended, and the record after it."""

    result: Result
    record: Record
    run: str


def digest(plan: Plan) -> str:
    """Tells one plan from another; the same plan read from its file has the same digest."""
    return hashlib.sha256(json.dumps(encode(plan), sort_keys=True).encode()).hexdigest()


def resumes(plan: Plan, before: Known) -> bool:
    """Whether an interrupted run of this very plan is to be gone on with, on the very record that it began on."""
    head = before.leftover.head
    return head is not None and is_made_on(head, before.stored) and head.plan == digest(plan)


def finished(plan: Plan, before: Known) -> bool:
    """Whether a run of this very plan did all of it and wrote the record, and died before it cleared its journal."""
    head, stored = before.leftover.head, before.stored
    if head is None or head.plan != digest(plan) or is_made_on(head, stored) or before.flying:
        return False
    written, _ = fold(stored, before.leftover.entries)
    return written.clusters == stored.clusters and {step.id for step in plan.steps} <= _done(before)


def _done(before: Known) -> frozenset[str]:
    """The steps that the interrupted run did."""
    return frozenset(entry.step for entry in before.leftover.entries if entry.done)


class SecretCheck(Protocol):
    """Says of a reference to a secret why it can't be there, and why it can't be used; nothing where it can."""

    def missing(self, reference: Mapping[str, Any]) -> str: ...

    def fault(self, reference: Mapping[str, Any]) -> str: ...


def check_secrets(steps: Iterable[Step], secrets: SecretCheck) -> None:
    """Raises Failure for every secret that these steps need and can't have. None is kept."""
    asked: dict[tuple[Any, ...], tuple[str, str]] = {}
    faults = []
    for step, name, reference in _references(steps):
        key = tuple(reference.items())
        if key not in asked:
            asked[key] = (secrets.missing(reference), secrets.fault(reference))
        absent, why = asked[key]
        texts = ("ACK5009", "Secret is missing", absent, f"Set it, {_AGAIN}")
        if not absent:
            texts = ("ACK5006", "Secret can't be used", why, f"Mend it, {_AGAIN}")
        if absent or why:
            faults.append(error(*texts, cluster=step.cluster, parameter=name))
    if faults:
        raise Failure(*dict.fromkeys(faults))


def _references(steps: Iterable[Step]) -> Iterator[tuple[Step, str, Mapping[str, Any]]]:
    for step in steps:
        for name in sorted(catalog.DEFAULT.secret_parameters(step.call.operation) if step.call else ()):
            reference = (step.call.body or {}).get(name) if step.call else None
            if isinstance(reference, Mapping):
                yield step, name, reference


def tried(before: Known, now: float, recovered: Iterable[Entry]) -> dict[tuple[str, str], float]:
    """Calls that an interrupted run may have sent without seeing what became of them, by operation and cluster: see
    Run. `now` is in seconds since 1970; one that was accepted and that `recovered` settles is over.

    A creation stays among them whenever it was sent: a name that is taken, though no list shows it, is taken by it.
    """
    settled = {(entry.run, entry.step) for entry in recovered}
    flying = (call for call in before.flying if not (call.answered and call.key in settled))
    open_calls = ((call, left(call, now)) for call in flying)
    return {
        (call.facts.operation, call.cluster): now + seconds
        for call, seconds in open_calls
        if seconds or isinstance(call.aim, Born)
    }


async def resume(before: Known, observer: Observer) -> Run:
    """The run to go on with, as its journal has it; finds by name what a create without an answer left."""
    head, entries = before.leftover.head, before.leftover.entries
    assert head is not None  # noqa: S101 - `resumes` said so
    observed = await observer.observe(before.record, (), before.flying)
    coming = await coming_calls(observer, before)
    _, recovered = recover(before.record, before.flying, observed.live, coming=coming)
    ids: dict[str, str] = {}
    accepted: dict[str, str] = {}
    for entry in (*entries, *recovered):
        if entry.removed:
            ids.pop(entry.cluster, None)
        elif entry.entry is not None and entry.entry.cluster_id:
            ids[entry.cluster] = entry.entry.cluster_id
            accepted[entry.cluster] = entry.entry.accepted_at or accepted.get(entry.cluster, "")
    return Run(head.id, _done(before), ids, accepted, tried(before, observer.clock.wall(), recovered))


def _head(run: str, plan: str, record: Record) -> RunHead:
    return RunHead(run, plan, record.lineage, record.serial, content(record))


async def apply(plan: Plan, before: Known, stores: Stores, executor: Callable[[Run], Executor], run: Run) -> Applied:
    """Runs the plan's steps and writes the record, however the run ends. `executor` makes one for this run.

    Raises Failure where the record was replaced while the plan was made and approved.
    """
    _check_still(stores.record.read(), before.stored)
    stores.journal.open(_head(run.id, digest(plan), before.stored))
    try:
        result = await executor(run).run(plan.steps)
    finally:
        record = finish(stores, before.stored)
    return Applied(result, record, run.id)


def _check_still(now: Record, before: Record) -> None:
    if now != before:
        how = f"serial {now.serial}, it was {before.serial} when the plan was made"
        how = "other content of the same serial" if now.serial == before.serial else how
        raise Failure(error("ACK3004", "Record was written by someone else meanwhile", how, "Plan again"))


def settle(stores: Stores, before: Known, recovered: Iterable[Entry]) -> Record:
    """Takes in what an interrupted run left, before a new one begins."""
    stores.journal.append(list(recovered))
    return finish(stores, before.stored)


def finish(stores: Stores, stored: Record) -> Record:
    """Writes the journal's entries into the record. Calls in flight stay in the journal until they are settled."""
    leftover = stores.journal.read()
    record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))
    if record.clusters != stored.clusters or not stored.lineage:
        record = stores.record.write(record, expect=stored)
    if flying and leftover.head is not None:
        kept = [Entry(f.run, f.step, f.cluster, Phase.ANSWER if f.answered else Phase.INTENT, f.facts) for f in flying]
        stores.journal.replace(_head(leftover.head.id, "", record), kept)
    else:
        stores.journal.replace(None, ())
    return record
