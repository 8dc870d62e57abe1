"""Notes about a workspace, as JSON: the last drift check, the last run, and each plan file that the store keeps.

They are for people: nothing is decided by them, and whoever may write to a store could bring one along. No secret is in
one; what is too much is cut off and counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final, TypeVar

from ackplan.core.json_types import Json, JsonObject
from ackplan.record.codec import MAX_SERIAL

MAX_NOTE: Final = 256 * 1024
# How many notes are read at once: of a workspace, those of plan files.
MOST_NOTES: Final = 50
CHECK: Final = "check"
RUN: Final = "run"
_VERSION: Final = 1
_LONGEST: Final = 500
_LONGEST_VALUE: Final = 120
_MOST_CLUSTERS, _MOST_PARAMETERS = 1000, 40
_ELLIPSIS = "…"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a note: `user@host`, and where the CI job can be looked at."""

    who: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """The record that something was made on: its lineage, serial and the digest of its content."""

    lineage: str = ""
    serial: int = 0
    record: str = ""


@dataclass(frozen=True, slots=True)
class MovedParameter:
    """A parameter whose live value is not the recorded one, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DriftedCluster:
    """What moved of a cluster outside of ackplan. `notes` are about attached instances."""

    name: str
    gone: bool = False
    moved: tuple[MovedParameter, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """What a drift check saw. `complete`: it looked at all that is recorded. `looked` counts what it looked at.

    `total` counts what drifted, of which `drifted` may be a part.
    """

    author: Author
    basis: Basis
    complete: bool
    looked: int
    total: int
    drifted: tuple[DriftedCluster, ...] = ()


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a run ended: by its exit code, and how many of its steps were done, failed and not begun."""

    author: Author
    run: str
    what: str
    started: str
    ended: str
    exit: int
    done: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class PlanNote:
    """A plan file that the store keeps under `digest`: how many changes it has of each action, and of those refused."""

    author: Author
    basis: Basis
    digest: str
    mode: str
    complete: bool
    actions: Mapping[str, int] = field(default_factory=dict)
    blocked: int = 0


def plan_name(serial: int, digest: str = "") -> str:
    """What the note of a plan file is called that was made on a record of this serial; without a digest: its begin."""
    return f"plan-{serial:016d}-{digest[:16]}"


def encode_note(note: DriftCheck | LastRun | PlanNote) -> bytes:
    """The note as JSON, of which no part is longer than what is read back."""
    if isinstance(note, DriftCheck):
        return _encode_check(note)
    return _text(asdict(note))


def _text(fields: Mapping[str, object]) -> bytes:
    return json.dumps({"version": _VERSION, **fields}, separators=(",", ":")).encode()


def _encode_check(check: DriftCheck) -> bytes:
    """As many of its clusters as there is room for."""
    drifted = tuple(_short(cluster) for cluster in check.drifted[:_MOST_CLUSTERS])
    while len(data := _text(asdict(replace(check, drifted=drifted)))) > MAX_NOTE:
        drifted = drifted[: len(drifted) // 2]
    return data


def _short(cluster: DriftedCluster) -> DriftedCluster:
    moved = tuple(
        MovedParameter(_cut(each.name), _cut(each.before, _LONGEST_VALUE), _cut(each.after, _LONGEST_VALUE))
        for each in cluster.moved[:_MOST_PARAMETERS]
    )
    notes = tuple(_cut(note, _LONGEST_VALUE) for note in cluster.notes[:_MOST_PARAMETERS])
    return DriftedCluster(_cut(cluster.name), cluster.gone, moved, notes)


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + _ELLIPSIS


# Reading


def decode_check(data: bytes) -> DriftCheck | None:
    """The check in a note; None for what is none."""
    return _decoded(data, _check)


def decode_run(data: bytes) -> LastRun | None:
    """The run in a note; None for what is none."""
    return _decoded(data, _run)


def decode_plan(data: bytes) -> PlanNote | None:
    """The plan file in a note; None for what is none."""
    return _decoded(data, _plan)


def _decoded(data: bytes, of: Callable[[JsonObject], T]) -> T | None:
    if len(data) > MAX_NOTE:
        return None
    try:
        fields = json.loads(data)
        return of(fields) if isinstance(fields, dict) and fields.get("version") == _VERSION else None
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _check(fields: JsonObject) -> DriftCheck:
    drifted = tuple(_cluster(_object(each)) for each in _list(fields["drifted"])[:_MOST_CLUSTERS])
    total = max(_whole(fields["total"]), len(drifted))
    return DriftCheck(
        _author(fields), _basis(fields), fields["complete"] is True, _whole(fields["looked"]), total, drifted
    )


def _cluster(fields: JsonObject) -> DriftedCluster:
    moved = tuple(
        MovedParameter(_word(each["name"]), _word(each["before"]), _word(each["after"]))
        for each in map(_object, _list(fields["moved"])[:_MOST_PARAMETERS])
    )
    notes = tuple(_word(note) for note in _list(fields["notes"])[:_MOST_PARAMETERS])
    return DriftedCluster(_word(fields["name"]), fields["gone"] is True, moved, notes)


def _run(fields: JsonObject) -> LastRun:
    run, what, started, ended = (_word(fields[name]) for name in ("run", "what", "started", "ended"))
    code, *counts = (_whole(fields[name]) for name in ("exit", "done", "failed", "skipped"))
    return LastRun(_author(fields), run, what, started, ended, code, *counts)


def _plan(fields: JsonObject) -> PlanNote:
    counts = dict(_counts(_object(fields["actions"])))
    digest, mode = _word(fields["digest"]), _word(fields["mode"])
    blocked = _whole(fields["blocked"])
    return PlanNote(_author(fields), _basis(fields), digest, mode, fields["complete"] is True, counts, blocked)


def _counts(fields: JsonObject) -> Iterator[tuple[str, int]]:
    for name, number in list(fields.items())[:_MOST_PARAMETERS]:
        yield _word(name), _whole(number)


def _author(fields: JsonObject) -> Author:
    author = _object(fields["author"])
    return Author(_word(author["who"]), _word(author["job"]))


def _basis(fields: JsonObject) -> Basis:
    basis = _object(fields["basis"])
    return Basis(_word(basis["lineage"]), _whole(basis["serial"]), _word(basis["record"]))


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError("an object is expected")
    return value


def _list(value: Json) -> Sequence[Json]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def _word(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return _cut(value)


def _whole(value: Json) -> int:
    if type(value) is not int or not 0 <= value <= MAX_SERIAL:
        raise TypeError("a number is expected")
    return value
