"""What became of the calls that a run left in flight, read off what is live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from ackplan.core.answers import Cluster, Node
from ackplan.record.codec import encode_cluster
from ackplan.record.journal import RECOVERED, CallKey, Entry, InFlight, Phase, fold
from ackplan.record.model import Record, RecordedCluster

# How long after it was sent a call may take effect and show, in seconds: its sender may have died with it on the way,
# behind a gateway, before a list that lags, and with a clock that was a little off.
LATEST = 120.0
# The same of a call that was accepted, where no task tells more: that long a step waits for it as well.
ACCEPTED = 1800.0
_UNREAD: Mapping[str, Sequence[Node]] = {}
_CREATE, _SCALE_OUT, _DELETE, _ATTACH = "create_cluster", "scale_out", "delete_cluster", "attach"


def recover(
    record: Record,
    flying: Iterable[InFlight],
    live: Iterable[Cluster],
    nodes: Mapping[str, Sequence[Node]] = _UNREAD,
    *,
    stale: bool = False,
    coming: Set[CallKey] = frozenset(),
) -> tuple[Record, tuple[Entry, ...]]:
    """What became of the calls in flight, as far as it shows: the record, and entries that settle them.

    A create whose answer never came is found by its name, which is unique: the cluster is taken in as not yet complete.
    Any other call whose whole effect shows is taken in as done: it was ours, and is no drift. Of an attach those
    instances are taken in of which it is not seen that they did not come: one that ackplan attached must never be given
    up as if it had been made for the cluster. `nodes` are those of live clusters, by id, as far as they were read
    (`named_nodes`). What does not show needs nothing here: the next plan compares with what was left behind. But an
    attach to a cluster that is busy stays in flight, and so does what adds a cluster or workers and is `coming`: it may
    be on its way still.
    `stale` is that of `fold`: then only what was created and attached is taken in.
    """
    there = {cluster.cluster_id: cluster for cluster in live if not cluster.gone}
    entries = []
    for call in flying:
        settled = Entry(call.run, call.step, call.cluster, Phase.SETTLED, RECOVERED)
        operation = call.data.get("operation")
        if operation == _CREATE:
            settled = replace(settled, entry=_created(record, call, there))
        elif operation == _DELETE:
            settled = replace(settled, removed=not stale and _deleted(record, call, there))
        elif not stale:
            settled = replace(settled, entry=_changed(record, call, there, nodes))
        if operation == _ATTACH and settled.entry is None:
            settled = replace(settled, entry=_attached(record, call, there, nodes))
        if settled.entry is None and _open(record, call, there, coming=call.key in coming):
            continue
        entries.append(settled)
        record, _ = fold(record, entries[-1:])
    return record, tuple(entries)


def left(call: InFlight, now: float) -> float:
    """How many seconds after `now` (since 1970) a call may take effect yet; 0 where it is not known when it was sent.

    It was written down on another machine, maybe: where that clock was ahead, no more is believed than can be.
    """
    at = call.data.get("at")
    span = LATEST if not call.answered else ACCEPTED if call.data.get("operation") in {_SCALE_OUT, _ATTACH} else 0.0
    return min(max(at + span - now, 0.0), span) if isinstance(at, int | float) else 0.0


def named_nodes(record: Record, flying: Iterable[InFlight], live: Iterable[Cluster]) -> tuple[str, ...]:
    """The ids of the live clusters whose nodes tell what became of a call in flight."""
    living = {cluster.cluster_id for cluster in live if not cluster.gone and not cluster.busy}
    named = {call.cluster for call in flying if call.data.get("instances")}
    return tuple(c.cluster_id for name, c in record.clusters.items() if name in named and c.cluster_id in living)


def _created(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> Mapping[str, Any] | None:
    """The entry of the cluster that a create left whose answer never came; None where there is none to take in."""
    entry, known = call.data.get("entry"), record.clusters.get(call.cluster)
    if call.answered or not isinstance(entry, dict) or (known and known.cluster_id in there):
        return None
    found = next((cluster for cluster in there.values() if cluster.name == call.cluster), None)
    return {**entry, "cluster_id": found.cluster_id, "created": False, "attached": []} if found else None


def _open(record: Record, call: InFlight, there: Mapping[str, Cluster], *, coming: bool) -> bool:
    """Whether a call of which nothing shows may still add something."""
    known, operation = record.clusters.get(call.cluster), call.data.get("operation")
    found = there.get(known.cluster_id) if known else None
    if operation == _CREATE or found is None:
        return operation == _CREATE and found is None and coming
    if operation == _ATTACH:
        return found.busy or coming
    before = call.data.get("workers_before")
    unmoved = isinstance(before, int) and not found.busy and found.size == before + call.data.get("masters", 0)
    return operation == _SCALE_OUT and unmoved and coming


def _attached(
    record: Record, call: InFlight, there: Mapping[str, Cluster], nodes: Mapping[str, Sequence[Node]]
) -> Mapping[str, Any] | None:
    """The recorded entry with those instances of an attach that are nodes; where nodes were not read, with all."""
    known = record.clusters.get(call.cluster)
    found = there.get(known.cluster_id) if known else None
    if known is None or found is None or found.busy:
        return None
    named = [i for i in call.data.get("instances") or () if i not in known.attached]
    if (read := nodes.get(found.cluster_id)) is not None:
        present = {node.instance_id for node in read}
        named = [instance for instance in named if instance in present]
    return encode_cluster(replace(known, attached=(*known.attached, *named))) if named else None


def _deleted(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> bool:
    known = record.clusters.get(call.cluster)
    return known is not None and known.cluster_id not in there


def _changed(
    record: Record, call: InFlight, there: Mapping[str, Cluster], nodes: Mapping[str, Sequence[Node]]
) -> Mapping[str, Any] | None:
    """The entry that the call aimed at, where the live cluster has come to be so; None where it can't be told."""
    entry, known = call.data.get("entry"), record.clusters.get(call.cluster)
    if not isinstance(entry, dict) or known is None or entry.get("cluster_id") not in ("", known.cluster_id):
        return None
    found = there.get(known.cluster_id)
    if found is None or found.busy or not _shows(call.data, found, nodes.get(known.cluster_id)):
        return None
    return {**entry, "cluster_id": known.cluster_id, "attached": _kept(known, entry, call.data)}


def _kept(known: RecordedCluster, entry: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """What is attached after a call: what it aimed at, and what another call attached since it was planned."""
    aimed = [str(instance) for instance in entry.get("attached") or ()]
    taken = {*aimed, *(() if data.get("operation") == _ATTACH else data.get("instances") or ())}
    return [*aimed, *(instance for instance in known.attached if instance not in taken)]


def _shows(data: Mapping[str, Any], found: Cluster, nodes: Sequence[Node] | None) -> bool:
    """Whether all that a call was to bring about is there."""
    wanted, instances = data.get("workers_after"), data.get("instances") or ()
    if isinstance(wanted, int) and found.size != wanted + data.get("masters", 0):
        return False
    if not instances:
        return isinstance(wanted, int)
    present = [node.instance_id in instances for node in nodes or ()].count(True)
    return nodes is not None and present == (len(instances) if data.get("operation") == _ATTACH else 0)
