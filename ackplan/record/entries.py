"""The entries of a journal as JSON data and back. Reading trusts nothing: a stranger could bring a journal along.

The facts of a call have the keys of all calls, empty where they mean nothing for its own. What an earlier version did
not write is not known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ackplan.core.aims import AIMS, Aim, instances_of, size_of
from ackplan.core.call import Pinned
from ackplan.core.resource import Kinds
from ackplan.record.codec import decode_cluster, encode_cluster
from ackplan.record.journal import Entry, Facts, Leftover, Phase, RunHead

_COUNTS = ("workers_before", "workers_after", "masters")


def encode_data(entry: Entry) -> dict[str, Any]:
    """What an entry says apart from the record: the facts of its call, or how its step ended."""
    data = _facts(entry.facts) if entry.facts.aim is not None else {}
    if entry.phase is Phase.ANSWER or entry.facts.request_id or entry.facts.task_id:
        data |= {"request_id": entry.facts.request_id, "task_id": entry.facts.task_id}
    if entry.error:
        data["error"] = entry.error
    if entry.recovered:
        data["recovered"] = True
    return data


def _facts(facts: Facts) -> dict[str, Any]:
    size = size_of(facts.aim)
    named = {"aim": facts.aim.operation} if facts.call and facts.aim else {}
    return named | {
        "operation": facts.operation,
        "workers_before": size.before if size else None,
        "workers_after": size.after if size else None,
        "masters": size.masters if size else 0,
        "instances": list(instances_of(facts.aim)),
        "entry": encode_cluster(facts.after) if facts.after else None,
        "at": facts.sent_at,
    }


def decode_entry(
    where: tuple[str, str, str],
    phase: str,
    data: Any,
    after: Any,
    *,
    removed: bool = False,
    kinds: Kinds,
) -> Entry:
    """An entry of `where`: run, step and cluster. Raises ValueError for one that no run writes."""
    if not isinstance(data, dict) or not all(isinstance(text, str) for text in where):
        raise ValueError("an entry has the wrong shape")
    return Entry(
        *where,
        Phase(phase),
        decode_facts(where[-1], data, kinds),
        None if after is None else decode_cluster(where[-1], after, kinds),
        removed=removed,
        error=str(data.get("error", "")),
        recovered=data.get("recovered") is True,
    )


def decode_facts(cluster: str, data: Mapping[str, Any], kinds: Kinds) -> Facts:
    """The facts of a call to this cluster. Raises ValueError."""
    instances, at, after = data.get("instances") or [], data.get("at"), data.get("entry")
    right = (
        all(isinstance(data.get(name, ""), str) for name in ("operation", "aim")),
        isinstance(instances, list) and all(isinstance(instance, str) for instance in instances),
        all(isinstance(data.get(name), int | None) for name in _COUNTS),
        isinstance(at, int | float | None),
        all(isinstance(data.get(name), str | None) for name in ("request_id", "task_id")),
    )
    if not all(right):
        raise ValueError("the facts of a call have the wrong shape")
    return Facts(
        _aim(data.get("aim") or data.get("operation", ""), _size(data), tuple(instances)),
        None if after is None else decode_cluster(cluster, after, kinds),
        at,
        data.get("request_id") or "",
        data.get("task_id"),
        data["operation"] if data.get("aim") and data.get("operation") else "",
    )


def _size(data: Mapping[str, Any]) -> Pinned | None:
    before, after, masters = (data.get(name) for name in _COUNTS)
    return Pinned(before, after, masters or 0) if before is not None and after is not None else None


def _aim(operation: str, size: Pinned | None, instances: tuple[str, ...]) -> Aim | None:
    """None for the call of another version, or one of which is not told enough."""
    aim = AIMS.get(operation)
    return aim.of(size, instances) if aim else None


def entry_text(entry: Entry) -> str:
    """An entry as one line of JSON."""
    after = encode_cluster(entry.entry) if entry.entry is not None else None
    where = {"run": entry.run, "step": entry.step, "cluster": entry.name, "phase": entry.phase.value}
    return json.dumps(where | {"data": encode_data(entry), "entry": after, "removed": entry.removed})


def entry_of(text: str | bytes, kinds: Kinds) -> Entry:
    """The entry of such a line. Raises ValueError for what no run writes."""
    match json.loads(text):
        case {"run": run, "step": step, "cluster": cluster, "phase": phase, "data": data, "entry": after} as fields:
            removed = fields.get("removed") is True
            return decode_entry((run, step, cluster), phase, data, after, removed=removed, kinds=kinds)
    raise ValueError("an entry has the wrong shape")


def head_text(head: RunHead) -> str:
    """The head of a run as JSON."""
    return json.dumps(asdict(head))


def digest_of(leftover: Leftover) -> str:
    """Tells what one run left from what another did, or the same later on; empty where nothing is left."""
    if leftover.head is None:
        return ""
    lines = (head_text(leftover.head), *map(entry_text, leftover.entries))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def head_of(text: str | bytes) -> RunHead:
    """The head of such a text. Raises ValueError."""
    match json.loads(text):
        case {"id": str(run), "plan": str(plan), "lineage": str(lineage), "serial": int(serial), "record": str(record)}:
            return RunHead(run, plan, lineage, serial, record)
    raise ValueError("the run has the wrong shape")
