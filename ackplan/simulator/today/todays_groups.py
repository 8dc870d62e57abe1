"""All calls on today's clusters."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.simulator.group import Group
from ackplan.simulator.today import log_settings, reshaping, surroundings, tagging

TODAY: Sequence[Group] = (reshaping.GROUP, log_settings.GROUP, tagging.GROUP, surroundings.GROUP)
