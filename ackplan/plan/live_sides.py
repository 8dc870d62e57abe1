"""The live side of a change as a plan keeps it: what it compares and needs of a resource, and nothing else of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from ackplan.core.answers import Cluster, Node
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.states import Condition

_AT_WORK: Final = Condition("it is at work", settled=True, works=True)
# The facts of a cluster that are no attributes of it here.
FACTS = ("cluster_id", "name", "state", "region_id", "size", "nodes")


@dataclass(frozen=True, slots=True)
class Live:
    """A live cluster as a change was planned against it; its attributes are those that plans compare and need.

    `nodes` are its nodes where the plan names some of them; None where it only counts them.
    """

    cluster: Cluster
    nodes: tuple[Node, ...] | None = None

    @property
    def facts(self) -> dict[str, Json]:
        """The same as JSON data, under the API's own names."""
        live = self.cluster
        told: dict[str, Json] = {
            "cluster_id": live.cluster_id,
            "name": live.name,
            "state": live.state,
            "region_id": live.region_id,
        }
        if live.size is not None:
            told["size"] = live.size
        facts = {**told, **live.attributes}
        if self.nodes is not None:
            facts["nodes"] = [_node_facts(node) for node in self.nodes]
        return facts

    @property
    def id(self) -> str:
        return self.cluster.cluster_id


@dataclass(frozen=True, slots=True)
class LiveResource:
    """What is live inside of a cluster: `values` are its parameters as far as it shows them.

    `condition` is what its state means. `fields` are those of the answer, where values are read of it by the schema's
    `x-ack-live`; `nodes` its nodes, where they were read. Neither is kept in a plan.
    """

    id: str
    name: str
    state: str
    values: JsonObject
    condition: Condition = field(default=_AT_WORK, compare=False)
    fields: JsonObject = field(default_factory=dict, compare=False, repr=False)
    nodes: tuple[Node, ...] | None = field(default=None, compare=False)

    @property
    def shown(self) -> JsonObject:
        """What is compared of it."""
        return self.fields or self.values

    @property
    def facts(self) -> dict[str, Json]:
        """The same as JSON data."""
        return {"id": self.id, "name": self.name, "state": self.state, "values": dict(self.values)}

    @property
    def fingerprint(self) -> str:
        """A short text that changes when anything of it changes."""
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True, default=str).encode()).hexdigest()[:16]


ABSENT_PRINT: Final = "absent"
"""The fingerprint of what is not there."""


def _node_facts(node: Node) -> dict[str, Json]:
    return {
        "instance_id": node.instance_id,
        "node_name": node.name,
        "instance_role": node.role,
        "state": node.state,
        "creation_time": node.created,
    }
