"""Reads and writes plan files: what is shown of one, in any format, and what is sent are the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ackplan import __version__
from ackplan.app.consistency import contradictions
from ackplan.core.diagnostics import Failure, error, printable
from ackplan.documents.files import Digested, display, read_regular
from ackplan.documents.files import digest as sha256
from ackplan.plan import plan_file_codec, plan_file_old
from ackplan.plan.model import Plan
from ackplan.plan.plan_file import PlanFile, missing
from ackplan.record import Record
from ackplan.render.terraform import plan as json_plan
from ackplan.resources.types import BUILT_IN, ResourceTypes

if TYPE_CHECKING:
    from ackplan.project.project_settings import ProjectSettings

# Before the digest of a plan file that the store keeps.
STORE: Final = "store:"


def plan_file(plan: Plan, record: Record) -> Digested:
    """A plan file in pieces, of a plan and the record that it was made on. Raises Failure where that is too much."""
    return Digested(plan_file_codec.encode_file(plan, record))


def read_plan(settings: ProjectSettings, planfile: str, digest: str = "") -> PlanFile:
    """The plan file of this name, `store:DIGEST` for one that the store keeps. Raises Failure.

    Where a SHA-256 is named, the very bytes that are read have it.
    """
    if planfile.startswith(STORE):
        name, data = planfile, _from_store(settings, planfile)
    else:
        name, data = _from_file(settings.path(planfile))
    if digest and sha256(data) != digest:
        raise Failure(error("ACK6012", file=name, digest=sha256(data)))
    return _decoded(name, data, settings.resource_types)


def read_plan_file(path: Path, types: ResourceTypes = BUILT_IN) -> PlanFile:
    """What a plan file holds: what is shown of it, in any format, and what is sent are the same. Raises Failure."""
    return _decoded(*_from_file(path), types)


def _from_file(path: Path) -> tuple[str, bytes]:
    name, data = display(path), read_regular(path, plan_file_codec.MAX_BYTES)
    if data is None:
        raise Failure(missing(name))
    return name, data


def keep_plan(settings: ProjectSettings, plan: Plan, record: Record) -> str:
    """Keeps a plan file in the store, for whoever applies it on whatever machine; its name. Raises Failure."""
    from ackplan.project.store_notes import note_plan
    from ackplan.project.wiring import store

    kept = store(settings)
    digest = kept.keep_plan(b"".join(plan_file(plan, record)), settings.workspace)
    if plan.applicable:
        note_plan(settings, kept, digest, plan)
    return STORE + digest


def _from_store(settings: ProjectSettings, name: str) -> bytes:
    from ackplan.project.wiring import store

    kept, digest = store(settings), name.removeprefix(STORE)
    data = kept.kept_plan(digest)
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        raise Failure(error("ACK3124", name=printable(name), store=kept.address))
    return data


def _decoded(name: str, data: bytes, types: ResourceTypes) -> PlanFile:
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
    return plan_file_old.is_written(kept, json_plan.former_json(kept, kept.record))
