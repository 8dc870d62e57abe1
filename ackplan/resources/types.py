"""The types of resources that a run knows: clusters, and what is inside of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ackplan.core.address import Address
from ackplan.core.resource import Registry
from ackplan.resources.addon.addon_type import AddonType
from ackplan.resources.cluster.cluster_type import ClusterType
from ackplan.resources.nested.nested_type import NestedType
from ackplan.resources.node_pool.node_pool_type import NodePoolType

if TYPE_CHECKING:
    from ackplan.execute.step_run import PerformedType

    _Performed = Registry[PerformedType]
else:  # whoever plans does not load what performs
    _Performed = Registry


class ResourceTypes(_Performed):
    """Clusters, which are always among them, and these types inside of them."""

    def __init__(self, *nested: NestedType) -> None:
        super().__init__(ClusterType(), *nested)
        self.nested = nested

    def nested_type_of(self, address: Address) -> NestedType | None:
        """The type of what is inside of a cluster; None of a cluster. Raises LookupError for one that is not known."""
        if address.parent is None:
            return None
        return {each.name: each for each in self.nested}[address.type]

    @property
    def sections(self) -> Mapping[str, NestedType]:
        """The keys of a cluster in the spec under which the resources of each type stand."""
        return {each.section: each for each in self.nested}


BUILT_IN = ResourceTypes(NodePoolType(), AddonType())
"""The types that come with ackplan."""
