"""The type of clusters, for whoever plans, executes and takes in what a run left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ackplan.core import catalog
from ackplan.core.address import CLUSTER
from ackplan.core.catalog import Catalog, Kind
from ackplan.plan.model import Change
from ackplan.plan.planner import Options, Sides
from ackplan.resources.cluster.share import ClusterShare

if TYPE_CHECKING:
    from ackplan.execute.step_run import StepContext


class ClusterType:
    """Clusters: the resources that all others are inside of."""

    name = CLUSTER

    def __init__(self, api: Catalog = catalog.DEFAULT) -> None:
        self.catalog = api
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in api.kinds}

    def share(self, sides: Sides, options: Options, planned: Mapping[str, Change]) -> ClusterShare:  # noqa: ARG002 - nothing is planned before
        return ClusterShare(sides, options)

    async def perform(self, context: StepContext) -> None:
        from ackplan.resources.cluster.perform import perform

        await perform(context)
