"""The plan as JSON data and back. Reading a plan file trusts nothing: shape, sizes and calls are checked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ackplan.core.diagnostics import Diagnostic, Failure, Span, error
from ackplan.core.world import decode_world, encode_world
from ackplan.plan import untrusted
from ackplan.plan.model import Change, Pins, Plan, replaced
from ackplan.plan.parts import (
    decode_change,
    decode_diagnostic,
    decode_judged,
    decode_left_out,
    encode_change,
    encode_diagnostic,
    encode_judged,
    encode_left_out,
)
from ackplan.record import Record
from ackplan.record.codec import as_data, decode_data, encode_cluster
from ackplan.spec.desired import Wanted

FORMAT = 2
# The first format does not pin what the record held: it can be shown, and not applied.
_READ = (1, FORMAT)
MODES = ("normal", "destroy", "refresh-only")
MAX_BYTES = 512 * 1024 * 1024
_SEAL = ', "sha256": '
# For the digest and the line end.
_ROOM = 128


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan file holds: the plan, its JSON (`shown`), and the record that both were made on.

    `digest` is of all that stands before it. A file of format 1 has no record.
    """

    plan: Plan
    shown: Mapping[str, Any]
    record: Record | None
    digest: str = ""


def encode_file(plan: Plan, shown: Mapping[str, Any], record: Record) -> Iterator[bytes]:
    """A plan file: what `show --format json` prints of the plan, the plan, its record, and a digest over all of it.

    In pieces, for the whole would be in memory several times over. Raises Failure where more would be written than is
    read back.
    """
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(plan, shown, record):
        data = piece.encode("utf-8", "surrogatepass")
        digest.update(data)
        size += len(data)
        if size > MAX_BYTES - _ROOM:
            raise Failure(_too_large())
        yield data
    yield _seal(digest.hexdigest()).encode()


def is_written(file: PlanFile, shown: Mapping[str, Any]) -> bool:
    """Whether the file is, byte for byte, what is written of its plan and record with this JSON."""
    digest = hashlib.sha256()
    for piece in _pieces(file.plan, shown, file.record or Record("")):
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return digest.hexdigest() == file.digest


def _too_large() -> Diagnostic:
    detail = f"it would have more than {MAX_BYTES:,} bytes, which no ackplan reads back; nothing was written"
    cure = "Plan in parts (--target, --exclude), or split the fleet over several workspaces"
    return error("ACK6011", "Plan file would be too large", detail, cure)


def _pieces(plan: Plan, shown: Mapping[str, Any], record: Record) -> Iterator[str]:
    """The file as JSON with sorted keys, as far as the digest."""
    yield f'{{"ackplan_plan": {FORMAT}, "json": {{'
    for number, name in enumerate(sorted(shown)):
        yield f"{', ' * (number > 0)}{_text(name)}: {_text(shown[name])}"
    yield '}, "plan": {"changes": ['
    for number, change in enumerate(plan.changes):
        yield f"{', ' * (number > 0)}{_text(encode_change(change))}"
    yield f'], {_text(_apart_from_changes(plan)).removeprefix("{")}, "record": {{"clusters": {{'
    for number, name in enumerate(sorted(record.clusters)):
        yield f"{', ' * (number > 0)}{_text(name)}: {_text(encode_cluster(record.clusters[name]))}"
    apart = as_data(dataclasses.replace(record, clusters={}))
    yield f"}}, {_text({key: value for key, value in apart.items() if key != 'clusters'}).removeprefix('{')}"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def sealed(text: str) -> str:
    """The text of a JSON object with the digest of every byte before it as its last key."""
    text = text.removesuffix("}")
    return text + _seal(_digest(text))


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
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Failure(_not_a_plan(file, "it is not JSON")) from None
    if not isinstance(document, dict) or "ackplan_plan" not in document:
        raise Failure(_not_a_plan(file, "it was not written by ackplan plan --out"))
    if document["ackplan_plan"] is True or document["ackplan_plan"] not in _READ:
        raise Failure(of_another_version(f"format {document['ackplan_plan']!r}, this ackplan reads {FORMAT}"))
    if not whole:
        raise Failure(error("ACK6003", "Plan file was altered", f"{file} does not match its own digest", "Plan again"))
    try:
        return _content(document, untrusted.digest(document["sha256"]))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        raise Failure(_not_a_plan(file, f"{type(fault).__name__} in it")) from None


