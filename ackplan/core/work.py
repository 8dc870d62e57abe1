"""What can happen to a cluster, why, and which side moved; what a step does: a union of works, each with own fields.

All are closed: who reads them must know every member. A new work stands here, in the union, in the table of traits, and
where it is carried out.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ackplan.core.call import Call, Pinned


class Closed(enum.Enum):
    """A closed set. Its members are hashed by what they are, which enum does by a call for every look-up."""

    __hash__ = object.__hash__


class Action(Closed):
    """What a plan does with a cluster."""

    NOOP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    FORGET = "forget"
    RECORD = "record"


class Reason(Closed):
    """Why, apart from what: one action can have several causes, and they read differently to a reviewer."""

    NEW = "it is new in the spec"
    VANISHED = "it is recorded, but does not exist any more"
    SPEC_CHANGED = "the spec changed"
    DRIFTED = "the live cluster was changed outside of ackplan"
    SPEC_AND_DRIFT = "the spec changed, and the live cluster was changed outside of ackplan"
    CANNOT_UPDATE = "a parameter changed that can be set at creation only"
    REQUESTED = "you asked to replace it"
    REPLACED_WITH = "the cluster that it is inside of is replaced"
    CREATE_FAILED = "its creation failed; nothing runs there"
    NOT_IN_SPEC = "it is recorded, but no longer in the spec"
    DESTROY = "the plan destroys everything in the record"
    ADOPTION = "it is live, and you allowed to adopt it"
    NOT_RECORDED = "a live cluster has this name, but is not recorded"
    LEFT_OVER = "left over from the last run"
    UNFINISHED = "an earlier run started to create it and did not finish"
    GONE = "it does not exist any more, and is not in the spec"
    MISTAKEN = "its recorded ID belongs to another cluster"
    UNSEEN = "it was created a moment ago, and the API does not show it yet"
    UNCHANGED = "nothing is different"


class Side(Closed):
    """Which side moved: the spec, or the live cluster (drift)."""

    SPEC = "spec"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Create:
    """Creates the cluster, and waits until it runs."""

    call: Call


@dataclass(frozen=True, slots=True)
class Attach:
    """Makes running instances workers of the cluster."""

    call: Call
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScaleOut:
    """Adds workers that are made for the cluster."""

    call: Call
    size: Pinned


@dataclass(frozen=True, slots=True)
class Detach:
    """Takes attached instances out of the cluster; they keep running."""

    call: Call
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScaleIn:
    """Removes workers that were made for the cluster, by their names."""

    call: Call
    size: Pinned
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Modify:
    """Changes parameters of the resource in place."""

    call: Call


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes the cluster, and waits until it is gone."""

    call: Call


@dataclass(frozen=True, slots=True)
class AwaitReady:
    """Waits until a creation that is under way has come to its end."""


@dataclass(frozen=True, slots=True)
class AwaitGone:
    """Waits until a deletion that is under way has come to its end."""


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """Brings the record up to date."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Takes the cluster out of the record, where it is gone."""


Work = Create | Attach | ScaleOut | Detach | ScaleIn | Modify | Delete | AwaitReady | AwaitGone | WriteRecord | Forget
Calling = Create | Attach | ScaleOut | Detach | ScaleIn | Modify | Delete
Sized = ScaleOut | ScaleIn
Naming = Attach | Detach | ScaleIn


def call_of(work: Work) -> Call | None:
    return work.call if isinstance(work, Calling) else None


def size_of(work: Work) -> Pinned | None:
    return work.size if isinstance(work, Sized) else None


def instances_of(work: Work) -> tuple[str, ...]:
    return work.instances if isinstance(work, Naming) else ()
