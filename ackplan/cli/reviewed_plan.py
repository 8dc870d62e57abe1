"""Whether a plan made now is the one that was reviewed: `plan --same-as`, and an apply that is approved by that."""

from __future__ import annotations

from ackplan.core.diagnostics import Failure, error
from ackplan.plan.equality import parted
from ackplan.plan.model import Plan


def check_same(reviewed: Plan, plan: Plan, file: str) -> None:
    """Raises Failure where the plan does anything else than the one in `file`."""
    apart = "; ".join(parted(reviewed, plan))
    if apart:
        raise Failure(error("ACK3085", file=file, differences=apart))


class SamePlan:
    """Approves the plan that was reviewed, and no other one."""

    def __init__(self, reviewed: Plan, file: str) -> None:
        self._reviewed = reviewed
        self._file = file

    def approve(self, plan: Plan) -> None:
        check_same(self._reviewed, plan, self._file)
