"""What the API's own check of a cluster before an upgrade found (GetClusterCheck).

Its items are an object of lists, which the client leaves open; a finding says its level and its message beside each
other, or has `{"Level": {LEVEL: {"Message", "Targets"}}}` (assumed). Nothing of either is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ackplan.core.diagnostics import printable
from ackplan.core.json_types import Json, JsonObject

ENDED: Final = frozenset({"succeeded", "success", "failed", "fail"})
# What stops an upgrade, in the words of findings; anything else is said, and does not.
_GRAVE: Final = frozenset({"error", "critical", "fatal"})
_QUIET: Final = frozenset({"", "normal", "advice"})
_MOST, _LONGEST = 1000, 300


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that a check found. `level` is a word of the API, in small letters."""

    level: str
    message: str

    @property
    def grave(self) -> bool:
        """Whether an upgrade would fail by it."""
        return self.level in _GRAVE

    def __str__(self) -> str:
        return f"{self.level}: {self.message}"


@dataclass(frozen=True, slots=True)
class UpgradeCheck:
    """A check that has ended: at `finished_at` as the API tells it, `age` seconds ago.

    `failed`: an upgrade would fail as well.
    """

    findings: tuple[CheckFinding, ...]
    failed: bool
    finished_at: str
    age: float | None = None

    @property
    def grave(self) -> tuple[CheckFinding, ...]:
        """What an upgrade would fail by."""
        return tuple(finding for finding in self.findings if finding.grave)


def ago(seconds: float) -> str:
    """An age in words: `45s`, `10m`, `3h`, `2d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def has_ended(answer: JsonObject) -> bool:
    """Whether a check, or an entry of their list, has come to its end."""
    return str(answer.get("status", "")).lower() in ENDED


def check_in(answer: Json) -> UpgradeCheck | None:
    """What an answer says; None while the check goes on.

    A check that has failed without a finding that says why is told by its message.
    """
    if not isinstance(answer, Mapping) or not has_ended(answer):
        return None
    findings = tuple(_findings(answer.get("check_items")))
    failed = str(answer.get("status")).lower().startswith("fail") or any(finding.grave for finding in findings)
    if failed and not any(finding.grave for finding in findings):
        findings = (CheckFinding("error", _short(answer.get("message")) or "the check failed"), *findings)
    return UpgradeCheck(findings, failed, _short(answer.get("finished_at")))


def _findings(groups: Json) -> Iterator[CheckFinding]:
    """Each finding that says something."""
    for items in list(groups.values())[:_MOST] if isinstance(groups, Mapping) else ():
        for item in items[:_MOST] if isinstance(items, list) else ():
            if isinstance(item, Mapping):
                yield from (each for each in _of_item(item) if each.level not in _QUIET and each.message)


def _of_item(item: JsonObject) -> Iterator[CheckFinding]:
    levels = item.get("Level")
    if isinstance(levels, Mapping):
        for level, inner in levels.items():
            if isinstance(inner, Mapping):
                yield CheckFinding(_short(level).lower(), _short(inner.get("Message")) + _targets(inner.get("Targets")))
    else:
        yield CheckFinding(_short(item.get("level")).lower(), _short(item.get("message")))


def _targets(targets: Json) -> str:
    """What it was found at, in brackets."""
    entries = targets[:_MOST] if isinstance(targets, list) else []
    names = [_short(each.get("Target")) for each in entries if isinstance(each, Mapping)]
    joined = ", ".join(filter(None, names))[:_LONGEST]
    return f" ({joined})" if joined else ""


def _short(value: Json) -> str:
    return printable(value[:_LONGEST]).strip() if isinstance(value, str) else ""
