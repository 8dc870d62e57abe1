"""What is to be known of a kind of step apart from its own fields: its words, its calls, how it is drawn."""

from __future__ import annotations

from typing import NamedTuple

from ackplan.core.actions import Action
from ackplan.core.aims import Aim


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
    page. `aim` is what its call is to bring about.
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
    aim: type[Aim] | None = None
