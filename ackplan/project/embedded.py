"""The embedded ACK API inside of a command: the sandbox, a rehearsal's private world, a server for others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from ackplan.core.diagnostics import Failure, error

if TYPE_CHECKING:
    from ackplan.adapters.ack.exchange import Answer, ApiCall
    from ackplan.simulator import Running
    from ackplan.simulator.clock import Clock as SimulatorClock


class EmbeddedSettings(TypedDict, total=False):
    """Those of `SimulatorConfig` that commands set."""

    db: Path | None
    time_scale: float
    seed: int
    access_keys: Mapping[str, str]
    faults: Path | None
    live: Mapping[str, object] | None
    clock: SimulatorClock


@contextlib.asynccontextmanager
async def embedded(port: int = 0, **settings: Unpack[EmbeddedSettings]) -> AsyncIterator[Running]:
    """A simulator on loopback as long as the block lasts; `settings` are those of `SimulatorConfig`.

    Raises Failure where it can't be set up so: a port that is taken, a file of faults or a world that is not one.
    """
    from ackplan.simulator import SimulatorConfig, serve

    async with contextlib.AsyncExitStack() as stack:
        try:
            running = await stack.enter_async_context(serve(SimulatorConfig(**settings), port=port))
        except (ValueError, OSError) as fault:
            raise Failure(error("ACK7001.fault", fault=fault)) from None
        yield running


class WithoutNetwork:
    """Carries calls to an embedded API as function calls. Faults of the API don't happen so."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def send(self, call: ApiCall, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Sends a request once; others who wait get their turn before its answer."""
        from ackplan.adapters.ack.exchange import Answer
        from ackplan.adapters.ack.signing import query_string
        from ackplan.simulator.request import incoming

        query = query_string(call.query)
        target = f"{call.path}?{query}" if query else call.path
        status, named, content = self._running.simulator.answer(
            incoming(call.method, target, headers.items(), body or b"")
        )
        await asyncio.sleep(0)
        return Answer(status, {name.lower(): value for name, value in named.items()}, content)
