"""One cluster has one entry. Two that have the id of one cluster are what a bad merge leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.record.model import Record


def shared_ids(record: Record) -> Iterator[Diagnostic]:
    """An error for every cluster that is recorded under several names. An id that is not known yet is none."""
    names = names_by_id(record)
    yield from (_shared(cluster_id, several) for cluster_id, several in names.items() if len(several) > 1)


def names_by_id(record: Record) -> dict[str, list[str]]:
    """Under what names each cluster is recorded, by its id; of those whose id is not known yet there is nothing."""
    names: dict[str, list[str]] = {}
    for name, entry in sorted(record.clusters.items()):
        if entry.cluster_id:
            names.setdefault(entry.cluster_id, []).append(name)
    return names


def recorded_as(names: Mapping[str, Sequence[str]], cluster_id: str, name: str) -> str:
    """Under what other name the cluster is recorded, by `names_by_id`; empty where it is not."""
    return next((other for other in names.get(cluster_id, ()) if other != name), "")


def _shared(cluster_id: str, names: list[str]) -> Diagnostic:
    return error(
        "ACK3042", cluster_id=cluster_id, names=" and as ".join(names), names_2=" or ".join(names), cluster=names[0]
    )
