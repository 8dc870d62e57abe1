"""What stays in the journal after a run: the calls whose effect is not known to be complete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ackplan.record.codec import digest
from ackplan.record.journal import Entry, InFlight, Leftover, Phase, RunHead
from ackplan.record.model import Record


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The entries that stay, and the run that they are of; nothing stays without a run."""

    run: str = ""
    entries: tuple[Entry, ...] = ()

    def head_on(self, record: Record) -> RunHead | None:
        """The head of such a journal, which lies on top of this record."""
        return head_on(record, self.run) if self.run else None


SETTLED = Unsettled()


def head_on(record: Record, run: str, plan: str = "") -> RunHead:
    """The head of a run that begins on this record with this plan (its digest), or that ended on it."""
    return RunHead(run, plan, record.lineage, record.serial, digest(record))


def unsettled(leftover: Leftover, flying: Iterable[InFlight]) -> Unsettled:
    """What stays of a journal when these of its calls are in flight."""
    kept = [Entry(f.run, f.step, f.name, Phase.ANSWER if f.answered else Phase.INTENT, f.facts) for f in flying]
    return Unsettled(leftover.head.id, tuple(kept)) if kept and leftover.head is not None else SETTLED
