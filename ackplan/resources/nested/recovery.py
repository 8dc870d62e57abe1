"""What became of the calls that a run left in flight to what is inside of clusters, read off what is live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from ackplan.core.aims import Born, Gone, Modified
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record, RecordedCluster
from ackplan.record.journal import CallKey, Entry, InFlight, Phase, fold


def recover(
    record: Record,
    flying: Iterable[InFlight],
    live: Mapping[str, LiveResource],
    *,
    stale: bool = False,
    coming: Set[CallKey] = frozenset(),
) -> tuple[Record, tuple[Entry, ...]]:
    """The record with what shows taken in, and entries that settle those calls.

    One that was created without an answer is found by its name, which is unique in its cluster. A creation that does
    not show stays in flight while it is `coming`: it may be on its way still. `stale` is that of `fold`.
    """
    entries = []
    for call in flying:
        settled = Entry(call.run, call.step, call.name, Phase.SETTLED, recovered=True)
        there, recorded = live.get(call.name), record.nested.get(call.name)
        if isinstance(call.aim, Born):
            settled = replace(settled, entry=_created(call, recorded, there))
            if there is None and call.key in coming:
                continue
        elif isinstance(call.aim, Gone):
            settled = replace(settled, removed=not stale and recorded is not None and there is None)
        elif isinstance(call.aim, Modified) and not stale:
            settled = replace(settled, entry=_modified(call, recorded, there))
        entries.append(settled)
        record, _ = fold(record, entries[-1:])
    return record, tuple(entries)


def _created(call: InFlight, recorded: RecordedCluster | None, there: LiveResource | None) -> RecordedCluster | None:
    after = call.facts.after
    if after is None or there is None or (recorded is not None and recorded.cluster_id == there.id):
        return None
    return replace(after, cluster_id=there.id)


def _modified(call: InFlight, recorded: RecordedCluster | None, there: LiveResource | None) -> RecordedCluster | None:
    """The entry that the call aimed at, where what is live has come to be so."""
    after = call.facts.after
    if after is None or recorded is None or there is None or recorded.cluster_id != there.id:
        return None
    return after if shows(there, after.parameters) else None


def shows(live: LiveResource, parameters: Mapping[str, object]) -> bool:
    """Whether it has these parameters, as far as it shows them."""
    return all(live.values.get(name, value) == value for name, value in parameters.items())
