"""Policies: rules of a team that a plan must keep, in YAML or in Rego. Reading and judging have no effects."""

from ackplan.policy.judge import PolicyInput, judge
from ackplan.policy.model import Rule
from ackplan.policy.read import read

__all__ = ["PolicyInput", "Rule", "judge", "read"]
