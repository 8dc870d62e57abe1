"""How a record came to be what it is: its versions, and what set each apart from the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the record. `where` is a commit, `now` or `backup`; `clusters` are digests, by name.

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
