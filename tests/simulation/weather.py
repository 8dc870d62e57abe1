"""What the world has in store, out of chance: faults of the API, and people who change clusters by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ackplan.simulator.refusals import Refusal

from .account import Account, Seen
from .computer import Fate
from .fleets import NAMES

_CHANGES = ("create_cluster", "scale_out", "attach", "remove_nodes", "delete_cluster")
_READS = ("list_clusters", "get_cluster", "list_nodes", "get_task")
FOREIGN = "foreign"
RENAMED = "renamed-"
_HAND = "i-hand"
# A server that hangs goes on at the latest while its client, which has given up, looks what became of its call.
_SLOW = (1.0, 20.0, 35.0, 50.0)


def faults(rng: random.Random) -> list[dict[str, Any]]:
    """Rules for some days of bad weather; on most days only a few."""
    apart = random.Random(str(rng.getstate()[1][:4]))
    worst = list(apart.choice(_TOGETHER)) if apart.random() < 0.1 else []
    return worst + [_fault(rng) for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))]


_NOT_THERE = {"operation": "get_cluster", "kind": "error", "status": 404, "code": "ErrorClusterNotFound"}
# What does harm only together: a cluster that no list shows and one look does not see, one that is asked for too soon.
_TOGETHER: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"operation": "list_clusters", "kind": "partial", "first": 4}, {**_NOT_THERE, "nth": 2}),
    ({"operation": "list_clusters", "kind": "partial", "first": 4}, {**_NOT_THERE, "nth": 3}),
    (
        {"operation": "list_clusters", "kind": "partial", "first": 4},
        {**_NOT_THERE, "first": 9, "code": "EntityNotExist.Role"},
    ),
    ({"operation": "delete_cluster", "kind": "task_fails"}, {**_NOT_THERE, "nth": 4}),
    (
        {"operation": "*", "kind": "lag", "seconds": 40.0},
        {"operation": "create_cluster", "kind": "task_slow", "seconds": 90.0},
    ),
)


def harms_old(rules: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a look says falsely that a cluster is not there: of a young one that is never believed."""
    return any(rule["kind"] == "error" and rule.get("status") == 404 for rule in rules[1:2])


