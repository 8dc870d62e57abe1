"""What is known before the API is asked: the record with the journal taken in, and which world is to be asked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from ackplan.app.workspace import Workspace
from ackplan.app.worlds import Here, of_record
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, Failure, error
from ackplan.core.size import Size
from ackplan.record import Record
from ackplan.record.journal import InFlight, Leftover, fold
from ackplan.record.pin import is_made_on


@dataclass(frozen=True, slots=True)
class Baseline:
    """The record with the journal taken in, what was in flight, which world is asked, and of which workspace it is.

    `running` says who has the lock, where the run of the journal is under way. `lost` says that the record is gone.
    """

    stored: Record
    record: Record
    flying: tuple[InFlight, ...]
    leftover: Leftover
    here: Here = field(default_factory=Here)
    running: str = ""
    lost: Diagnostic | None = None
    workspace: str = "default"


def of_workspace(workspace: Workspace, here: Here | None = None) -> Baseline:
    """The record and what an interrupted run left. Raises Failure for what can't be used.

    `here` is the world that is to be asked about the record; a record of another world is a Failure, too.
    """
    stored, leftover = workspace.snapshot()
    _check_of(leftover, stored)
    here = here or Here()
    here.hold(of_record(stored))
    record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))
    return Baseline(stored, record, flying, leftover, here, workspace=workspace.name)


def _check_of(leftover: Leftover, stored: Record) -> None:
    """Raises Failure for a journal of another record: what its run did would be recorded here, and deleted."""
    head = leftover.head
    if head is not None and head.lineage and stored.lineage and head.lineage != stored.lineage:
        raise Failure(error("ACK3033", fate=head.fate, journal=head.lineage, record=stored.lineage))


def stale(leftover: Leftover, stored: Record) -> bool:
    """Whether someone else wrote the record since the run that left this journal began."""
    return leftover.head is not None and not is_made_on(leftover.head, stored)


def beside(workspace: Workspace, here: Here | None = None) -> Baseline:
    """The same for a use case that takes no lock, so that the run of the journal may be under way."""
    before = of_workspace(workspace, here)
    holder = workspace.holder() if before.leftover.head is not None else None
    running = str(holder or "")
    lost = None if before.stored.lineage or before.leftover.head else workspace.missing_record()
    return dataclasses.replace(before, running=running, lost=lost)


def as_recorded(record: Record) -> tuple[Cluster, ...]:
    """The clusters as the record has them, for a plan that must not ask the API."""
    live = []
    for name, entry in record.clusters.items():
        kind, counting = entry.kind, entry.kind.count_parameter
        count = counting.count(counting.read(entry.parameters.get(counting.name, 0))) if counting else 0
        size = Size.with_made(count, kind.masters(entry.parameters), len(entry.attached)).total
        attributes = {p.live: entry.parameters.get(n) for n, p in kind.parameters.items() if p.live}
        kind_type = kind.constants.get("cluster_type")
        live.append(Cluster(entry.cluster_id, name, "running", entry.region, size, kind_type, attributes))
    return tuple(live)
