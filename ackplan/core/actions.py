"""What a plan does with a resource, why, and which side moved. All are closed: readers know every member."""

from __future__ import annotations

import enum


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