def _fault(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.25:
        return _sight(rng)
    if rng.random() < 0.1:
        return {"operation": "attach", "probability": 0.7, "kind": "attach_fails", "instances": ["*a", "*c"]}
    operation = rng.choice((*_CHANGES, *_CHANGES, *_READS, "*"))
    kinds = _ANYWHERE + (_ON_CHANGES.get(operation, ()) * 2)
    rule: dict[str, Any] = dict(rng.choice(kinds)(rng))
    trigger = rng.choice(
        ({"nth": rng.randint(1, 6)}, {"first": rng.randint(1, 4)}, {"probability": rng.choice((0.05, 0.3, 0.6))})
    )
    return {"operation": operation, **trigger, **rule}


# The cloud is believed to lag no more than this: a cluster that was just made, a list, a call behind a gateway.
_LAGS = (2.0, 10.0, 40.0)
_LATE = (3.0, 10.0, 60.0)


def _sight(rng: random.Random) -> dict[str, Any]:
    """What reads see is not what is there, or a call takes its effect behind a gateway that gave it up."""
    if rng.random() < 0.3:
        operation = rng.choice(("create_cluster", "create_cluster", *_CHANGES))
        return {"operation": operation, "kind": "late_commit", "seconds": rng.choice(_LATE), "nth": rng.randint(1, 3)}
    if rng.random() < 0.25:
        code = rng.choice(("ErrorClusterNotFound", "ErrorClusterNotFound", "EntityNotExist.Role"))
        return {"operation": "get_cluster", "kind": "error", "status": 404, "code": code, "nth": rng.randint(1, 6)}
    when = rng.choice(({}, {"probability": 0.3}, {"nth": rng.randint(1, 6)}, {"first": rng.randint(1, 4)}))
    kind = rng.choice(("lag", "lag", "partial", "partial", "stale", "size_lag"))
    reads = {"lag": ("list_clusters", "get_cluster", "*"), "size_lag": ("get_cluster", "*")}
    operation = rng.choice(reads.get(kind, ("list_clusters",)))
    more: dict[str, Any] = {"seconds": rng.choice(_LAGS)} if kind != "partial" else rng.choice(({}, {"share": 0.5}))
    return {"operation": operation, "kind": kind, **when, **more}


Maker = Callable[[random.Random], dict[str, Any]]
_ANYWHERE: tuple[Maker, ...] = (
    lambda rng: {"kind": "error", "when": rng.choice(("before", "after")), "status": rng.choice((500, 502, 503))},
    lambda rng: {"kind": "error", "status": rng.choice((400, 403, 409)), "code": "Forbidden.Today"},
    lambda rng: {"kind": "reset", "when": rng.choice(("before", "after"))},
    lambda rng: {"kind": "hang", "when": rng.choice(("before", "after"))},
    lambda rng: {"kind": "hang", "when": rng.choice(("before", "after")), "seconds": rng.choice(_SLOW)},
    lambda rng: {"kind": "throttle", **rng.choice(({}, {"retry_after": 5}, {"acs_retry_after": 1500}))},
    lambda rng: {"kind": rng.choice(("garbage", "truncated", "html", "drip"))},
)
_FAILING: Maker = lambda rng: {"kind": "task_fails", "code": "OutOfStock"}  # noqa: E731 - one of a row
_STUCK: Maker = lambda rng: {"kind": "task_stuck"}  # noqa: E731 - one of a row
_ODD: Maker = lambda rng: {"kind": "cluster_state", "state": rng.choice(("inactive", "unavailable", "updating"))}  # noqa: E731
_ON_CHANGES: dict[str, tuple[Maker, ...]] = {
    "create_cluster": (_FAILING, _STUCK),
    "scale_out": (_FAILING, _STUCK, _ODD),
    "attach": (_FAILING, _STUCK, lambda rng: {"kind": "attach_fails", **rng.choice(({}, {"instances": ["*a", "*c"]}))}),
    "remove_nodes": (_FAILING, _STUCK),
    "delete_cluster": (_FAILING, _STUCK),
}


def fate(rng: random.Random) -> Fate:
    """How a life ends before its time, if it does."""
    number = int(2 ** rng.uniform(0, 8))
    chance = rng.random()
    if chance < 0.15:
        return Fate(dies=number)
    if chance < 0.45:
        return Fate(
            struck=(rng.choice((1, 1, 2, 3)), rng.choice((1, 2, 2, 2, 3))), late=rng.choice((0.0, 5.0, 40.0, 40.0))
        )
    if chance < 0.52:
        return Fate(full=number)
    if chance < 0.58:
        return Fate(offline=(number, number + rng.choice((1, 5, 40))))
    if chance < 0.70:
        return Fate(pressed=(rng.uniform(0, rng.choice((2, 4, 30))),))
    if chance < 0.76:
        return Fate(pressed=(rng.uniform(0, rng.choice((2, 4, 30))), rng.uniform(0, rng.choice((1, 5)))))
    return Fate()


def meddle(rng: random.Random, account: Account, near: Collection[str], recorded: Collection[str]) -> str:
    """Somebody does something to some cluster by hand, to one that is `near` where one is there.

    Nobody gives another name to a cluster whose id is not `recorded`: a creation is found by its name alone.

    Says what; empty where it was not possible.
    """
    clusters = account.clusters()
    if not clusters or rng.random() < 0.15:
        name = rng.choice((*NAMES, f"{FOREIGN}-1", f"{FOREIGN}-2"))
        if name in clusters:
            return ""
        account.world.load({"clusters": [{"name": name, "size": 2}]})
        return f"puts up {name}"
    seen = clusters[rng.choice(sorted(clusters.keys() & set(near) or clusters))]
    chosen = rng.choice(_DEEDS)
    if chosen is _rename and seen.cluster_id not in recorded:
        return ""
    try:
        chosen(rng, account, seen)
    except Refusal:
        return ""
    return f"{chosen.__name__.strip('_')} {seen.name}"


def _grow(rng: random.Random, account: Account, seen: Seen) -> None:
    account.world.scale_out(seen.cluster_id, {"count": rng.randint(1, 2)})


def _shrink(rng: random.Random, account: Account, seen: Seen) -> None:
    made = sorted(seen.workers - seen.attached)
    if made:
        account.world.remove_nodes(seen.cluster_id, {"nodes": [rng.choice(made)], "release_node": True})


def _detach(rng: random.Random, account: Account, seen: Seen) -> None:
    if seen.attached:
        account.world.remove_nodes(seen.cluster_id, {"nodes": [rng.choice(sorted(seen.attached))]})


def _attach(rng: random.Random, account: Account, seen: Seen) -> None:
    account.world.attach(seen.cluster_id, {"instances": [f"{_HAND}{rng.randint(1, 99)}"]})


def _delete(_rng: random.Random, account: Account, seen: Seen) -> None:
    account.world.delete(seen.cluster_id)


def _rename(_rng: random.Random, account: Account, seen: Seen) -> None:
    """Ours gets a name that none has, and back; a foreign one a name that may be ours."""
    if not seen.name.startswith(FOREIGN):
        first = account.renamed.get(seen.cluster_id, (f"{RENAMED}{seen.name}", 0.0))[0]
        account.rename(seen.cluster_id, first)


def twin(rng: random.Random, account: Account) -> tuple[str, str]:
    """Somebody gives a cluster of their own a name that ours may have; the name and the id, empty where none has one."""
    clusters = account.clusters()
    names = sorted(clusters.keys() & set(NAMES))
    if not names:
        return "", ""
    own, name = f"{FOREIGN}-3", rng.choice(names)
    if own in clusters:
        return "", ""
    account.world.load({"clusters": [{"name": own, "size": 2}]})
    cluster_id = account.clusters()[own].cluster_id
    account.world.change(cluster_id, name=name)
    return name, cluster_id


_DEEDS = (_grow, _grow, _shrink, _shrink, _detach, _attach, _delete, _rename)


def part(account: Account, kept: Collection[str], foreign: Collection[str]) -> None:
    """Of clusters of one name one is left: one that is `kept`, else one that is not `foreign`."""
    for name in account.twins():
        ids = [answer["cluster_id"] for answer in account.world.clusters() if answer["name"] == name]
        ids.sort(key=lambda cluster_id: (cluster_id not in kept, cluster_id in foreign))
        for cluster_id in ids[1:]:
            account.world.turn(cluster_id, "running")
            account.world.delete(cluster_id)


def take_back(account: Account, kept: Collection[str]) -> None:
    """Whoever attached instances by hand, on a branch that was dropped too, takes them out of the cluster again."""
    for seen in account.clusters().values():
        strange = sorted(seen.attached - set(kept))
        if strange and seen.state == "running" and not seen.name.startswith(FOREIGN):
            account.world.remove_nodes(seen.cluster_id, {"nodes": strange})


def heal(account: Account) -> None:
    """Bad weather is over: no fault any more, and what it left stuck or odd is put right by hand."""
    account.weather(())
    account.unstick()
    for cluster_id, (name, _) in list(account.renamed.items()):
        if account.cluster(cluster_id):
            account.rename(cluster_id, name)
    for seen in account.clusters().values():
        if seen.state not in {"running", "failed"}:
            account.world.turn(seen.cluster_id, "running" if seen.made else "failed")
