"""Takes a live cluster into the record. Nothing is called that changes anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ackplan import catalog
from ackplan.catalog.kinds import Effect
from ackplan.diagnostics import Failure, error
from ackplan.diff.workers import MASTER
from ackplan.model.answers import Cluster, Node
from ackplan.record import Record, RecordedCluster


def take_in(record: Record, name: str, live: Cluster, nodes: Sequence[Node]) -> Record:
    """The record with this cluster in it, as far as it and its nodes show it. Raises Failure where it can't be."""
    if name in record.clusters:
        known = record.clusters[name].cluster_id
        raise Failure(error("ACK3006", "Cluster is recorded already", f"{name} is {known}", "ackplan state show"))
    if live.name != name:
        detail = f"{live.cluster_id} is called {live.name}"
        raise Failure(error("ACK3007", "Cluster has another name", detail, f"ackplan import {live.name}"))
    kind = catalog.kind_of(live.attributes)
    if kind is None:
        detail = f"{live.cluster_id} is of type {live.cluster_type or 'unknown'}"
        raise Failure(error("ACK3008", "Not a kind of cluster that is managed here", detail))
    return record.with_cluster(
        name, RecordedCluster(live.cluster_id, kind.name, visible(kind, live, nodes), partial=True)
    )


def visible(kind: catalog.Kind, live: Cluster, nodes: Sequence[Node]) -> dict[str, Any]:
    """The create parameters that a live cluster and its nodes show."""
    shown: Mapping[str, Any] = live.attributes
    found: dict[str, Any] = dict(kind.constants)
    masters = kind.root.get("x-ack-masters")
    if masters is not None:
        found[str(masters)] = sum(node.role == MASTER for node in nodes)
    for name, parameter in kind.parameters.items():
        value = shown.get(parameter.live or "")
        if parameter.fill == "name":
            found[name] = live.name
        elif value not in (None, ""):
            found[name] = value
        elif parameter.effect is Effect.SCALE and live.size is not None:
            found[name] = max(0, live.size - kind.masters(found))
    return found
