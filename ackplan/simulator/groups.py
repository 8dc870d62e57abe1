"""All groups of calls that are not the guide's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ackplan.simulator.group import Act, Born, End, Group, Sown
from ackplan.simulator.pools import pool_group
from ackplan.simulator.today.todays_groups import TODAY
from ackplan.simulator.upkeep import UPKEEP

GROUPS: Sequence[Group] = (pool_group.GROUP, *TODAY, *UPKEEP)

CHANGES: Mapping[str, Act] = {name: act for group in GROUPS for name, act in group.changes.items()}
READS: Mapping[str, Act] = {name: act for group in GROUPS for name, act in group.reads.items()}
ENDS: Mapping[str, End] = {name: end for group in GROUPS for name, end in group.ends.items()}
BORN: Sequence[Born] = [group.born for group in GROUPS if group.born]
SEEDS: Mapping[str, Sown] = {name: sown for group in GROUPS for name, sown in group.seeds.items()}
