"""Rehearses a plan: all of apply, in virtual time, against a private world that begins as the plan saw the real one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ackplan.execute.context import Ports
from ackplan.execute.executor import Executor
from ackplan.execute.limits import Limits
from ackplan.execute.outcomes import Event, Result, Run
from ackplan.execute.ports import Api
from ackplan.execute.virtual import VirtualClock
from ackplan.plan.model import Plan
from ackplan.record.journal import Entry


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal went. Times of `result` are virtual seconds; `started` is when it began on that clock."""

    plan: Plan
    result: Result
    started: float


class _Memory:
    """A journal that forgets: nothing of a rehearsal is kept."""

    async def write(self, entry: Entry) -> None:
        """Takes an entry, and lets it go."""


class _Placeholder:
    """Stands in for every secret: a rehearsal reads none."""

    def read(self, reference: Mapping[str, Any]) -> str:  # noqa: ARG002 - part of the protocol
        return "Rehearsal-0"


def world(plan: Plan) -> dict[str, Any]:
    """The live state that the plan saw of its clusters, as the simulator takes it."""
    return {"clusters": [dict(change.seen) for change in plan.changes if change.seen]}


async def rehearse(
    plan: Plan, api: Api, clock: VirtualClock, limits: Limits, tell: Callable[[Event], None]
) -> Rehearsal:
    """Runs every step against `api`, which must be a private world on the same `clock`."""
    ports = Ports(api, clock, _Memory(), _Placeholder(), tell)
    driver = asyncio.create_task(clock.drive())
    started = clock.now()
    try:
        result = await Executor(ports, limits, Run("rehearsal")).run(plan.steps)
    finally:
        driver.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await driver
    return Rehearsal(plan, result, started)
