"""The record as immutable values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.core.catalog import Kind
from ackplan.core.json_types import JsonObject, mapping, texts
from ackplan.core.world import World

VERSION = 2
# Of a record that holds clusters alone: earlier versions of ackplan read it.
CLUSTERS_ONLY = 1


@dataclass(frozen=True, slots=True)
class RecordedCluster:
    """One cluster as it was last applied.

    `parameters` are create parameters and `own` ackplan's keys, both as the spec had them, secrets as references.
    `partial` says that the cluster was taken in from what is live: a parameter that it lacks is not known, rather than
    not set. `attached` are the instances whose attach succeeded. `created` is False from the accepted create call until
    the cluster was seen to be complete: a live state `failed` then means that nothing ever ran there. `accepted_at` is
    when the create call was accepted, in UTC (ISO 8601), empty where that is not known: reads may lag behind it.
    """

    cluster_id: str
    kind: Kind
    parameters: JsonObject
    own: JsonObject = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    created: bool = True
    partial: bool = False
    accepted_at: str = ""

    @property
    def region(self) -> str:
        return self.kind.region_of(self.parameters)

    @property
    def depends_on(self) -> tuple[str, ...]:
        return texts(self.own.get("depends_on", ()))

    @property
    def prevent_destroy(self) -> bool:
        return bool(self._lifecycle.get("prevent_destroy", False))

    @property
    def ignored(self) -> frozenset[str]:
        """The parameters whose differences are left alone."""
        return frozenset(texts(self._lifecycle.get("ignore_changes", ())))

    @property
    def _lifecycle(self) -> JsonObject:
        return mapping(self.own.get("lifecycle", {}))


@dataclass(frozen=True, slots=True)
class Record:
    """All recorded clusters by name. `serial` counts the writes, `lineage` tells one history from another.

    `nested` is what is recorded inside of clusters, by its short name.

    `world` is the one that the clusters are of, as far as it was known when the record was written.
    """

    lineage: str
    serial: int = 0
    clusters: Mapping[str, RecordedCluster] = field(default_factory=dict)
    world: World = field(default_factory=World)
    nested: Mapping[str, RecordedCluster] = field(default_factory=dict)

    @property
    def entries(self) -> Mapping[str, RecordedCluster]:
        """All that is recorded, by its short name."""
        return {**self.clusters, **self.nested} if self.nested else self.clusters

    def with_entries(self, entries: Mapping[str, RecordedCluster]) -> Record:
        """The record of these entries, by their short names, and of no others."""
        nested = {name: entry for name, entry in entries.items() if "/" in name}
        clusters = {name: entry for name, entry in entries.items() if "/" not in name} if nested else dict(entries)
        return dataclasses.replace(self, clusters=clusters, nested=nested)

    def with_cluster(self, name: str, cluster: RecordedCluster) -> Record:
        return self.with_entries({**self.entries, name: cluster})

    def without(self, name: str) -> Record:
        return self.with_entries({key: value for key, value in self.entries.items() if key != name})
