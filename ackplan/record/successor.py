"""The next version of a record."""

from __future__ import annotations

import dataclasses
import uuid

from ackplan.record.model import Record


def successor(record: Record, current: Record) -> Record:
    """The record as the version after `current`: of its lineage, and of the next serial, above its own, too."""
    lineage = record.lineage or current.lineage or str(uuid.uuid4())
    return dataclasses.replace(record, lineage=lineage, serial=max(current.serial, record.serial) + 1)
