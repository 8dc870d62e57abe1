"""Imported by a process, its clock is off by the seconds that CLOCK_OFF says, but for the dates of signed requests."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from ackplan.adapters.local import clock

_OFF = float(os.environ["CLOCK_OFF"])
_time, _now = time.time, clock.now
time.time = lambda: _time() + _OFF
clock.now = lambda: _now() + timedelta(seconds=_OFF)
