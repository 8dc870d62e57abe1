"""What a group of calls brings along: how each is carried out, how its tasks end, what a new cluster gets.

A group is a module of its own, named in `groups`. Its functions run inside a transaction, and raise `Refusal`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ackplan.simulator.account import Ledger
from ackplan.simulator.injection.effect import KIND, Fate
from ackplan.simulator.json_types import Json
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.view import PLAIN, View

# The name under which a body that is a bare list is kept.
ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call. `places` are the ids in its path by their names in the contract, `query` what stands behind it.

    `body` has passed its schema; one that is a bare list stands under `ITEMS`. `fate` counts for a call that changes
    something, `view` for one that reads.
    """

    operation: str
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] = field(default_factory=dict)
    fate: Fate = KIND
    view: View = PLAIN

    @property
    def cluster_id(self) -> str:
        return self.places["id"]

    def seen(self, ledger: Ledger) -> Cluster:
        """The cluster that the call is about, as a reading call sees it. Raises Refusal."""
        cluster = self.view.cluster(ledger, self.cluster_id)
        if cluster is None:
            raise ledger.missing(self.cluster_id)
        return cluster

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean of the query. Raises Refusal for another value."""
        word = self.query.get(name, "").lower()
        if word not in {"", "true", "false"}:
            raise Refusal(400, "InvalidParameter", f"The specified parameter {name} is not valid: it is no boolean.")
        return word == "true" if word else default


Act: TypeAlias = Callable[[Ledger, Invocation], Json]
End: TypeAlias = Callable[[Ledger, Task], None]
Born: TypeAlias = Callable[[Ledger, Cluster], None]
Sown: TypeAlias = Callable[[Ledger, Cluster, Json], None]


@dataclass(frozen=True, slots=True)
class Group:
    """`changes` and `reads`: operations by their ids; each gives the payload of its answer.

    `ends`: what happens at the end of tasks of each type, whether they succeed or not. `born`: what happens once a new
    cluster runs. `seeds`: keys of clusters in a live state, and what puts their values into the world.
    """

    changes: Mapping[str, Act] = field(default_factory=dict)
    reads: Mapping[str, Act] = field(default_factory=dict)
    ends: Mapping[str, End] = field(default_factory=dict)
    born: Born | None = None
    seeds: Mapping[str, Sown] = field(default_factory=dict)
