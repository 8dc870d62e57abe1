"""What became of each cluster, told by the versions of the record: created, changed in these parameters, deleted.

Versions are read as far as they can be: one of an older format is one all the same, and one that is none is left out.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ackplan.core.address import parse_whole
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.values import ABSENT, Absent
from ackplan.record.versions import RecordText

Entries: TypeAlias = "Mapping[str, JsonObject]"
_ATTACHED = "attach"


class ClusterEvent(enum.Enum):
    """What a version of the record did to a cluster."""

    CREATED = "created"
    CHANGED = "changed"
    REPLACED = "replaced"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A parameter, or a key of ackplan's own, that is recorded with another value than before; either may be ABSENT."""

    name: str
    before: Json | Absent
    after: Json | Absent


@dataclass(frozen=True, slots=True)
class ClusterMove:
    """What a version did to one cluster. `secrets` are the names of parameters that are secrets."""

    name: str
    event: ClusterEvent
    parameters: tuple[RecordedMove, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A version without its text, and what sets it apart from the one before it.

    `is_first`: what was before it is not known.
    """

    text: RecordText
    serial: int
    moves: tuple[ClusterMove, ...] = ()
    is_first: bool = False


def record_changes(texts: Iterable[RecordText], newest: int) -> tuple[RecordChange, ...]:
    """The versions up to the serial `newest`, the newest first; of those with one serial the one that says by whom."""
    versions: dict[int, tuple[RecordText, Entries]] = {}
    for text in texts:
        content = _content(text.data)
        if content is None or content[0] > newest:
            continue
        serial, entries = content
        if serial not in versions or (text.when and not versions[serial][0].when):
            versions[serial] = replace(text, data=None), entries
    return tuple(reversed([*_compared(sorted(versions.items()))]))


def _content(data: bytes | None) -> tuple[int, Entries] | None:
    """The serial of a version, and what it records by short names; None for what is none."""
    try:
        document = json.loads(data or b"")
        serial, clusters, nested = document["serial"], document["clusters"], document.get("resources", {})
        entries = {name: entry for name, entry in clusters.items() if isinstance(entry, dict)}
        for address, entry in nested.items():
            if isinstance(entry, dict):
                entries[_short(address)] = entry
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return (serial, entries) if type(serial) is int and serial >= 0 else None


def _short(address: str) -> str:
    try:
        return parse_whole(address).short
    except ValueError:
        return address


def _compared(versions: Sequence[tuple[int, tuple[RecordText, Entries]]]) -> Iterator[RecordChange]:
    before: Entries | None = None
    for serial, (text, entries) in versions:
        if before is None and serial > 1:
            yield RecordChange(text, serial, is_first=True)
        else:
            yield RecordChange(text, serial, tuple(_moves(before or {}, entries)))
        before = entries


def _moves(before: Entries, after: Entries) -> Iterator[ClusterMove]:
    for name, entry in after.items():
        if name not in before:
            yield ClusterMove(name, ClusterEvent.CREATED)
        elif before[name] != entry and (move := _move(name, before[name], entry)):
            yield move
    for name in before:
        if name not in after:
            yield ClusterMove(name, ClusterEvent.DELETED)


def _move(name: str, before: JsonObject, after: JsonObject) -> ClusterMove | None:
    """None where no more than what ackplan notes for itself is another."""
    old, new = _values(before), _values(after)
    parameters = tuple(
        RecordedMove(key, old.get(key, ABSENT), new.get(key, ABSENT))
        for key in sorted({*old, *new})
        if old.get(key, ABSENT) != new.get(key, ABSENT)
    )
    ids = before.get("cluster_id"), after.get("cluster_id")
    if ids[0] != ids[1] and all(ids):
        return ClusterMove(name, ClusterEvent.REPLACED, parameters)
    return ClusterMove(name, ClusterEvent.CHANGED, parameters) if parameters else None


def _values(entry: JsonObject) -> dict[str, Json]:
    """What the spec says of a cluster, and what is attached to it."""
    parts = (entry.get("own"), entry.get("parameters"))
    values = {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
    attached = entry.get("attached")
    return {**values, _ATTACHED: attached} if attached else values
