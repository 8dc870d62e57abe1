"""A node pool, as the world keeps it, and the states that it goes through.

    create:                  -> initial  -> active | failed
    scale, resize, attach:   active -> scaling  -> active
    remove nodes:            active -> removing -> active
    modify, change settings: active -> updating -> active
    delete:                  active, failed, delete_failed -> deleting -> gone | delete_failed

The official client names the states but for `initial` and `failed`, which the Terraform provider waits for, and
`delete_failed`, which is assumed. The types of tasks are those of the vendor's server for language models. The cluster
runs on meanwhile.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.clock import stamp
from ackplan.simulator.json_types import JsonObject
from ackplan.simulator.records import WORKER, Node

KIND = "node_pool"
ACTIVE, FAILED, DELETE_FAILED = "active", "failed", "delete_failed"


class Doing(StrEnum):
    """What is done with a pool. The value is the task's `task_type`."""

    CREATE = "nodepool_create"
    SCALE_OUT = "nodepool_scaleout"
    SCALE_IN = "nodepool_scalein"
    ATTACH = "nodepool_node_attach"
    REMOVE = "nodepool_node_remove"
    MODIFY = "nodepool_update"
    KUBELET = "nodepool_node_kubelet_config_rollout"
    SYSTEM = "nodepool_node_os_config_rollout"
    CONTAINERD = "nodepool_node_containerd_config_rollout"
    DELETE = "nodepool_delete"


MEANWHILE = {
    Doing.CREATE: "initial",
    Doing.SCALE_OUT: "scaling",
    Doing.SCALE_IN: "scaling",
    Doing.ATTACH: "scaling",
    Doing.REMOVE: "removing",
    Doing.MODIFY: "updating",
    Doing.KUBELET: "updating",
    Doing.SYSTEM: "updating",
    Doing.CONTAINERD: "updating",
    Doing.DELETE: "deleting",
}
MINUTES = {
    Doing.CREATE: 3.0,
    Doing.SCALE_OUT: 3.0,
    Doing.SCALE_IN: 2.0,
    Doing.ATTACH: 4.0,
    Doing.REMOVE: 2.0,
    Doing.MODIFY: 0.5,
    Doing.KUBELET: 4.0,
    Doing.SYSTEM: 4.0,
    Doing.CONTAINERD: 4.0,
    Doing.DELETE: 2.0,
}


@dataclass(slots=True)
class Pool:
    """A pool. `settings` is what it was made with and what was changed since, in the create call's words.

    Neither names, sizes nor secrets are among them. `target` is the number of nodes that it is on the way to, None for
    one that is not. A `default` one holds the workers that the cluster was made with.
    """

    pool_id: str
    cluster_id: str
    name: str
    state: str
    created: str
    updated: str
    type: str = "ess"
    resource_group: str = ""
    default: bool = False
    target: int | None = None
    settings: JsonObject = field(default_factory=dict)

    def may_begin(self, doing: Doing) -> bool:
        settled = {ACTIVE, FAILED, DELETE_FAILED} if doing is Doing.DELETE else {ACTIVE}
        return self.state in settled


def of_belonging(one: Belonging) -> Pool:
    values: dict[str, object] = dict(one.values)
    return Pool(**values)  # type: ignore[arg-type]  # written by `keep`


def keep(ledger: Ledger, pool: Pool) -> None:
    """Writes the pool down as it is now."""
    pool.updated = stamp(ledger.now())
    ledger.store.keep_belonging(Belonging(KIND, pool.cluster_id, pool.pool_id, asdict(pool)))


def drop(ledger: Ledger, pool: Pool) -> None:
    ledger.store.drop_belonging(KIND, pool.cluster_id, pool.pool_id)


def nodes_of(ledger: Ledger, pool: Pool) -> list[Node]:
    """Its nodes, oldest first. Workers of no pool are the default pool's."""
    own = {pool.pool_id, ""} if pool.default else {pool.pool_id}
    nodes = ledger.store.nodes(pool.cluster_id)
    return [node for node in nodes if node.role == WORKER and str(node.attributes.get("nodepool_id", "")) in own]
