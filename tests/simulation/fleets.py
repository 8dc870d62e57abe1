"""Fleets and the edits that people make to them, out of chance."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ackplan import spec

from .account import Seen

NAMES = ("base", "shop", "web", "data", "edge-1", "商店")
_WORKERS = {
    "snat_entry": True,
    "worker_instance_types": ["ecs.hfc5.xlarge"],
    "worker_system_disk_category": "cloud_efficiency",
    "worker_system_disk_size": 120,
    "login_password": {"env": "NODE_PASSWORD"},
}
_MANAGED = {"cluster_type": "ManagedKubernetes", "vpcid": "vpc-a", "vswitch_ids": ["vsw-a"], **_WORKERS}
_DEDICATED = {
    "cluster_type": "Kubernetes",
    "vpcid": "vpc-a",
    "worker_vswitch_ids": ["vsw-a"],
    "master_vswitch_ids": ["vsw-m"],
    "master_instance_types": ["ecs.c5.xlarge"],
    "master_system_disk_category": "cloud_ssd",
    "master_system_disk_size": 40,
    **_WORKERS,
}
_KINDS: tuple[Mapping[str, Any], ...] = (
    _MANAGED,
    _MANAGED,
    {key: value for key, value in _MANAGED.items() if key not in {"vpcid", "vswitch_ids"}},
    {**_MANAGED, "profile": "Edge"},
    _DEDICATED,
    {**_DEDICATED, "master_count": 5},
    {"cluster_type": "Ask", "vpc_id": "vpc-a", "vswitch_id": "vsw-a"},
)
Body = dict[str, Any]
# Instances that a cluster's `attach` may name begin so, those that a hand attaches otherwise.
OWN = "i-own"
_MOVES = 0.0


def pool(name: str) -> list[str]:
    """The instances that belong to this cluster, unless they were moved to another."""
    return [f"{OWN}{NAMES.index(name)}{letter}" for letter in "abcd"]


@dataclass
class Fleet:
    """The spec as its owners edit it. `once` keeps every cluster's last body, also when it is gone from the spec."""

    clusters: dict[str, Body] = field(default_factory=dict)
    once: dict[str, Body] = field(default_factory=dict)
    _saved: tuple[str, spec.Spec] = ("", spec.Spec({}, (), ()))

    def save(self, folder: Path) -> spec.Spec:
        """Writes the spec, and reads it again where it is another one than before."""
        self._part()
        self.once.update(self.clusters)
        document = {"ackplan": 1, "region": "cn-beijing", "clusters": self.clusters}
        text = json.dumps(document, ensure_ascii=False)
        if text != self._saved[0]:
            (folder / "ackplan.yaml").write_text(text, "utf-8")
            self._saved = text, spec.read(spec.Inputs(folder))
        read = self._saved[1]
        assert not read.diagnostics, [str(diagnostic) for diagnostic in read.diagnostics]
        return read

    def _part(self) -> None:
        """An instance belongs to one cluster."""
        given: set[str] = set()
        for name in sorted(self.clusters):
            groups = []
            for group in self.clusters[name].pop("attach", ()):
                instances = [instance for instance in group["instances"] if instance not in given]
                given.update(instances)
                groups += [{**group, "instances": instances}] if instances else []
            if groups:
                self.clusters[name]["attach"] = groups


def new_cluster(rng: random.Random, fleet: Fleet) -> None:
    """One more cluster, where a name is left."""
    free = [name for name in NAMES if name not in fleet.clusters]
    if not free:
        return
    name = rng.choice(free)
    body: Body = dict(rng.choice(_KINDS))
    if has_nodes(body):
        body["num_of_nodes"] = rng.choice((0, 1, 2, 2, 3, 5))
        for edit in rng.sample((_attach, _scale_in, _fixed_elsewhere), rng.choice((0, 0, 1, 2))):
            edit(rng, name, body, None)
    if rng.random() < 0.3:
        body["timeouts"] = dict.fromkeys(("create", "scale", "attach", "remove", "delete"), rng.choice(("5m", "20m")))
    if zlib.crc32(f"{name} {len(fleet.clusters)} {body.get('num_of_nodes')}".encode()) % 5 == 3:
        body["lifecycle"] = {"prevent_destroy": True}
    fleet.clusters[name] = body
    _depend(rng, fleet, name)


def has_nodes(body: Mapping[str, Any]) -> bool:
    return bool(body["cluster_type"] != "Ask")


def _depend(rng: random.Random, fleet: Fleet, name: str) -> None:
    earlier = [other for other in NAMES[: NAMES.index(name)] if other in fleet.clusters]
    chosen = rng.sample(earlier, min(len(earlier), rng.choice((0, 0, 1, 2))))
    fleet.clusters[name].pop("depends_on", None)
    if chosen:
        fleet.clusters[name]["depends_on"] = sorted(chosen)


def edit(rng: random.Random, fleet: Fleet, live: Mapping[str, Seen]) -> str:
    """One edit; says what it was."""
    chance = rng.random()
    if not fleet.clusters or chance < 0.12:
        new_cluster(rng, fleet)
        return "adds a cluster"
    name = rng.choice(sorted(fleet.clusters))
    if chance < 0.22:
        remove(fleet, name)
        return f"removes {name}"
    if chance < 0.28:
        _depend(rng, fleet, name)
        return f"orders {name}"
    if chance < 0.28 + _MOVES:
        return _move(rng, fleet)
    body = fleet.clusters[name]
    chosen = rng.choice(_EDITS if has_nodes(body) else (_protect, _replaceable, _timeouts))
    chosen(rng, name, body, live.get(name))
    return f"{chosen.__name__.strip('_')} {name}"


