"""The embedded ACK API inside of a command: the sandbox, a rehearsal's private world, a server for others."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from ackplan.core.diagnostics import Failure, error

if TYPE_CHECKING:
    from ackplan.simulator import Running


@contextlib.asynccontextmanager
async def embedded(port: int = 0, **settings: Any) -> AsyncIterator[Running]:
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
