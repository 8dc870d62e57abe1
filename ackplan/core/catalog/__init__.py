"""What the ACK API knows: kinds of clusters, their parameters, operations, effects. All of it read from `schemas/`."""

from ackplan.core.catalog.api import DEFAULT, Catalog
from ackplan.core.catalog.kinds import Kind
from ackplan.core.catalog.operations import Operation
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.sight import Sight

__all__ = ["DEFAULT", "Catalog", "Effect", "Kind", "Operation", "Parameter", "Sight"]
