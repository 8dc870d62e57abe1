"""How much of a run may go on at once. Light: every command that tells how long a plan takes needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`parallelism`: steps at work at once; one that only waits for the cloud does not count.

    `fail_fast`: after a failure nothing new is started. `rate`: calls a second that estimates count, 0: as many as it
    likes. Unless it was chosen the client adapts its pace, and this is a guess at what it comes to.
    """

    parallelism: int = 32
    fail_fast: bool = False
    rate: float = 100.0


USUAL = Limits()
