"""Has the API check clusters before an upgrade, where a plan was asked to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ackplan.core.diagnostics import Failure, error
from ackplan.core.upgrade_check import UpgradeCheck
from ackplan.execute.ports import Api, Clock
from ackplan.resources.cluster.precheck import begin_check, look_at_check

_EVERY: Final = 2.0
_LONGEST: Final = 900.0


@dataclass(frozen=True, slots=True)
class Checker:
    """Begins checks, and waits for them. `pause` is in seconds, between two looks."""

    api: Api
    clock: Clock
    pause: float = _EVERY

    async def check(self, name: str, home: tuple[str, str], version: str) -> UpgradeCheck:
        """A new check of a cluster, once it has ended. Raises ApiError, and Failure where it does not end."""
        check_id = await begin_check(self.api, home, version)
        begun = self.clock.now()
        while True:
            check = await look_at_check(self.api, home, check_id)
            if check is not None:
                return check
            if self.clock.now() - begun > _LONGEST:
                raise Failure(error("ACK2041", check=check_id, cluster=name))
            await self.clock.sleep(self.pause)
