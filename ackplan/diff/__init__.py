"""Compares what is wanted, recorded and live. Pure: the same three sides always give the same difference."""

from ackplan.diff.compare import Difference, ParameterChange, compare, needs_nodes, own_after, replacing, shown_by
from ackplan.diff.workers import Workers

__all__ = ["Difference", "ParameterChange", "Workers", "compare", "needs_nodes", "own_after", "replacing", "shown_by"]
