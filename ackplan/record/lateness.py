"""How long a call that was written down may take to show its effect."""

from __future__ import annotations

from ackplan.core.aims import Grown, Joined
from ackplan.record.journal import InFlight

# How long after it was sent a call may take effect and show, in seconds: its sender may have died with it on the way,
# behind a gateway, before a list that lags, and with a clock that was a little off.
LATEST = 120.0
# The same of a call that was accepted, where no task tells more: that long a step waits for it as well.
ACCEPTED = 1800.0


def left(call: InFlight, now: float) -> float:
    """How many seconds after `now` (since 1970) a call may take effect yet; 0 where it is not known when it was sent.

    It was written down on another machine, maybe: where that clock was ahead, no more is believed than can be.
    """
    at = call.facts.sent_at
    span = LATEST if not call.answered else ACCEPTED if isinstance(call.aim, Grown | Joined) else 0.0
    return min(max(at + span - now, 0.0), span) if at is not None else 0.0
