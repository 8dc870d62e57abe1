"""What became of the calls that a run left in flight to what is inside of clusters, read off what is live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from ackplan.core.aims import Born, Gone, Grown, Joined, Left, Modified, instances_of, size_of
from ackplan.plan.live_sides import LiveResource
from ackplan.record import Record, RecordedCluster
from ackplan.record.journal import CallKey, Entry, InFlight, Phase, fold
from ackplan.resources.target_values import target_of


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
    not show stays in flight while it is `coming`: it may be on its way still. So does what adds nodes; what takes nodes
    out names them, and does nothing when it comes late. `stale` is that of `fold`.
    """
    entries = []
    for call in flying:
        settled = Entry(call.run, call.step, call.name, Phase.SETTLED, recovered=True)
        there, recorded = live.get(call.name), record.nested.get(call.name)
        if isinstance(call.aim, Born):
            settled = replace(settled, entry=_created(call, recorded, there))
            if there is None and call.key in coming:
                continue
        elif isinstance(call.aim, Grown | Joined | Left):
            taken = None if stale else _moved(call, recorded, there)
            if taken is None and call.key in coming and not isinstance(call.aim, Left):
                continue
            settled = replace(settled, entry=taken)
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
    return replace(after, cluster_id=there.id, created=there.condition.works, attached=())


def _modified(call: InFlight, recorded: RecordedCluster | None, there: LiveResource | None) -> RecordedCluster | None:
    """The entry that the call aimed at, where what is live has come to be so."""
    after = call.facts.after
    if after is None or recorded is None or there is None or recorded.cluster_id != there.id:
        return None
    aimed = target_of(after, call.facts.call)
    return after if aimed is not None and aimed.shown_at_all(there.shown) else None


def _moved(
    call: InFlight, recorded: RecordedCluster | None, there: LiveResource | None
) -> RecordedCluster | None:  # fmt: skip
    """The same of a call that adds or removes nodes: by its size, and by its nodes where these were read."""
    after, size = call.facts.after, size_of(call.aim)
    if after is None or recorded is None or there is None or recorded.cluster_id != there.id:
        return None
    # Where it was made by the same run, only the answer told its id.
    after = replace(after, cluster_id=there.id)
    present = {name for node in there.nodes or () for name in (node.instance_id, node.name)}
    mine = set(instances_of(call.aim))
    if isinstance(call.aim, Joined):
        return _joined(call.aim, after, recorded, there, present)
    if isinstance(call.aim, Left) and (there.nodes is None or mine & present):
        return None
    counting = after.kind.count_parameter
    nodes = there.values.get(counting.name) if counting else None
    return after if size is None or nodes == size.after else None


def _joined(
    aim: Joined, after: RecordedCluster, recorded: RecordedCluster, there: LiveResource, present: Set[str]
) -> RecordedCluster | None:
    """Of an attach those instances are taken in of which it is not seen that they did not come."""
    if there.nodes is None:
        return after
    mine = [instance for instance in aim.instances if instance in present]
    if set(mine) == set(aim.instances):
        return after
    kept = (*recorded.attached, *(instance for instance in mine if instance not in recorded.attached))
    return replace(recorded, attached=kept) if mine else None
