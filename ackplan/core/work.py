"""What a step does: a union of works, each with its own fields, and one table of what else is to be known of them.

A new work stands here, in the union and in the table; beside this file, only the type of resources that has it knows
how it is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ackplan.core.actions import Action
from ackplan.core.aims import Aim, Born, Gone, Grown, Joined, Left, Modified
from ackplan.core.call import Call, Pinned
from ackplan.core.work_traits import Traits, Verb


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
class Upgrade:
    """Upgrades the resource to the next version of Kubernetes on its way."""

    call: Call

    @property
    def version(self) -> str:
        """The version that the call names: the only text of its body."""
        return next((value for value in (self.call.body or {}).values() if isinstance(value, str)), "")


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


@dataclass(frozen=True, slots=True)
class GoAlong:
    """Goes with what it is inside of, whose deletion takes it along, and out of the record."""


Calling = Create | Attach | ScaleOut | Detach | ScaleIn | Modify | Upgrade | Delete
Work = Calling | AwaitReady | AwaitGone | WriteRecord | Forget | GoAlong
Sized = ScaleOut | ScaleIn
Naming = Attach | Detach | ScaleIn


def call_of(work: Work) -> Call | None:
    return work.call if isinstance(work, Calling) else None


def size_of(work: Work) -> Pinned | None:
    return work.size if isinstance(work, Sized) else None


def instances_of(work: Work) -> tuple[str, ...]:
    return work.instances if isinstance(work, Naming) else ()


def releases(call: Call) -> bool:
    """Whether a call that takes nodes out releases their instances."""
    return (call.body or {}).get("release_node") is True or call.query.get("release_node") == "true"


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
        aim=Born,
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
        aim=Joined,
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
        aim=Grown,
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
        aim=Left,
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
        tone="scale-in",
        aim=Left,
    ),
    Modify: Traits(
        "modify",
        Verb("change", "changing", "changed"),
        frozenset({Action.UPDATE}),
        operation="modify_cluster",
        calls=2,
        timeout="scale",
        terraform="update",
        color="#fff2cc",
        tone="scale",
        aim=Modified,
    ),
    Upgrade: Traits(
        "upgrade",
        Verb("upgrade", "upgrading", "upgraded"),
        frozenset({Action.UPDATE}),
        operation="upgrade_cluster",
        calls=4,
        timeout="upgrade",
        terraform="update",
        color="#d9d2e9",
        tone="scale",
        aim=Modified,
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
        aim=Gone,
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
    GoAlong: Traits(
        "go-along",
        Verb("leave with its cluster", "leaving with its cluster", "left to its cluster's deletion"),
        frozenset({Action.DELETE}),
        timeout="delete",
        silent=True,
        removes=True,
        terraform="delete",
        color="#f8cbad",
        tone="delete",
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


def aim_of(work: Work) -> Aim | None:
    """What the call of a work is to bring about; None for a work that calls nothing."""
    aim = TRAITS[type(work)].aim
    return aim.of(size_of(work), instances_of(work)) if aim else None
