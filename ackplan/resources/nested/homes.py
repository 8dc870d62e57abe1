"""The clusters that resources are inside of, as a plan leaves them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

from ackplan.core.actions import Action
from ackplan.core.address import parse
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Change
from ackplan.plan.planner import Sides
from ackplan.resources.nested import refusals
from ackplan.resources.nested.steps import Home

MAKING: Final = frozenset({Action.CREATE, Action.REPLACE})
"""What makes a cluster anew, without what is inside of it."""


class Homes:
    """Finds the cluster of a resource by the short name of that. `planned` are the changes of clusters."""

    def __init__(self, sides: Sides, planned: Mapping[str, Change]) -> None:
        self._sides = sides
        self._planned = planned

    def change_of(self, name: str) -> Change | None:
        """What is planned for the cluster."""
        return self._planned.get(parse(name).root.short)

    def action_of(self, name: str) -> Action:
        """What happens to the cluster."""
        change = self.change_of(name)
        return change.action if change else Action.NOOP

    def home_of(self, name: str) -> Home:
        """The cluster as it will be when the steps of the resource run."""
        change, entry = self.change_of(name), self._sides.record.clusters.get(parse(name).root.short)
        if change is not None:
            region = change.kind.region_of(change.after or change.before or {})
            return Home("" if change.action in MAKING else change.cluster_id, region)
        return Home(entry.cluster_id, entry.region) if entry else Home("", "")

    def live_of(self, name: str) -> Cluster | None:
        """The live cluster as the plan looked at it."""
        entry = self._sides.record.clusters.get(parse(name).root.short)
        return self._by_id.get(entry.cluster_id) if entry is not None else None

    def turned_back(self, name: str, key: str) -> Iterator[Diagnostic]:
        """Refuses what is deleted only because its cluster has not the key any more without which it has no place."""
        change = self.change_of(name)
        home = change.desired if change else None
        if home is not None and key and home.kind.section_key != key:
            yield refusals.turned_back(name, key, home)

    @functools.cached_property
    def _by_id(self) -> Mapping[str, Cluster]:
        return {cluster.cluster_id: cluster for cluster in reversed(self._sides.live)}
