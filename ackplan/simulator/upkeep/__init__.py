"""Calls of today's API that keep a cluster up: tasks, upgrades, add-ons, checks, kubeconfigs."""

from __future__ import annotations

from collections.abc import Sequence

from ackplan.simulator.group import Group
from ackplan.simulator.upkeep.addon_calls import ADDONS
from ackplan.simulator.upkeep.addon_catalogue import CATALOGUE
from ackplan.simulator.upkeep.addon_instances import INSTANCES
from ackplan.simulator.upkeep.addon_progress import ADDON_PROGRESS
from ackplan.simulator.upkeep.checking import CHECKS
from ackplan.simulator.upkeep.kubeconfig_states import KUBECONFIGS
from ackplan.simulator.upkeep.pool_upgrading import POOL_UPGRADES
from ackplan.simulator.upkeep.task_calls import TASKS
from ackplan.simulator.upkeep.upgrading import UPGRADES
from ackplan.simulator.upkeep.version_table import VERSIONS

UPKEEP: Sequence[Group] = (
    *(TASKS, VERSIONS, UPGRADES, POOL_UPGRADES),
    *(CATALOGUE, INSTANCES, ADDONS, ADDON_PROGRESS),
    *(CHECKS, KUBECONFIGS),
)