def think_again(rng: random.Random, fleet: Fleet, live: Mapping[str, Seen], names: Collection[str]) -> str:
    """An edit of a cluster of these names, of what a run that was killed may have been about to do to it."""
    known = sorted(name for name in names if name in fleet.clusters and has_nodes(fleet.clusters[name]))
    if not known:
        return "changes nothing"
    name = rng.choice(known)
    body = fleet.clusters[name]
    chosen = rng.choice((_attach, _detach_all, _detach_all, _resize))
    chosen(rng, name, body, live.get(name))
    return f"{chosen.__name__.strip('_')} {name}"


def _detach_all(_rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    body.pop("attach", None)


def _move(rng: random.Random, fleet: Fleet) -> str:
    """One attached instance of one cluster is to be in another."""
    manned = sorted(name for name, body in fleet.clusters.items() if has_nodes(body))
    givers = [name for name in manned if fleet.clusters[name].get("attach")]
    if not givers or len(manned) < 2:
        return "changes nothing"
    giver = rng.choice(givers)
    taker = rng.choice([name for name in manned if name != giver])
    groups = fleet.clusters[giver]["attach"]
    moved = groups[0]["instances"][0]
    left = [{**group, "instances": [i for i in group["instances"] if i != moved]} for group in groups]
    fleet.clusters[giver]["attach"] = [group for group in left if group["instances"]]
    fleet.clusters[taker]["attach"] = [
        *fleet.clusters[taker].get("attach", ()),
        {"instances": [moved], "key_pair": "kp"},
    ]
    return f"moves {moved} from {giver} to {taker}"


def remove(fleet: Fleet, name: str) -> None:
    fleet.once[name] = fleet.clusters.pop(name)
    for body in fleet.clusters.values():
        left = [other for other in body.pop("depends_on", ()) if other != name]
        if left:
            body["depends_on"] = left


def _resize(rng: random.Random, name: str, body: Body, live: Seen | None) -> None:
    body["num_of_nodes"] = rng.choice((0, 1, 2, 3, 4, 6))
    if rng.random() < 0.7:
        _scale_in(rng, name, body, live)


def _scale_in(rng: random.Random, _name: str, body: Body, live: Seen | None) -> None:
    made = sorted(live.workers - live.attached) if live else []
    if made and rng.random() < 0.3:
        body["scale_in"] = {"nodes": rng.sample(made, rng.randint(1, len(made)))}
    else:
        body["scale_in"] = {"strategy": rng.choice(("newest", "oldest"))}
    if rng.random() < 0.7:
        body["scale_in"]["release_node"] = rng.random() < 0.7


def _attach(rng: random.Random, name: str, body: Body, _live: Seen | None) -> None:
    mine = pool(name)
    chosen = rng.sample(mine, rng.randint(0, len(mine)))
    cut = rng.randint(0, len(chosen))
    groups = [group for group in (chosen[:cut], chosen[cut:]) if group]
    how = ({"password": {"env": "ROOT_PASSWORD"}}, {"key_pair": "kp"})
    body.pop("attach", None)
    if groups:
        body["attach"] = [{"instances": group, **rng.choice(how)} for group in groups]


def _protect(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    body["lifecycle"] = {**body.get("lifecycle", {}), "prevent_destroy": rng.random() < 0.5}


def _replaceable(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    body["lifecycle"] = {**body.get("lifecycle", {}), "replace": rng.choice(("allow", "allow", "never"))}


def _ignore(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    ignored = rng.choice((["num_of_nodes"], []))
    body["lifecycle"] = {**body.get("lifecycle", {}), "ignore_changes": ignored}


def _fixed_elsewhere(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    """A parameter that is fixed at creation."""
    body["worker_system_disk_size"] = rng.choice((120, 120, 200))


def _timeouts(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    body["timeouts"] = {rng.choice(("create", "scale", "attach", "remove", "delete")): rng.choice(("5m", "1h"))}


def _recorded(rng: random.Random, _name: str, body: Body, _live: Seen | None) -> None:
    body["timeout_mins"] = rng.choice((30, 60, 90))


_EDITS: tuple[Callable[[random.Random, str, Body, Seen | None], None], ...] = (
    _resize,
    _resize,
    _resize,
    _attach,
    _attach,
    _scale_in,
    _protect,
    _replaceable,
    _ignore,
    _fixed_elsewhere,
    _timeouts,
    _recorded,
)


def mend(fleet: Fleet, protected: list[str], taken: Collection[str]) -> None:
    """What a careful owner does so that nothing is refused any more.

    `protected` are recorded as such; names that are `taken` were given to clusters by somebody else.
    """
    for name in protected:
        fleet.clusters.setdefault(name, dict(fleet.once[name])).pop("depends_on", None)
    for name, body in fleet.clusters.items():
        kept = {key: value for key, value in body.get("lifecycle", {}).items() if key == "ignore_changes"}
        body["lifecycle"] = {**kept, "prevent_destroy": False, "replace": "allow"}
        if name in taken:
            body["lifecycle"]["adopt"] = True
        body.pop("timeouts", None)
        if has_nodes(body):
            body["scale_in"] = {"strategy": "newest", "release_node": True}
