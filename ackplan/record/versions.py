"""How a record came to be what it is: its versions, and what set each apart from the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class RecordText:
    """One version of the record as it is kept: where, its text as far as it can be read, and what wrote it.

    `where` is a commit, a serial, `now` or `backup`; `job` where the CI job can be looked at that wrote it.
    """

    where: str
    data: bytes | None
    when: str = ""
    who: str = ""
    what: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of the record is. `clusters` are digests, by name.

    A version that can't be read, as one that was never merged, has no serial.
    """

    where: str
    when: str = ""
    who: str = ""
    subject: str = ""
    serial: int | None = None
    clusters: Mapping[str, bytes] = field(default_factory=dict)


def changes(newer: Version, older: Version) -> str:
    """What the newer one has (+), lacks (-) and has otherwise (~)."""
    names = sorted({*newer.clusters, *older.clusters})
    marked = []
    for name in names:
        if name not in older.clusters:
            marked.append(f"+{name}")
        elif name not in newer.clusters:
            marked.append(f"-{name}")
        elif newer.clusters[name] != older.clusters[name]:
            marked.append(f"~{name}")
    return " ".join(marked)


def version_of(text: RecordText) -> Version:
    """Reads no more than serial and clusters: a version of an older format is one all the same."""
    nothing = Version(text.where, text.when, text.who, f"{text.what} {text.job}".strip())
    try:
        document = json.loads(text.data or b"")
        serial, clusters = document["serial"], document["clusters"]
        digests = {name: _digest(value) for name, value in clusters.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return nothing
    return replace(nothing, serial=serial, clusters=digests) if isinstance(serial, int) else nothing


def _digest(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
