"""The record: what was last applied, made to be committed. Values only; where it lives is a store's matter."""

from ackplan.record.model import Record, RecordedCluster

__all__ = ["Record", "RecordedCluster"]
