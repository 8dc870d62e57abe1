"""The way from one version of Kubernetes to another: no minor version is left out, and none is gone back to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ackplan.core.kubernetes_version import is_newer, means, minor, numbers

# More steps than there have been minor versions between the first and the last.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class UpgradeRoute:
    """The versions that an upgrade goes over, the wanted one last; none where it can't be reached.

    `offered` are what could follow the last version that was reached.
    """

    current: str
    steps: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()


async def find_route(current: str, wanted: str, following: Callable[[str], Awaitable[Sequence[str]]]) -> UpgradeRoute:
    """The way from a version to the one that is wanted. `following` tells what may follow a version."""
    steps: list[str] = []
    at = current
    for _ in range(_LONGEST):
        offered = tuple(sorted(await following(at), key=numbers))
        step = next_step(at, wanted, offered)
        if step is None:
            return UpgradeRoute(current, (), offered)
        steps.append(step)
        if means(wanted, step):
            return UpgradeRoute(current, tuple(steps))
        at = step
    return UpgradeRoute(current)


def next_step(current: str, wanted: str, offered: Sequence[str]) -> str | None:
    """The version to go to next: the wanted one where it is offered, else the newest of the nearest minor version."""
    newer = [version for version in offered if numbers(version) > numbers(current)]
    there = [version for version in newer if means(wanted, version)]
    if there:
        return there[-1]
    between = [version for version in newer if not is_newer(version, wanted)]
    beyond = [version for version in between if minor(version) > minor(current)]
    nearest = min(map(minor, beyond), default=None)
    return next((version for version in reversed(beyond) if minor(version) == nearest), None)
