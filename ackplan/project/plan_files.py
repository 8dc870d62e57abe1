"""Reads and writes plan files: what is shown of one, in any format, and what is sent are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ackplan import __version__
from ackplan.app.consistency import contradictions
from ackplan.core.diagnostics import Failure, error
from ackplan.documents.files import display, read_regular
from ackplan.plan.codec import MAX_BYTES, PlanFile, decode_file, encode_file, is_written, of_another_version
from ackplan.plan.model import Plan
from ackplan.record import Record
from ackplan.render.terraform import plan as json_plan


def plan_file(plan: Plan, record: Record) -> Iterator[bytes]:
    """A plan file in pieces, of a plan and the record that it was made on. Raises Failure where that is too much."""
    return encode_file(plan, json_plan.plan_json(plan, record), record)


def read_plan(path: Path) -> PlanFile:
    """What a plan file holds: what is shown of it, in any format, and what is sent are the same. Raises Failure."""
    name, data = display(path), read_regular(path, MAX_BYTES)
    if data is None:
        raise Failure(error("ACK6001", "Not a plan file", f"{name} does not exist", "ackplan plan --out FILE"))
    text = data.decode("utf-8", "replace")
    del data  # the text of a large plan is enough to keep
    kept = decode_file(text, name)
    del text
    faults = contradictions(kept.plan, kept.record, name)
    if faults:
        raise Failure(*faults)
    _check_written(kept, name)
    return kept


def _check_written(kept: PlanFile, name: str) -> None:
    """Raises Failure unless the file is, byte for byte, what ackplan writes of the plan and the record in it."""
    version = kept.shown.get("ackplan_version")
    try:
        if kept.record is None:
            holds = json_plan.tells(kept.shown, kept.plan)
        else:
            derived = {**json_plan.plan_json(kept.plan, kept.record), "ackplan_version": version}
            holds = is_written(kept, derived)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        holds = False
    if holds:
        return
    if version != __version__:
        raise Failure(of_another_version(f"{name} was written by ackplan {version}, this is {__version__}"))
    detail = f"{name}: its JSON tells of another plan than the one that apply would carry out"
    raise Failure(error("ACK6003", "Plan file was altered", detail, "Plan again"))