def _content(document: Mapping[str, Any], digest: str) -> PlanFile:
    plan, shown = decode(document["plan"]), untrusted.mapping(document["json"])
    plan = _with_desired(plan)
    if document["ackplan_plan"] == 1:
        return PlanFile(plan, shown, None, digest)
    for pinned in (plan.pins.record, plan.pins.spec_digest, *plan.pins.spec_files.values()):
        untrusted.digest(pinned)
    record = decode_data(document["record"])
    return PlanFile(_with_recorded(plan, record), shown, record, digest)


def _with_desired(plan: Plan) -> Plan:
    """The plan with what the spec wants, as far as an old file tells: the parameters that the clusters will have."""
    if plan.mode != "normal":
        return plan
    wanted = (c if c.after is None else replaced(c, desired=_wanted(c, c.after)) for c in plan.changes)
    return dataclasses.replace(plan, changes=tuple(wanted))


def _wanted(change: Change, after: Mapping[str, Any]) -> Wanted:
    return Wanted(change.cluster, change.kind, after, {}, {}, {"": Span("", 1, 1)}, depends_on=change.depends_on)


def _with_recorded(plan: Plan, record: Record) -> Plan:
    """The plan with what the record that it was made on has of its clusters."""
    changes = (replaced(change, recorded=record.clusters.get(change.cluster)) for change in plan.changes)
    return dataclasses.replace(plan, changes=tuple(changes))


def of_another_version(detail: str) -> Diagnostic:
    return error("ACK6002", "Plan file of another version", detail, "Plan again")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def _not_a_plan(file: str, why: str) -> Diagnostic:
    return error("ACK6001", "Not a plan file", f"{file}: {why}", "Make one: ackplan plan --out FILE")


def encode(plan: Plan) -> dict[str, Any]:
    return {**_apart_from_changes(plan), "changes": [encode_change(change) for change in plan.changes]}


def _apart_from_changes(plan: Plan) -> dict[str, Any]:
    return {
        "mode": plan.mode,
        "unmanaged": plan.unmanaged,
        "pins": {
            "lineage": plan.pins.lineage,
            "serial": plan.pins.serial,
            "spec_digest": plan.pins.spec_digest,
            "live": dict(plan.pins.live),
            "spec_files": dict(plan.pins.spec_files),
            "spec_paths": list(plan.pins.spec_paths),
            "workspace": plan.pins.workspace,
            "record": plan.pins.record,
            "world": encode_world(plan.pins.world),
        },
        "diagnostics": [encode_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
        "policies": [encode_judged(judged) for judged in plan.policies],
        "narrowed": list(plan.narrowed),
        "left_out": [encode_left_out(left) for left in plan.left_out],
    }


def decode(data: Mapping[str, Any]) -> Plan:
    """The plan in `data`. Raises LookupError, TypeError, ValueError or ArithmeticError for what is not one."""
    pins = data["pins"]
    plan = Plan(
        mode=_mode(data["mode"]),
        changes=tuple(decode_change(entry) for entry in data["changes"]),
        pins=Pins(
            untrusted.text(pins["lineage"]),
            untrusted.whole(pins["serial"]),
            untrusted.text(pins["spec_digest"]),
            {untrusted.text(k): untrusted.text(v) for k, v in pins["live"].items()},
            {untrusted.text(k): untrusted.text(v) for k, v in pins["spec_files"].items()},
            untrusted.texts(pins["spec_paths"]),
            untrusted.text(pins.get("workspace", "default")),
            decode_world(pins.get("world")),
            untrusted.text(pins.get("record", "")),
        ),
        unmanaged=untrusted.whole(data["unmanaged"]),
        diagnostics=tuple(decode_diagnostic(entry) for entry in data["diagnostics"]),
        policies=tuple(decode_judged(entry) for entry in data.get("policies", ())),
        narrowed=untrusted.texts(data.get("narrowed", [])),
        left_out=tuple(decode_left_out(entry) for entry in data.get("left_out", ())),
    )
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Raises ValueError for steps that could not have been planned: unknown needs, circles, calls of another kind."""
    from ackplan.plan import graph

    steps = plan.steps
    ids = {step.id for step in steps}
    if len(ids) != len(steps) or any(need not in ids for step in steps for need in step.needs):
        raise ValueError("step ids")
    graph.order(graph.build(steps))
    for change in plan.changes:
        for step in change.steps:
            called = step.call.operation if step.call else ""
            known = {"", change.cluster_id, change.live.cluster.cluster_id if change.live else ""}
            if step.cluster_id not in known:
                raise ValueError("steps of another cluster")
            if step.cluster != change.cluster or called != step.traits.operation:
                raise ValueError("steps and calls")


def _mode(value: Any) -> str:
    if value not in MODES:
        raise ValueError("mode")
    return str(value)
