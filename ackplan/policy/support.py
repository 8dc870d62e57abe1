"""Until when versions of Kubernetes are supported, as far as that was looked at, for whoever judges a plan by it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VersionSupport:
    """The version that a cluster will have after a plan, the last day of its support, and what it can be upgraded to.

    `ends` is None where the API does not tell it.
    """

    version: str
    ends: datetime.date | None = None
    following: tuple[str, ...] = ()


Support = Mapping[str, VersionSupport]
"""By the name of the cluster; none of one whose version is not known before it is made."""
