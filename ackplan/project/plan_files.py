"""Reads and writes plan files: what is shown of one, in any format, and what is sent are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ackplan import __version__
from ackplan.app.consistency import contradictions
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import display, read_regular
from ackplan.plan import plan_file_codec, plan_file_old
from ackplan.plan.model import Plan
from ackplan.plan.plan_file import PlanFile, missing
from ackplan.record import Record
from ackplan.render.terraform import plan as json_plan
from ackplan.render.terraform.former_words import in_former_words
from ackplan.resources.types import BUILT_IN, ResourceTypes


def plan_file(plan: Plan, record: Record) -> Iterator[bytes]:
    """A plan file in pieces, of a plan and the record that it was made on. Raises Failure where that is too much."""
    return plan_file_codec.encode_file(plan, record)


def read_plan(path: Path, types: ResourceTypes = BUILT_IN) -> PlanFile:
    """What a plan file holds: what is shown of it, in any format, and what is sent are the same. Raises Failure."""
    name, data = display(path), read_regular(path, plan_file_codec.MAX_BYTES)
    if data is None:
        raise Failure(missing(name))
    kept = plan_file_codec.decode_file(data, name, types)
    faults = contradictions(kept.plan, kept.record, name, types)
    if faults:
        raise Failure(*faults)
    _check_written(kept, name)
    return kept


def _check_written(kept: PlanFile, name: str) -> None:
    """Raises Failure unless the file is, byte for byte, what ackplan writes of the plan and the record in it."""
    try:
        holds = _is_written(kept)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        holds = False
    if holds:
        return
    if kept.version != __version__:
        raise Failure(error("ACK6002.version", file=name, version=kept.version, own=__version__))
    raise Failure(error("ACK6003.other" if kept.shown is None else "ACK6003.json", file=name))


def _is_written(kept: PlanFile) -> bool:
    """The JSON in a file of an earlier format has to be that of its plan."""
    if kept.shown is None:
        return plan_file_codec.is_written(kept)
    if kept.record is None:
        return json_plan.tells(kept.shown, kept.plan)
    return plan_file_old.is_written(kept, in_former_words(json_plan.file_json(kept)))
