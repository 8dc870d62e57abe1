"""What is to be known of a work apart from its own fields: one table, which every layer reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ackplan.core.work import (
    Action,
    Attach,
    AwaitGone,
    AwaitReady,
    Create,
    Delete,
    Detach,
    Forget,
    Modify,
    ScaleIn,
    ScaleOut,
    Work,
    WriteRecord,
)


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
