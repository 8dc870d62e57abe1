"""What the ACK API tells us, as checked, immutable values.

The API client builds them from answers that it does not trust; diff, plan and executor read nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A cluster in one of these states takes no changing call now; it will leave the state by itself.
BUSY_STATES = frozenset({"initial", "updating", "upgrading", "removing", "draining", "scaling", "deleting", "waiting"})
# States in which a cluster is settled, well or not. A state in neither set is unknown: shown, treated as busy.
SETTLED_STATES = frozenset({"running", "failed", "inactive", "unavailable", "deleted", "delete_failed", "disconnected"})


@dataclass(frozen=True, slots=True)
class Cluster:
    """A live cluster, from `GET /clusters` or `GET /clusters/{id}` (guide 2.9, 2.10).

    `size` counts nodes, masters of a dedicated cluster included; None where the answer has none.
    `attributes` holds every field of the answer under the API's own name, secrets never among them.
    """

    cluster_id: str
    name: str
    state: str
    region_id: str
    size: int | None
    cluster_type: str | None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        return self.state not in SETTLED_STATES

    @property
    def gone(self) -> bool:
        return self.state == "deleted"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a cluster, from `GET /clusters/{id}/nodes`. `role` is `Master` or `Worker`."""

    instance_id: str
    name: str
    role: str
    state: str
    created: str
    instance_type: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task, from `GET /tasks/{id}`. `state` is `running`, `success` or `fail` (the older `failed` reads as that)."""

    task_id: str
    cluster_id: str
    task_type: str
    state: str
    created: str
    updated: str
    error_code: str
    error_message: str

    @property
    def running(self) -> bool:
        return self.state not in {"success", "fail"}


@dataclass(frozen=True, slots=True)
class Retry:
    """A try of a call that did no harm and no good: why, its request id where it has one, seconds until the next."""

    code: str
    request_id: str
    pause: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to create, scale, remove and delete: what was accepted, and the task to follow where there is one.

    `retries` are the tries before the one that was accepted.
    """

    request_id: str
    cluster_id: str | None = None
    task_id: str | None = None
    retries: tuple[Retry, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachedInstance:
    """One instance of an attach call: each succeeds or fails by itself (guide 2.6); `code` "200" is success."""

    instance_id: str
    code: str
    message: str

    @property
    def succeeded(self) -> bool:
        return self.code == "200"


@dataclass(frozen=True, slots=True)
class Attached:
    """The answer to attach."""

    request_id: str
    instances: tuple[AttachedInstance, ...]
    task_id: str | None = None
    retries: tuple[Retry, ...] = ()
