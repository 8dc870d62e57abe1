"""What `doctor` found, as values: each check with what it saw, and what is wrong with its cure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, error, has_errors, warning
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
    said = f"{len(plan.changes) - gone} of {len(plan.changes)} recorded ones are live; {plan.pins.world}"
    return Check("clusters", "" if faults else said, faults)


def clock_check(here: datetime, there: datetime | None) -> Check:
    """How far this machine's clock is from the endpoint's."""
    if there is None:
        return Check("clock", "the endpoint does not say what time it is there", skipped=True)
    seconds = round((here - there).total_seconds())
    said = (
        f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} the endpoint" if seconds else "as the endpoint's"
    )
    if abs(seconds) >= MOST_SKEW:
        return Check("clock", said, (error("ACK3090.too_far", said=said),))
    if abs(seconds) >= _MUCH_SKEW:
        return Check("clock", said, (warning("ACK3090.a_little", said=said),))
    return Check("clock", said)


def region_check(region: str, default: str) -> Check:
    """The region that calls name where no cluster does."""
    if not region:
        return Check("region", f"{default}, the default, in calls that name no cluster")
    if _REGION.fullmatch(region):
        return Check("region", f"{region}, in calls that name no cluster")
    return Check("region", region, (warning("ACK3091", region=region),))
