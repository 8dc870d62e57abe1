"""What can happen to a cluster, why, and which side moved. Closed sets: who reads them must know every member."""

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

    NEW = "it is in the spec and nowhere else"
    VANISHED = "it is recorded, but no longer live"
    SPEC_CHANGED = "the spec was edited"
    DRIFTED = "the live cluster was changed outside of ackplan"
    SPEC_AND_DRIFT = "the spec was edited, and the live cluster was changed outside of ackplan"
    CANNOT_UPDATE = "a parameter that is fixed at creation changed"
    REQUESTED = "its replacement was asked for"
    CREATE_FAILED = "its creation failed; nothing runs there"
    NOT_IN_SPEC = "it is recorded, but no longer in the spec"
    DESTROY = "everything recorded is to be destroyed"
    ADOPTION = "it is live, and its adoption was agreed to"
    NOT_RECORDED = "it is live under this name, but not recorded"
    LEFT_OVER = "left over from the last run"
    UNFINISHED = "its creation was begun earlier and not seen to its end"
    GONE = "it is neither live nor in the spec any more"
    MISTAKEN = "its recorded id is another cluster's"
    UNSEEN = "it was created a moment ago, and no read shows it"
    UNCHANGED = "nothing differs"


class Side(Closed):
    """Which side moved: the spec, or the live cluster (drift)."""

    SPEC = "spec"
    LIVE = "live"


class StepKind(Closed):
    """What a step of a plan does. The last four call nothing that changes a cluster."""

    CREATE = "create"
    ATTACH = "attach"
    SCALE_OUT = "scale-out"
    DETACH = "detach"
    SCALE_IN = "scale-in"
    DELETE = "delete"
    AWAIT_READY = "await-ready"
    AWAIT_GONE = "await-gone"
    RECORD = "record"
    FORGET = "forget"
