"""What `doctor` found, as values: each check with what it saw, and what is wrong with its cure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, error, has_errors, warning
from ackplan.core.language import phrase, spoken
from ackplan.plan.model import Plan

# The API refuses a signature that is this much older or newer than its own clock, in seconds.
MOST_SKEW: Final = 15 * 60
_MUCH_SKEW: Final = 60
_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)+")


class CheckStatus(enum.Enum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `said` is what was seen, or why it was not looked at."""

    name: str
    said: str = ""
    findings: tuple[Diagnostic, ...] = ()
    skipped: bool = False

    @property
    def status(self) -> CheckStatus:
        if self.skipped:
            return CheckStatus.SKIPPED
        if has_errors(self.findings):
            return CheckStatus.FAILED
        return CheckStatus.WARNING if self.findings else CheckStatus.OK


def failed(checks: Iterable[Check]) -> bool:
    return any(check.status is CheckStatus.FAILED for check in checks)


def fleet_told(plan: Plan) -> Check:
    """Whether the recorded and wanted clusters are live as such, each once; `plan` is one of a refresh."""
    told = (*plan.diagnostics, *(fault for change in plan.changes for fault in change.blocked))
    faults = tuple(finding for finding in told if finding.is_error)
    gone = sum(change.action is Action.FORGET for change in plan.changes)
    live, most = len(plan.changes) - gone, len(plan.changes)
    world = spoken(str(plan.pins.world))
    said = phrase("{live} of {most} recorded ones are live; {world}", live=live, most=most, world=world)
    return Check("clusters", "" if faults else said, faults)


def clock_check(here: datetime, there: datetime | None) -> Check:
    """How far this machine's clock is from the endpoint's."""
    if there is None:
        return Check("clock", phrase("the endpoint does not say what time it is there"), skipped=True)
    seconds = round((here - there).total_seconds())
    words = "{seconds} s ahead of the endpoint" if seconds > 0 else "{seconds} s behind the endpoint"
    said = phrase(words, seconds=abs(seconds)) if seconds else phrase("as the endpoint's")
    if abs(seconds) >= MOST_SKEW:
        return Check("clock", said, (error("ACK3090.too_far", said=said),))
    if abs(seconds) >= _MUCH_SKEW:
        return Check("clock", said, (warning("ACK3090.a_little", said=said),))
    return Check("clock", said)


def region_check(region: str, default: str, origin: str, of_spec: Sequence[str]) -> Check:
    """The region that calls name where no cluster does, and those of the spec's clusters.

    `origin` is the option or the variable that says it.
    """
    theirs = phrase("; the spec's clusters are in {regions}", regions=", ".join(of_spec)) if of_spec else ""
    if not region:
        said = phrase("{region} in calls that name no cluster: the default", region=default)
        return Check("region", said + theirs)
    said = phrase("{region} in calls that name no cluster: from {origin}", region=region, origin=origin) + theirs
    return Check("region", said, () if _REGION.fullmatch(region) else (warning("ACK3091", region=region),))
