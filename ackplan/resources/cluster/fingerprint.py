"""What a plan keeps of a live cluster, and the fingerprint that tells whether it moved."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Sequence

from ackplan.core import catalog
from ackplan.core.answers import Cluster, Node
from ackplan.core.catalog.sight import Sight
from ackplan.core.json_types import Json, JsonObject
from ackplan.plan.live_sides import ABSENT_PRINT, FACTS, Live


def kept(live: Cluster, nodes: Sequence[Node] | None, shown: JsonObject | None = None) -> Live:
    """What a plan keeps of a live cluster: what it compares (`shown`, where that is known) and needs, nothing else."""
    attributes = {name: live.attributes[name] for name in _kept() if live.attributes.get(name) is not None}
    attributes |= shown_of(live) if shown is None else shown
    for name in FACTS:
        attributes.pop(name, None)
    ordered = None if nodes is None else tuple(sorted(nodes, key=lambda node: node.key))
    return Live(dataclasses.replace(live, attributes=attributes), ordered)


@functools.cache
def _kept() -> tuple[str, ...]:
    """The fields of a live cluster that a plan keeps besides those that it compares."""
    return tuple(sorted({*catalog.DEFAULT.discriminators, "vswitch_id"}))


@functools.lru_cache(256)
def _showing(fields: frozenset[str]) -> tuple[Sight, ...]:
    """What an answer with these fields may show."""
    return tuple(s for s in catalog.DEFAULT.sights if {s.field, *(field for field, _ in s.rest)} & fields)


def shown_of(live: Cluster) -> dict[str, Json]:
    """What is compared of a live cluster, each value under the best of the fields that show it."""
    attributes = live.attributes
    shown: dict[str, Json] = {}
    for sight in _showing(frozenset(attributes)):
        if sight.field in attributes or sight.rest:
            value = sight.shows(attributes)
            if value is not None:
                shown[sight.field] = value
    return shown


def fingerprint(live: Cluster | None, shown: JsonObject | None = None) -> str:
    """A short text that changes when anything of the live side changes that a plan depends on."""
    if live is None or live.gone:
        return ABSENT_PRINT
    facts: list[Json] = [live.cluster_id, live.name, live.state, live.size, live.region_id, live.cluster_type]
    facts.append(shown_of(live) if shown is None else shown)
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]
