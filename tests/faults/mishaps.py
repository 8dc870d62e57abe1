"""What can go wrong with each changing call, and the fleets over which these calls are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults.scenes import CIDRS, NEWEST, Scene, attached, label, pooled
from tests.faults.virtual import Bench

Meddling = Callable[[Bench], None]
_TIMEOUTS = {"timeouts": dict.fromkeys(("create", "scale", "attach", "remove", "delete"), "900s")}
# Stands for the call by which a run finds out what became of the one whose answer was lost.
LOOK = "look"


@dataclass(frozen=True, eq=False)
class Operation:
    """A changing call, and the fleet over which it is made. `name` is that of schemas/operations.json."""

    title: str
    name: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def scene(self) -> Scene:
        timed = [{name: _timed(c) for name, c in fleet.items()} for fleet in (self.before, self.after)]
        return Scene(self.title, *timed)


def _timed(cluster: Mapping[str, Any]) -> dict[str, Any]:
    pools = {name: {**_TIMEOUTS, **pool} for name, pool in cluster.get("node_pools", {}).items()}
    return {**_TIMEOUTS, **cluster, **({"node_pools": pools} if pools else {})}


OPERATIONS = (
    Operation("create", "create_cluster", {}, {"shop": {}}),
    Operation("scale out", "scale_out", {"shop": {}}, {"shop": {"num_of_nodes": 4}}),
    Operation("attach", "attach", {"shop": {}}, {"shop": {"attach": [attached("i-one", "i-two")]}}),
    Operation(
        "scale in",
        "remove_nodes",
        {"shop": {"num_of_nodes": 4}},
        {"shop": {"scale_in": {"strategy": "newest", "release_node": True}}},
    ),
    Operation(
        "detach",
        "remove_nodes",
        {"shop": {"attach": [attached("i-one", "i-two")]}},
        {"shop": {"attach": [attached("i-one")]}},
    ),
    Operation("delete", "delete_cluster", {"shop": {}}, {}),
)


def _installed(*addons: dict[str, Any]) -> dict[str, Any]:
    return {"shop": {**pooled(), **CIDRS, "addons": [{"name": "flannel"}, *addons]}}


def _of(**cluster: Any) -> dict[str, Any]:
    return {"shop": {**pooled(web={}), **cluster}}


_OLD, _NEW = {"kubernetes_version": "1.32.7-aliyun.1"}, {"kubernetes_version": "1.33.3-aliyun.1"}
TODAYS_OPERATIONS = (
    Operation("create pool", "create_node_pool", {"shop": pooled()}, {"shop": pooled(web={})}),
    Operation("scale pool out", "scale_node_pool", _of(), {"shop": pooled(web={"desired_size": 4})}),
    Operation(
        "scale pool in",
        "remove_node_pool_nodes",
        {"shop": pooled(web={"desired_size": 4})},
        {"shop": pooled(web={"scale_in": NEWEST})},
    ),
    Operation("change pool", "modify_node_pool", _of(), {"shop": pooled(web={"kubernetes_config": label("web")})}),
    Operation("delete pool", "delete_node_pool", _of(), {"shop": pooled()}),
    Operation("change settings", "modify_cluster", _of(), _of(deletion_protection=True)),
    Operation("change tags", "modify_cluster_tags", _of(), _of(tags=[{"key": "team", "value": "web"}])),
    Operation("upgrade", "upgrade_cluster", _of(**_OLD), _of(**_NEW)),
    Operation("upgrade pool", "upgrade_node_pool", _of(**_OLD), _of(**_NEW)),
    Operation("install", "install_addons", _installed(), _installed({"name": "ack-node-problem-detector"})),
    Operation(
        "configure",
        "modify_addon",
        _installed({"name": "metrics-server"}),
        _installed({"name": "metrics-server", "config": '{"replicas": 2}'}),
    ),
    Operation("uninstall", "uninstall_addons", _installed({"name": "metrics-server"}), _installed()),
)


@dataclass(frozen=True, eq=False)
class Mishap:
    """What goes wrong, once. `impatient`: the client gives the first call up after an instant.

    A rule is about the first calls (`first` of them) of the operation, unless it names others. `runs`: how often
    apply is run at most. `meddles` runs in the world just before the call is sent, or just after its answer came.
    """

    title: str
    rules: tuple[Mapping[str, Any], ...] = ()
    impatient: bool = False
    meddles: Meddling | None = None
    when: str = "before"
    first: int = 1
    runs: int = 2

    @property
    def drifts(self) -> bool:
        """Whether someone else leaves the cluster with another size than the spec wants."""
        return self.meddles is _resized

    @property
    def never_ends(self) -> bool:
        """Whether the cluster is at it for ever: the effect may show, or be what a pool is on its way to."""
        return any(rule["kind"] == "task_stuck" for rule in self.rules)

    @property
    def takes_name(self) -> bool:
        return self.meddles is _named

    def faults(self, operation: str) -> dict[str, Any]:
        """The rules for the simulator; one that does not say so is about the first of the operation's calls."""
        look = "list_clusters" if operation == "create_cluster" else "get_cluster"
        rules = [
            {"operation": operation, **({} if "nth" in rule else {"first": self.first}), **rule} for rule in self.rules
        ]
        return {
            "faults": [
                {**rule, "operation": look if rule["operation"] == LOOK else rule["operation"]} for rule in rules
            ]
        }


