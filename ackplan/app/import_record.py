"""Takes live clusters into the record. Nothing is called that changes anything.

What can be seen of a cluster is recorded as it is live; what can't be seen is taken from the spec, where the spec has
the cluster, as if it had been applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic, Failure, error, warning
from ackplan.core.size import Size
from ackplan.record import Record, RecordedCluster
from ackplan.record.shared_ids import names_by_id, recorded_as
from ackplan.resources.cluster.describe import visible
from ackplan.spec.desired import Wanted

# States of clusters that are not, or not any more, what they are meant to be: nothing to begin managing.
_UNFIT = {
    "initial": "ACK3050.initial",
    "failed": "ACK3050.failed",
    "deleting": "ACK3050.deleting",
    "deleted": "ACK3050.deleted",
    "delete_failed": "ACK3050.delete_failed",
}


def obstacle(live: Cluster, section: str = "") -> Diagnostic | None:
    """Why this live cluster can't be put under management; None where it can. `section` tells its generation."""
    if catalog.DEFAULT.kind_of_live(live.attributes, section) is None:
        return error("ACK3008", cluster_id=live.cluster_id, type_told=live.type_told, cluster=live.name)
    if live.state in _UNFIT:
        return error(_UNFIT[live.state], cluster_id=live.cluster_id, cluster=live.name)
    return None


def under_another_name(names: Mapping[str, Sequence[str]], live: Cluster) -> Diagnostic | None:
    """Why a cluster can't be recorded by its name: it has an entry under another one, and would have two."""
    other = recorded_as(names, live.cluster_id, live.name)
    if not other:
        return None
    return error("ACK3006.other_name", cluster_id=live.cluster_id, other=other, cluster=live.name)


def take_in(record: Record, name: str, live: Cluster, nodes: Sequence[Node], wanted: Wanted | None = None) -> Record:
    """The record with this cluster in it. Raises Failure where it can't be.

    A cluster that was taken in before, with less known of it, is taken in anew.
    """
    _check_free(record, name, live)
    if live.name != name:
        raise Failure(error("ACK3007", cluster_id=live.cluster_id, live=live.name))
    return take_in_all(record, [live], {live.cluster_id: nodes}, {name: wanted} if wanted else {})


def take_in_all(
    record: Record, chosen: Sequence[Cluster], nodes: Mapping[str, Sequence[Node]], wanted: Mapping[str, Wanted]
) -> Record:
    """The record with these clusters in it, each by its own name. Raises Failure where one can't be.

    `nodes` are by cluster id; of a cluster whose size tells what its nodes would there are none.
    """
    names, entries = names_by_id(record), dict(record.entries)
    for live in chosen:
        _check_free(record, live.name, live)
        fault = under_another_name(names, live) or obstacle(live, section_of(wanted.get(live.name), live))
        if fault is not None:
            raise Failure(fault)
        entries[live.name] = entry_as_live(live, nodes.get(live.cluster_id, ()), wanted.get(live.name))
        names.setdefault(live.cluster_id, []).append(live.name)
    return record.with_entries(entries)


def _check_free(record: Record, name: str, live: Cluster) -> None:
    """Raises Failure where the name is recorded, unless it is this cluster's, of which only a part is known."""
    entry = record.clusters.get(name)
    if entry is not None and not (entry.partial and entry.cluster_id == live.cluster_id):
        raise Failure(error("ACK3006.same_name", name=name, cluster_id=entry.cluster_id))


def told_by_size(live: Cluster, wanted: Wanted) -> bool:
    """Whether a cluster's nodes need not be read: its size is what the spec wants, as a plan would find it.

    A plan goes by the size as well where it is that. Masters, and instances that were attached, only the nodes tell.
    """
    kind = catalog.DEFAULT.kind_of_live(live.attributes, section_of(wanted, live))
    if kind is not wanted.kind or kind.masters_parameter is not None or wanted.attach or live.busy:
        return False
    counting = kind.count_parameter
    return counting is not None and live.size is not None and wanted.parameters.get(counting.name) == live.size


def entry_as_live(live: Cluster, nodes: Sequence[Node], wanted: Wanted | None) -> RecordedCluster:
    """The entry of a cluster that has no obstacle: as it is live, with what only the spec knows."""
    kind = catalog.DEFAULT.kind_of_live(live.attributes, section_of(wanted, live))
    assert kind is not None  # noqa: S101 - `obstacle` was asked
    known = visible(kind, live, nodes, wanted.parameters if wanted else None)
    known |= kind.beside_of(live.attributes)
    if wanted is None or wanted.kind is not kind:
        return RecordedCluster(live.cluster_id, kind, known, partial=True)
    present = {node.instance_id for node in nodes}
    attached = tuple(instance for instance in wanted.attached if instance in present)
    counting = kind.count_parameter
    if counting is not None and counting.name in known:
        known[counting.name] = Size(known[counting.name], attached=len(attached)).made
    parameters = {**wanted.parameters, **known}
    return RecordedCluster(live.cluster_id, kind, parameters, wanted.own, attached, partial=True)


def to_take_in(
    record: Record, spec: Mapping[str, Wanted], live: Sequence[Cluster]
) -> tuple[list[Cluster], list[Diagnostic]]:
    """The live clusters that the spec names and the record lacks, or lacks a part of; and why others are left out."""
    chosen: list[Cluster] = []
    left: list[Diagnostic] = []
    names = names_by_id(record)
    named: dict[str, list[Cluster]] = {}
    for cluster in live:
        if not cluster.gone:
            named.setdefault(cluster.name, []).append(cluster)
    for name in sorted(name for name, wanted in spec.items() if _is_news(record.clusters.get(name), wanted)):
        found = named.get(name, [])
        if len(found) > 1:
            ids = ", ".join(sorted(cluster.cluster_id for cluster in found))
            left.append(warning("ACK3051.several", ids=ids, cluster=name))
        elif found:
            fault = under_another_name(names, found[0]) or obstacle(found[0], section_of(spec[name], found[0]))
            left += [left_out(fault)] if fault else []
            chosen += [] if fault else found
    return chosen, left


def _is_news(entry: RecordedCluster | None, wanted: Wanted) -> bool:
    """Whether the spec says of a cluster what the record does not know of it."""
    if entry is None:
        return True
    return entry.partial and (entry.kind is not wanted.kind or not set(wanted.parameters) <= set(entry.parameters))


def section_of(wanted: Wanted | None, live: Cluster) -> str:
    """The key that tells of which generation a cluster is: the spec says so, else the first that can say what is live.

    It is empty for the guide's.
    """
    if wanted is not None:
        return wanted.kind.section_key
    fitting = (each.section for each in catalog.DEFAULT.families if each.kind_of_live(live.attributes) is not None)
    return next(fitting, "")


def left_out(fault: Diagnostic) -> Diagnostic:
    """The obstacle as a warning: the others go on without this cluster."""
    return warning("ACK3051.obstacle", why=fault.detail, remedy=fault.cure, cluster=fault.cluster)


def vanished(cluster: Cluster) -> Diagnostic:
    """Why a cluster is left out that was listed, and that the API does not know by its id."""
    return error("ACK3061", cluster_id=cluster.cluster_id, cluster=cluster.name)


def not_in_spec(name: str) -> Diagnostic:
    """What follows of a cluster that is recorded, and that the spec does not have."""
    return warning("ACK3052", cluster=name)
