"""How a simulator is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ackplan.simulator.clock import Clock, SystemClock
from ackplan.simulator.traits import GUIDE, Traits


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """Every setting has a default that makes a simulator in memory for the key pair `sandbox:sandbox`.

    `db`: the file that keeps the world; None for memory. `time_scale`: how much faster operations run; 600 makes ten
    minutes one second. `seed`: the same seed and calls give the same names and durations.

    `access_keys`: secrets by access key id. `security_tokens`: the token that calls with a key must carry, by key id;
    a key without one takes calls with any token or none.

    `traits`: what sources say differently of the API (see `traits`); a file of faults may say it too.

    `faults`: a file, or a decoded document (see `faults`). `live`: a world to begin with (see `seeding`); it is loaded
    only where no cluster is there yet.

    `clock` drives the world. `request_clock` is what dates of requests are compared with; it stays the machine's own
    unless told otherwise, so that tests may move the world's clock and still be called by real clients.
    """

    db: Path | None = None
    time_scale: float = 1.0
    seed: int = 0
    access_keys: Mapping[str, str] = field(default_factory=lambda: {"sandbox": "sandbox"}, repr=False)
    security_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: Path | Mapping[str, object] | None = None
    live: Mapping[str, object] | None = None
    traits: Traits = GUIDE
    max_clusters: int = 10_000
    max_workers: int = 300
    clock: Clock = field(default_factory=SystemClock)
    request_clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        if not 0 < self.time_scale < float("inf"):
            raise ValueError("time_scale is a number above 0")
