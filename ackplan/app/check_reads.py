"""Reads what the API's own checks say of the upgrades of a plan, or has it check anew where that was asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ackplan.app.observe import Observer, together
from ackplan.core.upgrade_check import UpgradeCheck
from ackplan.execute.ports import ApiError
from ackplan.plan.upgrade_route import UpgradeRoute
from ackplan.resources.cluster.precheck import latest_check
from ackplan.resources.cluster.upgrades import Upgrading

_REFUSED: Final = frozenset({401, 403, 404})


async def read_checks(
    looking: Observer, upgrading: Mapping[str, Upgrading], routes: Mapping[str, UpgradeRoute]
) -> dict[str, UpgradeCheck]:
    """The last check of each cluster that is upgraded, by its name; none of one that was not checked.

    Nor of one whose checks may not be read: it is checked before the upgrade all the same. Raises ApiError.
    """
    ways = {name: route.steps for name, route in routes.items() if route.steps}
    checks = await together(_read(looking, name, upgrading[name], steps[0]) for name, steps in ways.items())
    return {name: check for name, check in zip(ways, checks, strict=True) if check is not None}


async def _read(looking: Observer, name: str, upgrading: Upgrading, version: str) -> UpgradeCheck | None:
    home = upgrading.live.cluster_id, upgrading.live.region_id
    try:
        check = await (
            looking.checker.check(name, home, version) if looking.checker else latest_check(looking.api, home)
        )
    except ApiError as fault:
        if looking.checker is not None or fault.http_status not in _REFUSED:
            raise
        return None
    return dataclasses.replace(check, age=_age(check, looking.clock.wall())) if check is not None else None


def _age(check: UpgradeCheck, now: float) -> float | None:
    """How long ago it ended, in seconds; None where that is not told."""
    try:
        return max(0.0, now - datetime.fromisoformat(check.finished_at).timestamp())
    except ValueError:
        return None
