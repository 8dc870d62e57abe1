"""What the world has in store, out of chance: faults of the API, and people who change clusters by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Any

from ackplan.simulator.refusals import Refusal

from .account import Account, Seen
from .computer import Fate
from .fleets import NAMES

_CHANGES = ("create_cluster", "scale_out", "attach", "remove_nodes", "delete_cluster")
_READS = ("list_clusters", "get_cluster", "list_nodes", "get_task")
FOREIGN = "foreign"
_HAND = "i-hand"
# A server that hangs goes on at the latest while its client, which has given up, looks what became of its call.
_SLOW = (1.0, 20.0, 35.0, 50.0)


def faults(rng: random.Random) -> list[dict[str, Any]]:
    """Rules for some days of bad weather; on most days only a few."""
    return [_fault(rng) for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))]


def _fault(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.1:
        return {"operation": "attach", "probability": 0.7, "kind": "attach_fails", "instances": ["*a", "*c"]}
    operation = rng.choice((*_CHANGES, *_CHANGES, *_READS, "*"))
    kinds = _ANYWHERE + (_ON_CHANGES.get(operation, ()) * 2)
    rule: dict[str, Any] = dict(rng.choice(kinds)(rng))
    trigger = rng.choice(
        ({"nth": rng.randint(1, 6)}, {"first": rng.randint(1, 4)}, {"probability": rng.choice((0.05, 0.3, 0.6))})
    )
    return {"operation": operation, **trigger, **rule}


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


def meddle(rng: random.Random, account: Account, near: Collection[str] = ()) -> str:
    """Somebody does something to some cluster by hand, one of these where one is there.

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


def _delete(rng: random.Random, account: Account, seen: Seen) -> None:
    account.world.delete(seen.cluster_id)


_DEEDS = (_grow, _grow, _shrink, _shrink, _detach, _attach, _delete)


def heal(account: Account) -> None:
    """Bad weather is over: no fault any more, and what it left stuck or odd is put right by hand."""
    account.weather(())
    account.unstick()
    for seen in account.clusters().values():
        if seen.state not in {"running", "failed"}:
            account.world.turn(seen.cluster_id, "running" if seen.made else "failed")
