"""The entries of a journal as JSON data and back. Reading trusts nothing: a stranger could bring a journal along.

The facts of a call have the keys of all calls, empty where they mean nothing for its own. What an earlier version did
not write is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackplan.core.aims import AIMS, Aim, instances_of, size_of
from ackplan.core.call import Pinned
from ackplan.core.resource import CLUSTER_KINDS, Kinds
from ackplan.record.codec import decode_cluster, encode_cluster
from ackplan.record.journal import Entry, Facts, Phase

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
    kinds: Kinds = CLUSTER_KINDS,
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


def decode_facts(cluster: str, data: Mapping[str, Any], kinds: Kinds = CLUSTER_KINDS) -> Facts:
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
