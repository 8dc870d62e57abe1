"""What a call in flight is to bring about: by this a later run tells, from what is live, whether it took effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, assert_never

from ackplan.core.call import Pinned
from ackplan.core.work import Attach, Calling, Create, Delete, Detach, Modify, ScaleIn, ScaleOut


@dataclass(frozen=True, slots=True)
class Born:
    """There is a cluster of this name."""

    operation: ClassVar[str] = "create_cluster"


@dataclass(frozen=True, slots=True)
class Grown:
    """The cluster has that many workers."""

    operation: ClassVar[str] = "scale_out"
    size: Pinned


@dataclass(frozen=True, slots=True)
class Joined:
    """These instances are nodes of the cluster."""

    operation: ClassVar[str] = "attach"
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """These instances are no nodes any more; where workers are given up, the cluster has that many."""

    operation: ClassVar[str] = "remove_nodes"
    instances: tuple[str, ...]
    size: Pinned | None = None


@dataclass(frozen=True, slots=True)
class Modified:
    """The resource has the parameters that are to be recorded."""

    operation: ClassVar[str] = "modify"


@dataclass(frozen=True, slots=True)
class Gone:
    """The cluster is there no more."""

    operation: ClassVar[str] = "delete_cluster"


Aim = Born | Grown | Joined | Left | Modified | Gone


def aim_of(work: Calling) -> Aim:
    """What the call of a work is to bring about."""
    match work:
        case Create():
            return Born()
        case Attach(_, instances):
            return Joined(instances)
        case ScaleOut(_, size):
            return Grown(size)
        case Detach(_, instances):
            return Left(instances)
        case ScaleIn(_, size, instances):
            return Left(instances, size)
        case Modify():
            return Modified()
        case Delete():
            return Gone()
        case _:
            assert_never(work)


def size_of(aim: Aim | None) -> Pinned | None:
    return aim.size if isinstance(aim, Grown | Left) else None


def instances_of(aim: Aim | None) -> tuple[str, ...]:
    return aim.instances if isinstance(aim, Joined | Left) else ()
