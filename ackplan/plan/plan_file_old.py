"""Plan files of earlier formats: they are read and shown as ever, and written no more.

They hold what `show --format json` prints of the plan besides, so that has to be held against the plan.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ackplan.core.diagnostics import Failure, error
from ackplan.plan import untrusted
from ackplan.plan.codec import apart_from_changes, decode
from ackplan.plan.model import Change, Plan, replaced
from ackplan.plan.parts import encode_change
from ackplan.plan.plan_file import (
    OLD_FORMATS,
    PlanFile,
    not_a_plan,
    of_another_format,
    refuse_constant,
)
from ackplan.record import Record
from ackplan.record.codec import as_data, decode_data, encode_cluster
from ackplan.spec.desired import Wanted
from ackplan.spec.wanted import rebuilt

MAX_BYTES = 512 * 1024 * 1024
_SEAL = ', "sha256": '


def is_written(file: PlanFile, shown: untrusted.Data) -> bool:
    """Whether the file is, byte for byte, what is written of its plan and record with this JSON."""
    digest = hashlib.sha256()
    for piece in _pieces(file.plan, shown, file.record or Record("")):
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return digest.hexdigest() == file.digest


def _pieces(plan: Plan, shown: untrusted.Data, record: Record) -> Iterator[str]:
    """The file as JSON with sorted keys, as far as the digest."""
    yield '{"ackplan_plan": 2, "json": {'
    for number, name in enumerate(sorted(shown)):
        yield f"{', ' * (number > 0)}{_text(name)}: {_text(shown[name])}"
    yield '}, "plan": {"changes": ['
    for number, change in enumerate(plan.changes):
        yield f"{', ' * (number > 0)}{_text(encode_change(change))}"
    yield f'], {_text(apart_from_changes(plan)).removeprefix("{")}, "record": {{"clusters": {{'
    for number, name in enumerate(sorted(record.clusters)):
        yield f"{', ' * (number > 0)}{_text(name)}: {_text(encode_cluster(record.clusters[name]))}"
    apart = as_data(dataclasses.replace(record, clusters={}))
    yield f"}}, {_text({key: value for key, value in apart.items() if key != 'clusters'}).removeprefix('{')}"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _seal(digest: str) -> str:
    return f'{_SEAL}"{digest}"}}\n'


def _is_sealed(text: str) -> bool:
    end = text.rfind(_SEAL)
    return end >= 0 and text[end:] == _seal(_digest(text[:end]))


def decode_file(text: str, file: str) -> PlanFile:
    """What the file holds. Raises Failure for a file that is not a plan, was altered, or is of a newer version."""
    whole = _is_sealed(text)  # before its values are there: a large file fills the memory twice
    try:
        document = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise Failure(not_a_plan(file, "it is not JSON")) from None
    if not isinstance(document, dict) or "ackplan_plan" not in document:
        raise Failure(not_a_plan(file, "it was not written by ackplan plan --out"))
    if document["ackplan_plan"] is True or document["ackplan_plan"] not in OLD_FORMATS:
        raise Failure(of_another_format(document["ackplan_plan"]))
    if not whole:
        raise Failure(error("ACK6003.digest", file=file))
    try:
        return _content(document, untrusted.digest(document["sha256"]))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        raise Failure(not_a_plan(file, f"{type(fault).__name__} in it")) from None


def _content(document: untrusted.Data, digest: str) -> PlanFile:
    plan, shown = decode(document["plan"]), untrusted.mapping(document["json"])
    plan, version = _with_desired(plan), str(shown.get("ackplan_version"))
    if document["ackplan_plan"] == 1:
        return PlanFile(plan, None, version, digest, shown)
    for pinned in (plan.pins.record, plan.pins.spec_digest, *plan.pins.spec_files.values()):
        untrusted.digest(pinned)
    record = decode_data(document["record"])
    return PlanFile(_with_recorded(plan, record), record, version, digest, shown)


def _with_desired(plan: Plan) -> Plan:
    """The plan with what the spec wants, as far as an old file tells: the parameters that the clusters will have."""
    if plan.mode != "normal":
        return plan
    wanted = (c if c.after is None else replaced(c, desired=_wanted(c, c.after)) for c in plan.changes)
    return dataclasses.replace(plan, changes=tuple(wanted))


def _wanted(change: Change, after: untrusted.Data) -> Wanted:
    return rebuilt(change.name, change.kind, after, {"depends_on": change.depends_on} if change.depends_on else {})


def _with_recorded(plan: Plan, record: Record) -> Plan:
    """The plan with what the record that it was made on has of its clusters."""
    changes = (replaced(change, recorded=record.clusters.get(change.name)) for change in plan.changes)
    return dataclasses.replace(plan, changes=tuple(changes))
