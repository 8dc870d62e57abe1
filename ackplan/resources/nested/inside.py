"""What is wanted and recorded inside of one cluster, for whoever looks there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


@dataclass(frozen=True, slots=True)
class InsideSides:
    """By the name inside of the cluster. `named`: those of which a call in flight names instances."""

    wanted: Mapping[str, Wanted]
    recorded: Mapping[str, RecordedCluster]
    named: frozenset[str] = frozenset()
