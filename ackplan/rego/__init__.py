"""Runs Rego policies in a process of their own, which has no environment, little memory and little time."""

from ackplan.rego.engine import RegoLimits, evaluate

__all__ = ["RegoLimits", "evaluate"]
