"""What became of the calls that a run left in flight, read off what is live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from ackplan.core.aims import Aim, Born, Gone, Grown, Joined, Left, Modified, instances_of
from ackplan.core.answers import Cluster, Node
from ackplan.core.call import Pinned
from ackplan.record.journal import CallKey, Entry, Facts, InFlight, Phase, fold
from ackplan.record.model import Record, RecordedCluster
from ackplan.resources.target_values import target_of

_UNREAD: Mapping[str, Sequence[Node]] = {}


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
        if call.nested:
            continue
        settled = Entry(call.run, call.step, call.name, Phase.SETTLED, recovered=True)
        if isinstance(call.aim, Born):
            settled = replace(settled, entry=_created(record, call, there))
        elif isinstance(call.aim, Gone):
            settled = replace(settled, removed=not stale and _deleted(record, call, there))
        elif not stale:
            settled = replace(settled, entry=_changed(record, call, there, nodes))
        if isinstance(call.aim, Joined) and settled.entry is None:
            settled = replace(settled, entry=_attached(record, call.name, call.aim, there, nodes))
        if settled.entry is None and _open(record, call, there, coming=call.key in coming):
            continue
        entries.append(settled)
        record, _ = fold(record, entries[-1:])
    return record, tuple(entries)


def named_nodes(record: Record, flying: Iterable[InFlight], live: Iterable[Cluster]) -> tuple[str, ...]:
    """The ids of the live clusters whose nodes tell what became of a call in flight."""
    living = {cluster.cluster_id for cluster in live if not cluster.gone and not cluster.busy}
    named = {call.name for call in flying if instances_of(call.aim)}
    return tuple(c.cluster_id for name, c in record.clusters.items() if name in named and c.cluster_id in living)


def _created(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> RecordedCluster | None:
    """The entry of the cluster that a create left whose answer never came; None where there is none to take in."""
    after, known = call.facts.after, record.clusters.get(call.name)
    if call.answered or after is None or (known and known.cluster_id in there):
        return None
    cluster = next((cluster for cluster in there.values() if cluster.name == call.name), None)
    return replace(after, cluster_id=cluster.cluster_id, created=False, attached=()) if cluster else None


def _open(record: Record, call: InFlight, there: Mapping[str, Cluster], *, coming: bool) -> bool:
    """Whether a call of which nothing shows may still add something."""
    known = record.clusters.get(call.name)
    cluster = there.get(known.cluster_id) if known else None
    match call.aim:
        case Born():
            return cluster is None and coming
        case Joined():
            return cluster is not None and (cluster.busy or coming)
        case Grown(size):
            return cluster is not None and not cluster.busy and cluster.size == size.before + size.masters and coming
    return False


def _attached(
    record: Record, name: str, aim: Joined, there: Mapping[str, Cluster], nodes: Mapping[str, Sequence[Node]]
) -> RecordedCluster | None:
    """The recorded entry with those instances of an attach that are nodes; where nodes were not read, with all."""
    known = record.clusters.get(name)
    cluster = there.get(known.cluster_id) if known else None
    if known is None or cluster is None or cluster.busy:
        return None
    named = [i for i in aim.instances if i not in known.attached]
    if (read := nodes.get(cluster.cluster_id)) is not None:
        present = {node.instance_id for node in read}
        named = [instance for instance in named if instance in present]
    return replace(known, attached=(*known.attached, *named)) if named else None


def _deleted(record: Record, call: InFlight, there: Mapping[str, Cluster]) -> bool:
    known = record.clusters.get(call.name)
    return known is not None and known.cluster_id not in there


def _changed(
    record: Record, call: InFlight, there: Mapping[str, Cluster], nodes: Mapping[str, Sequence[Node]]
) -> RecordedCluster | None:
    """The entry that the call aimed at, where the live cluster has come to be so; None where it can't be told."""
    after, known = call.facts.after, record.clusters.get(call.name)
    if after is None or known is None or after.cluster_id not in {"", known.cluster_id}:
        return None
    cluster = there.get(known.cluster_id)
    if cluster is None or cluster.busy or not _shows(call.facts, cluster, nodes.get(known.cluster_id)):
        return None
    return replace(after, cluster_id=known.cluster_id, attached=_kept(known, after, call.aim))


def _kept(known: RecordedCluster, after: RecordedCluster, aim: Aim | None) -> tuple[str, ...]:
    """What is attached after a call: what it aimed at, and what another call attached since it was planned."""
    gone = aim.instances if isinstance(aim, Left) else ()
    taken = {*after.attached, *gone}
    return (*after.attached, *(instance for instance in known.attached if instance not in taken))


def _shows(facts: Facts, cluster: Cluster, nodes: Sequence[Node] | None) -> bool:
    """Whether all that a call was to bring about is there."""
    match facts.aim:
        case Grown(size):
            return _has(cluster, size)
        case Modified():
            aimed = target_of(facts.after, facts.call)
            return aimed is not None and aimed.shown_at_all(cluster.attributes)
        case Joined(instances) if instances and nodes is not None:
            return _present(instances, nodes) == len(instances)
        case Left((), size):
            return size is not None and _has(cluster, size)
        case Left(instances, size) if nodes is not None:
            return (size is None or _has(cluster, size)) and _present(instances, nodes) == 0
    return False


def _has(cluster: Cluster, size: Pinned) -> bool:
    return cluster.size == size.after + size.masters


def _present(instances: Sequence[str], nodes: Sequence[Node]) -> int:
    return sum(node.instance_id in instances for node in nodes)
