"""The embedded ACK API: a simulated account behind the same HTTP interface, for any client, on loopback.

It shares nothing with the rest of ackplan but the schema files, which it reads as data: one bug must not be able to
satisfy both sides.

    async with serve(SimulatorConfig(time_scale=600)) as running:
        ...  # any ACK client with the endpoint running.url and the key pair sandbox:sandbox
"""

from __future__ import annotations

from ackplan.simulator.call_log import Call
from ackplan.simulator.clock import Clock, SystemClock, VirtualClock
from ackplan.simulator.config import SimulatorConfig
from ackplan.simulator.server import SIMULATOR, Running, Simulator, make_app, serve
from ackplan.simulator.traits import Traits
from ackplan.simulator.world import World

__all__ = [
    "SIMULATOR",
    "Call",
    "Clock",
    "Running",
    "Simulator",
    "SimulatorConfig",
    "SystemClock",
    "Traits",
    "VirtualClock",
    "World",
    "make_app",
    "serve",
]
