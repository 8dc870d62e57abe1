"""What the API offers of something inside of a cluster, as far as a plan has asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """`actions` is what can be done to it, `versions` are those that it can be brought to; empty where nothing is told.

    `complete`: the API was asked for versions and told all that there are.
    """

    actions: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    complete: bool = False
