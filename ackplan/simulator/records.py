"""What the simulated world consists of: clusters, their nodes, and tasks. None of it holds a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ackplan.simulator.injection.effect import Fate
from ackplan.simulator.json_types import Json, JsonObject
from ackplan.simulator.machine import Operation

MASTER = "Master"
WORKER = "Worker"
_KINDS = {"Kubernetes": "dedicated", "ManagedKubernetes": "managed", "Ask": "serverless"}
_PROFILES = {"Edge": "edge", "Serverless": "serverless"}


@dataclass(slots=True)
class Cluster:
    """A cluster. `attributes` are the other fields of its answer; `size` counts masters too (guide 2.9).

    `ordered` is the body of its create call without secrets. `settings` are what answers of today's API only hint at;
    clusters of the guide have none.
    """

    cluster_id: str
    name: str
    state: str
    size: int | str
    attributes: JsonObject = field(default_factory=dict)
    ordered: JsonObject = field(default_factory=dict)
    settings: JsonObject = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`dedicated`, `managed`, `edge`, `serverless`, or `foreign`: Swarm and whatever else is not Kubernetes."""
        kind = _KINDS.get(str(self.attributes.get("cluster_type", "")), "foreign")
        return _PROFILES.get(str(self.attributes.get("profile")), kind) if kind == "managed" else kind

    def grow(self, by: int) -> None:
        """Changes the number of nodes."""
        self.size = max(0, int(self.size) + by)

    def answer(self) -> JsonObject:
        """The cluster as `GET /clusters` and `GET /clusters/{id}` show it."""
        own: JsonObject = {"cluster_id": self.cluster_id, "name": self.name, "state": self.state, "size": self.size}
        return {**self.attributes, **own}


@dataclass(slots=True)
class Node:
    """A node. One that has not `joined` yet is reserved for its cluster but not shown or counted.

    `since` is the instant at which it joined. One that is `unnamed` is shown without its instance id.
    """

    instance_id: str
    cluster_id: str
    role: str
    joined: bool
    attributes: JsonObject = field(default_factory=dict)
    since: float = 0.0
    unnamed: bool = False

    @property
    def attached(self) -> bool:
        """Whether it came by an attach call: deleting the cluster then leaves the instance."""
        return self.attributes.get("source") == "manual"

    def answer(self) -> JsonObject:
        instance_id = "" if self.unnamed else self.instance_id
        family = str(self.attributes.get("instance_type", "")).rpartition(".")[0]
        shown = {"instance_type_family": family, **self.attributes}
        return {**shown, "instance_id": instance_id, "instance_role": self.role}


@dataclass(slots=True)
class Task:
    """A task. `due` is the instant at which it ends, None for one that has ended or never will.

    `succeeds`, `error` and `leaves` (a state for the cluster other than the usual one) are settled when it begins:
    chance has no say later. `payload` is what its effect needs. `called` is its state at its end, where that is
    not the usual one; a `bare` one shows no error.
    """

    task_id: str
    cluster_id: str
    cluster_name: str
    operation: str
    state: str
    created: float
    updated: float
    due: float | None
    succeeds: bool = True
    error: Mapping[str, Json] | None = None
    leaves: str | None = None
    payload: JsonObject = field(default_factory=dict)
    called: str = ""
    bare: bool = False

    def known_operation(self) -> Operation:
        return Operation(self.operation)


@dataclass(slots=True)
class LateCall:
    """A changing call that a gateway gave up, and that takes effect when it is `due`. `body` holds no secret.

    `places` and `query` are what else it says, in its path and behind it.
    """

    due: float
    operation: str
    cluster_id: str
    body: JsonObject
    fate: Fate
    places: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
