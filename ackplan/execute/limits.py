"""How much of a run may go on at once. Light: every command that tells how long a plan takes needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`parallelism`: steps at work at once; one that only waits for the cloud does not count.

    `fail_fast`: after a failure nothing new is started. `rate`: calls a second, 0: as many as it likes; the client
    keeps to it, estimates count it.
    """

    parallelism: int = 32
    fail_fast: bool = False
    rate: float = 20.0


USUAL = Limits()
