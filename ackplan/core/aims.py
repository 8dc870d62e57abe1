"""What a call in flight is to bring about: by this a later run tells, from what is live, whether it took effect.

`operation` names an aim in journals, and keeps its meaning for ever. `of` makes it of what a work or a journal tells:
None where that is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self, get_args

from ackplan.core.call import Pinned


class _Plain:
    """An aim that the record entry says all of."""

    @classmethod
    def of(cls, _size: Pinned | None, _instances: tuple[str, ...]) -> Self:
        return cls()


@dataclass(frozen=True, slots=True)
class Born(_Plain):
    """There is a resource of this name."""

    operation: ClassVar[str] = "create_cluster"


@dataclass(frozen=True, slots=True)
class Grown:
    """There are that many workers."""

    operation: ClassVar[str] = "scale_out"
    size: Pinned

    @classmethod
    def of(cls, size: Pinned | None, _instances: tuple[str, ...]) -> Self | None:
        return cls(size) if size else None


@dataclass(frozen=True, slots=True)
class Joined:
    """These instances are nodes."""

    operation: ClassVar[str] = "attach"
    instances: tuple[str, ...]

    @classmethod
    def of(cls, _size: Pinned | None, instances: tuple[str, ...]) -> Self:
        return cls(instances)


@dataclass(frozen=True, slots=True)
class Left:
    """These instances are no nodes any more; where workers are given up, there are that many."""

    operation: ClassVar[str] = "remove_nodes"
    instances: tuple[str, ...]
    size: Pinned | None = None

    @classmethod
    def of(cls, size: Pinned | None, instances: tuple[str, ...]) -> Self:
        return cls(instances, size)


@dataclass(frozen=True, slots=True)
class Modified(_Plain):
    """The resource has the parameters that are to be recorded."""

    operation: ClassVar[str] = "modify"


@dataclass(frozen=True, slots=True)
class Gone(_Plain):
    """The resource is there no more."""

    operation: ClassVar[str] = "delete_cluster"


Aim = Born | Grown | Joined | Left | Modified | Gone
AIMS: Mapping[str, type[Aim]] = {aim.operation: aim for aim in get_args(Aim)}


def size_of(aim: Aim | None) -> Pinned | None:
    return aim.size if isinstance(aim, Grown | Left) else None


def instances_of(aim: Aim | None) -> tuple[str, ...]:
    return aim.instances if isinstance(aim, Joined | Left) else ()
