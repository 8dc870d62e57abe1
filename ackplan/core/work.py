"""What can happen to a cluster, why, and which side moved; what a step does: a union of works, each with own fields.

All are closed: who reads them must know every member. A new work stands here, in the union and in TRAITS, and where it
is carried out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

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

    NEW = "it is in the spec and nowhere else"
    VANISHED = "it is recorded, but no longer live"
    SPEC_CHANGED = "the spec was edited"
    DRIFTED = "the live cluster was changed outside of ackplan"
    SPEC_AND_DRIFT = "the spec was edited, and the live cluster was changed outside of ackplan"
    CANNOT_UPDATE = "a parameter that is fixed at creation changed"
    REQUESTED = "its replacement was asked for"
    REPLACED_WITH = "the cluster that it is inside of is replaced"
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


class Verb(NamedTuple):
    """A work in words: to do it, while it is done, once it is done."""

    infinitive: str
    doing: str
    done: str


class Traits(NamedTuple):
    """All that is to be known of a work apart from its own fields.

    `name` stands in the ids of steps, in plan files and in JSON, and keeps its meaning for ever. `actions` are the
    changes that it may be a step of. `operation` is the one that it calls, `calls` how many calls it usually takes
    until it only waits: looks before, and the one that changes something. `timeout` is the key of `timeouts` that
    bounds it. `nodes` says in words what it does to the nodes of a cluster that runs. `silent` calls nothing and waits
    for nothing: what depends on it looks through to what lies before. `removes`: the cluster is gone after it.
    `terraform` is the action of Terraform's stream, `color` fills its box in a drawing, `tone` names its color on a
    page.
    """

    name: str
    verb: Verb
    actions: frozenset[Action]
    operation: str = ""
    calls: int = 0
    timeout: str = "create"
    nodes: str = ""
    silent: bool = False
    removes: bool = False
    terraform: str = "noop"
    color: str = "#ededed"
    tone: str = "record"


TRAITS: Mapping[type[Work], Traits] = {
    Create: Traits(
        "create",
        Verb("create", "creating", "created"),
        frozenset({Action.CREATE, Action.REPLACE}),
        operation="create_cluster",
        calls=1,
        terraform="create",
        color="#c6efce",
        tone="create",
    ),
    Attach: Traits(
        "attach",
        Verb("attach instances", "attaching instances", "instances attached"),
        frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE}),
        operation="attach",
        calls=3,
        timeout="attach",
        nodes="attach instances",
        terraform="update",
        color="#fff2cc",
        tone="scale",
    ),
    ScaleOut: Traits(
        "scale-out",
        Verb("scale out", "scaling out", "scaled out"),
        frozenset({Action.UPDATE}),
        operation="scale_out",
        calls=2,
        timeout="scale",
        nodes="add workers",
        terraform="update",
        color="#fff2cc",
        tone="scale",
    ),
    Detach: Traits(
        "detach",
        Verb("detach instances", "detaching instances", "instances detached"),
        frozenset({Action.UPDATE}),
        operation="remove_nodes",
        calls=3,
        timeout="remove",
        nodes="take instances out",
        terraform="update",
        color="#fce4d6",
        tone="scale",
    ),
    ScaleIn: Traits(
        "scale-in",
        Verb("scale in", "scaling in", "scaled in"),
        frozenset({Action.UPDATE}),
        operation="remove_nodes",
        calls=3,
        timeout="remove",
        nodes="remove workers",
        terraform="update",
        color="#fce4d6",
        tone="scale",
    ),
    Modify: Traits(
        "modify",
        Verb("change", "changing", "changed"),
        frozenset({Action.UPDATE}),
        operation="modify",
        calls=2,
        timeout="scale",
        terraform="update",
        color="#fff2cc",
        tone="scale",
    ),
    Delete: Traits(
        "delete",
        Verb("destroy", "destroying", "destroyed"),
        frozenset({Action.REPLACE, Action.DELETE}),
        operation="delete_cluster",
        calls=2,
        timeout="delete",
        removes=True,
        terraform="delete",
        color="#f8cbad",
        tone="delete",
    ),
    AwaitReady: Traits(
        "await-ready",
        Verb("wait until it is ready", "waiting until it is ready", "ready"),
        frozenset({Action.UPDATE, Action.RECORD}),
    ),
    AwaitGone: Traits(
        "await-gone",
        Verb("wait until it is gone", "waiting until it is gone", "gone"),
        frozenset({Action.CREATE, Action.REPLACE, Action.DELETE}),
        timeout="delete",
        removes=True,
    ),
    WriteRecord: Traits(
        "record",
        Verb("record", "recording", "recorded"),
        frozenset({Action.UPDATE, Action.ADOPT, Action.RECORD}),
        silent=True,
        color="#ddebf7",
    ),
    Forget: Traits(
        "forget",
        Verb("forget", "forgetting", "forgotten"),
        frozenset({Action.FORGET}),
        calls=1,
        silent=True,
        terraform="remove",
        color="#ddebf7",
    ),
}
