"""What the ACK API knows: kinds of clusters, their parameters, operations, effects. All of it read from `schemas/`."""

from ackplan.core.catalog.kinds import Kind, kind, kind_of, kind_of_live, kinds, own_keys
from ackplan.core.catalog.operations import Operation, operation, operations, secret_parameters
from ackplan.core.catalog.parameters import Effect, Parameter
from ackplan.core.catalog.sight import Sight

__all__ = [
    "Effect",
    "Kind",
    "Operation",
    "Parameter",
    "Sight",
    "kind",
    "kind_of",
    "kind_of_live",
    "kinds",
    "operation",
    "operations",
    "own_keys",
    "secret_parameters",
]