def _deleted(at: Bench) -> None:
    """Someone else deletes the cluster, and it is gone at once."""
    for cluster in at.world.clusters():
        at.world.turn(cluster["cluster_id"], "running")
        at.world.delete(cluster["cluster_id"])
    pass_time(at)


def pass_time(at: Bench) -> None:
    """Time enough for all that is under way, and for a creation to be told gone. The clock only ever goes on."""
    at.skip(400.0)
    at.world.clusters()


def _resized(at: Bench) -> None:
    """Someone else adds a worker."""
    for cluster in at.world.clusters():
        at.world.scale_out(cluster["cluster_id"], {"count": 1})
    pass_time(at)


def _named(at: Bench) -> None:
    """Someone else takes the name."""
    at.world.create({"name": "shop", "cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "num_of_nodes": 2})
    pass_time(at)


def _around(title: str, rule: Mapping[str, Any], *, impatient: bool = False) -> list[Mishap]:
    return [
        Mishap(f"{title}, before it took effect", ({**rule, "when": "before"},), impatient),
        Mishap(f"{title}, after it took effect", ({**rule, "when": "after"},), impatient),
    ]


_DENIED = {"kind": "error", "status": 403, "code": "Forbidden.RAM"}
_NO_TASKS = {"kind": "error", "status": 404, "code": "ErrorTaskNotFound"}
# From the second look on (the first of all is the plan's, or a step's own before its call), longer than a client tries.
_LOOKS = tuple({"kind": "error", "status": 500, "operation": "get_cluster", "nth": number} for number in range(2, 9))
_LOST = {"kind": "reset", "when": "after"}
_NOT_FOUND = {"kind": "error", "status": 404, "code": "ErrorClusterNotFound"}
_LISTS: Mapping[str, Any] = {"operation": "list_clusters", "first": 1000}
_READS: Mapping[str, Any] = {"operation": "*", "first": 1000}

MISHAPS = (
    *_around("HTTP 500", {"kind": "error", "status": 500}),
    *_around("HTTP 502", {"kind": "error", "status": 502, "code": "BadGateway"}),
    *_around("XML error, HTTP 500", {"kind": "error", "status": 500, "xml": True}),
    *_around("connection reset", {"kind": "reset"}),
    *_around("no answer in time", {"kind": "hang"}, impatient=True),
    Mishap("answer drips too slowly", ({"kind": "drip"},), impatient=True),
    Mishap("answer drips, but in time", ({"kind": "drip", "seconds": 1},)),
    Mishap("answer is garbage", ({"kind": "garbage"},)),
    Mishap("answer breaks off", ({"kind": "truncated"},)),
    Mishap("a gateway's page, HTTP 502", ({"kind": "html"},)),
    Mishap("a gateway's page, HTTP 200", ({"kind": "html", "status": 200},)),
    Mishap("throttled", ({"kind": "throttle"},)),
    Mishap("throttled, with Retry-After", ({"kind": "throttle", "retry_after": 7},)),
    Mishap("throttled, with x-acs-retry-after", ({"kind": "throttle", "status": 503, "acs_retry_after": 900},)),
    Mishap("throttled, as often as it is tried", ({"kind": "throttle"},), first=6),
    Mishap("throttled with Retry-After, as often as it is tried", ({"kind": "throttle", "retry_after": 7},), first=6),
    Mishap("HTTP 500 three times, without effect", ({"kind": "error", "status": 500},), first=3, runs=4),
    Mishap("refused (400)", ({"kind": "error", "status": 400, "code": "InvalidParameter"},)),
    Mishap("refused (400), as XML", ({"kind": "error", "status": 400, "code": "InvalidParameter", "xml": True},)),
    Mishap("refused (403)", (_DENIED,)),
    Mishap("this machine's clock is wrong by ten minutes", ({"kind": "clock_skew", "seconds": 600},)),
    Mishap("this machine's clock is wrong by twenty minutes", ({"kind": "clock_skew", "seconds": -1200},)),
    Mishap("task fails", ({"kind": "task_fails"},)),
    Mishap("answer lost, and the task fails", ({"kind": "task_fails"}, _LOST)),
    Mishap("task never ends", ({"kind": "task_stuck"},)),
    Mishap("cluster turns failed", ({"kind": "cluster_state", "state": "failed"},)),
    Mishap("cluster deleted by someone else, before the call", meddles=_deleted),
    Mishap("cluster deleted by someone else, after the call", meddles=_deleted, when="after"),
    Mishap("a worker added by someone else, before the call", meddles=_resized),
    Mishap("looks at the cluster fail for a while", _LOOKS),
    Mishap("answer lost, and looks fail too", (_LOST, *({**rule, "operation": LOOK} for rule in _LOOKS))),
    Mishap("a look is refused (403)", ({**_DENIED, "operation": "get_cluster", "nth": 2},)),
    Mishap("a look's answer is garbage", ({"kind": "garbage", "operation": "get_cluster", "nth": 2},)),
    Mishap("there are no tasks (404)", ({**_NO_TASKS, "operation": "get_task", "first": 1000},)),
    Mishap("name taken by someone else, before the call", meddles=_named),
    Mishap("a gateway gives up, and it takes effect ten seconds later", ({"kind": "late_commit", "seconds": 10},)),
    Mishap("lists lag by 30 seconds behind what is made", ({"kind": "lag", "seconds": 30, **_LISTS},)),
    Mishap("all reads lag by 30 seconds behind what is made", ({"kind": "lag", "seconds": 30, **_READS},)),
    Mishap("lists are as they were 20 seconds ago", ({"kind": "stale", "seconds": 20, **_LISTS},)),
    Mishap("sizes are as they were 20 seconds ago", ({"kind": "size_lag", "seconds": 20, **_READS},)),
    Mishap("the plan's list is empty", ({"kind": "partial", "operation": "list_clusters", "nth": 1},)),
    Mishap("one look says that there is no such cluster", ({**_NOT_FOUND, "operation": "get_cluster", "nth": 2},)),
)


# Those that can happen to any call, whatever it is about; one of each sort that a client can tell apart.
_ANYWHERE = (
    "HTTP 500, before it took effect",
    "HTTP 500, after it took effect",
    "connection reset, before it took effect",
    "connection reset, after it took effect",
    "no answer in time, before it took effect",
    "no answer in time, after it took effect",
    "answer is garbage",
    "a gateway's page, HTTP 502",
    "throttled",
    "throttled, as often as it is tried",
    "refused (403)",
    "task fails",
    "answer lost, and the task fails",
    "task never ends",
    "there are no tasks (404)",
    "a gateway gives up, and it takes effect ten seconds later",
    "all reads lag by 30 seconds behind what is made",
)
TODAYS_MISHAPS = tuple(mishap for mishap in MISHAPS if mishap.title in _ANYWHERE)


def applies(mishap: Mishap, operation: Operation) -> bool:
    """Whether it can happen at all: no cluster can be lost before it is made, nor its name be taken after."""
    if mishap.takes_name:
        return operation.name == "create_cluster"
    return operation.name != "create_cluster" or mishap.meddles is None or mishap.when == "after"
