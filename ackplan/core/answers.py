"""What the ACK API tells us, as checked, immutable values.

The API client builds them from answers that it does not trust; diff, plan and executor read nothing else of it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from ackplan.core.json_types import JsonObject
from ackplan.core.states import HIDDEN, Condition, End, condition, spelled, task_end

# Where nodes come from that ACK makes for a cluster. An attached instance says `manual`.
_MADE = frozenset({"ess", "ess_attach", "ros"})
_ILL_NODES = frozenset({"failed", "removing", "stopping", "stopped", "deleting"})


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
    attributes: JsonObject = field(default_factory=dict)

    @property
    def condition(self) -> Condition:
        """What its state means."""
        return condition(self.state)

    @property
    def busy(self) -> bool:
        """Whether it will leave its state by itself, as far as is known: an unknown state is none to act on."""
        return self.condition.busy

    @property
    def protected(self) -> bool:
        """Whether the API refuses to delete it: `deletion_protection`, which some answers have as a text."""
        return self.attributes.get("deletion_protection") in (True, "true", "True")

    def is_named(self, name: str, region: str = "") -> bool:
        """Whether this can be the cluster of that name and region, as far as the answer tells them."""
        return self.name in ("", name) and (not region or self.region_id in ("", region))

    @property
    def type_told(self) -> str:
        """Its type, with the profile and the size of its control plane where the answer tells them."""
        more = [self.attributes.get(name) for name in ("profile", "cluster_spec")]
        known = [word for word in more if isinstance(word, str) and word not in {"", "Default"}]
        return f"{self.cluster_type or 'unknown'} ({', '.join(known)})" if known else self.cluster_type or "unknown"

    @property
    def gone(self) -> bool:
        return spelled(self.state) == "deleted"

    @property
    def leaving(self) -> bool:
        """Whether it is being deleted."""
        return spelled(self.state) == "deleting"

    def as_listed(self, listed: Cluster) -> Cluster:
        """With no other fields than the list shows of it: what is compared must not hang on which call answered."""
        told = listed.attributes
        kept = {
            name: value
            for name, value in self.attributes.items()
            if name in told and (told[name] is not None or not isinstance(value, list | dict))
        }
        return dataclasses.replace(self, attributes=kept)

    @property
    def hidden(self) -> bool:
        """Whether it was accepted too recently for any read to show it."""
        return self.state == HIDDEN

    @property
    def arriving(self) -> bool:
        """Whether it is still being created, or was accepted too recently for any read to show it."""
        return self.hidden or spelled(self.state) == "initial"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a cluster, from `GET /clusters/{id}/nodes`. `role` is `Master` or `Worker`.

    `instance_id` is empty for a node that is no instance, `name` for one that has not joined yet. `charge_type` is
    `PostPaid` or `PrePaid`, `source` says how it came to be (`ess`, `ess_attach`, `manual`), `status` is that of
    Kubernetes (`Ready`). Each of these is empty where the answer does not tell.
    """

    instance_id: str
    name: str
    role: str
    state: str
    created: str
    instance_type: str = ""
    charge_type: str = ""
    source: str = ""
    status: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        """What tells the node from the others: its instance, or its name where it is none."""
        return self.instance_id or self.name

    @property
    def ill(self) -> bool:
        """Whether it is leaving, stopped or failed: the first to go where workers are removed."""
        return spelled(self.state) in _ILL_NODES or bool(self.error)

    @property
    def made(self) -> bool | None:
        """Whether ACK made its instance for the cluster; None where the answer does not tell."""
        return self.source in _MADE if self.source else None


@dataclass(frozen=True, slots=True)
class TaskStage:
    """A stage of a task; `begun` and `ended` as they came, empty where it has not."""

    name: str
    state: str
    begun: str
    ended: str

    @property
    def over(self) -> bool:
        return task_end(self.state) is End.SUCCESS


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """What happened in a task: when, how severe it is, what it is about and in words."""

    at: str
    level: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task, from `GET /tasks/{id}` or, without its parts, from `GET /clusters/{id}/tasks`, with its state as it came.

    `error_code` and `error_message` say why it failed: from `error`, else from what the answer tells of its parts.
    `target` is the id of what it changes, where that is not the cluster; `subjects` are what else it is about.
    """

    task_id: str
    cluster_id: str
    task_type: str
    state: str
    created: str
    updated: str
    error_code: str
    error_message: str
    target: str = ""
    subjects: tuple[str, ...] = ()
    stage: str = ""
    stages: tuple[TaskStage, ...] = ()
    events: tuple[TaskEvent, ...] = ()

    @property
    def percent(self) -> int | None:
        """How many in a hundred of its stages are behind it; None where the answer tells of none.

        That stages to come are told as well is assumed. One that goes on is never all done.
        """
        if self.end is End.SUCCESS:
            return 100
        over = sum(stage.over for stage in self.stages)
        return min(100 * over // len(self.stages), 99) if self.stages else None

    @property
    def end(self) -> End | None:
        """How it ended; None where it goes on, or where its state is unknown."""
        return task_end(self.state)

    @property
    def running(self) -> bool:
        return self.end is None

    @property
    def failed(self) -> bool:
        """Whether it ended without success, or stands still until somebody resumes it."""
        return self.end not in {None, End.SUCCESS}


def with_percent(state: str, task: Task | None) -> str:
    """A state in words, with how far its task is where that is told: `updating, 40% of its task`."""
    percent = task.percent if task is not None else None
    return state if percent is None else f"{state}, {percent}% of its task"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a cluster's log, from `GET /clusters/{id}/logs`."""

    created: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """A cluster's kubeconfig, a secret, and until when it is valid as the answer tells it; empty where it does not."""

    text: str = field(repr=False)
    expiration: str = ""


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
