"""What can be said of each workspace of a store: read without a lock, many at once. One that can't be read says so."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from ackplan.app.baseline import stale
from ackplan.app.cluster_history import RecordChange, record_changes
from ackplan.core.diagnostics import Diagnostic, Failure
from ackplan.record import Record
from ackplan.record.codec import digest
from ackplan.record.journal import InFlight, RunHead, fold
from ackplan.record.notes import (
    CHECK,
    RUN,
    Basis,
    DriftCheck,
    LastRun,
    PlanNote,
    decode_check,
    decode_plan,
    decode_run,
    plan_name,
)

if TYPE_CHECKING:
    from ackplan.app.workspace import Store, StoreNote, Workspace
    from ackplan.record.holder import Holder

T = TypeVar("T")
_AWAY, _MOVED = "ACK3100", "ACK3106"
_AT_ONCE = 8
_AHEAD = 2 * _AT_ONCE


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """What was kept, and when: by the clock of the store, in seconds since 1970."""

    value: T
    kept_at: float


@dataclass(frozen=True, slots=True)
class WorkspaceSurvey:
    """A workspace as it was read. `faults` are why it could not be; then nothing else is known of it.

    `head` is the run that the journal is of, `flying` its calls whose effect is not known. `holder` has the lock;
    `left` had it, and died. `plans` are kept plan files that could be applied to this very record; `check_holds`: that
    of the last check is this very one, too.
    """

    store: str
    name: str
    record: Record = field(default_factory=lambda: Record(lineage=""))
    head: RunHead | None = None
    flying: tuple[InFlight, ...] = ()
    holder: Holder | None = None
    left: Holder | None = None
    changes: tuple[RecordChange, ...] = ()
    check: Dated[DriftCheck] | None = None
    check_holds: bool = False
    run: Dated[LastRun] | None = None
    plans: tuple[Dated[PlanNote], ...] = ()
    faults: tuple[Diagnostic, ...] = ()


def survey(store: Store, names: Sequence[str], most: int) -> Iterator[WorkspaceSurvey]:
    """These workspaces in their order, each with so many versions of its record; not those that moved elsewhere.

    Some are read ahead, never all: a large fleet need not be in memory. Raises Failure where the store is away.
    """
    coming: deque[Future[WorkspaceSurvey | None]] = deque()
    with store.connected(), ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="survey") as threads:
        try:
            for name in names:
                coming.append(threads.submit(_one, store, name, most))
                if len(coming) > _AHEAD and (ready := coming.popleft().result()):
                    yield ready
            yield from (ready for future in coming if (ready := future.result()))
        finally:
            threads.shutdown(cancel_futures=True)


def _one(store: Store, name: str, most: int) -> WorkspaceSurvey | None:
    try:
        workspace = store.workspace(name)
        with workspace.connected():
            return _read(store, workspace, most)
    except Failure as failed:
        codes = {fault.code for fault in failed.diagnostics}
        if _AWAY in codes:
            raise
        if _MOVED in codes:
            return None
        return WorkspaceSurvey(store.address, name, faults=tuple(failed.diagnostics))


def _read(store: Store, workspace: Workspace, most: int) -> WorkspaceSurvey:
    stored, leftover = workspace.snapshot()
    record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))
    holder = workspace.holder()
    changes = record_changes(workspace.texts(most), stored.serial)
    notes = store.notes(workspace.name, (CHECK, RUN, plan_name(stored.serial)))
    now = Basis(stored.lineage, stored.serial, digest(stored)) if notes else Basis()
    check = next(_dated(notes, CHECK, decode_check), None)
    return WorkspaceSurvey(
        store.address,
        workspace.name,
        record,
        leftover.head,
        flying,
        holder,
        None if holder else workspace.left_behind(),
        changes,
        check,
        check is not None and check.value.basis == now,
        next(_dated(notes, RUN, decode_run), None),
        tuple(plan for plan in _dated(notes, plan_name(stored.serial), decode_plan) if _is_pending(plan.value, now)),
    )


def _dated(notes: Sequence[StoreNote], begin: str, decode: Callable[[bytes], T | None]) -> Iterator[Dated[T]]:
    """Those of the notes whose names begin so and that are ones, the newest first."""
    for note in sorted(notes, key=lambda note: -note.kept_at):
        value = decode(note.data) if note.name.startswith(begin) else None
        if value is not None:
            yield Dated(value, note.kept_at)


def _is_pending(plan: PlanNote, now: Basis) -> bool:
    """Whether a plan has something to do, and was made on the record that there is now."""
    return bool(plan.actions) and plan.basis == now
