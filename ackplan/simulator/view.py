"""What a reading call sees of the world on a bad day: an older world, a part of it, or one that lags behind."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.json_types import Json
from ackplan.simulator.records import Cluster, Node

KINDS = frozenset({"lag", "size_lag", "stale", "partial", "no_instance_id"})


@dataclass(frozen=True, slots=True)
class View:
    """Rules of these kinds that fire for one call. `chance` is the seed of what they leave to chance.

    With a `region`, lists hold the clusters of that region alone; with a `pool`, the nodes of that node pool; with
    `wanted`, the nodes that have one of the values of each field.
    """

    rules: Sequence[Rule] = ()
    chance: str = ""
    region: str = ""
    pool: str = ""
    wanted: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def wants(self, node: Mapping[str, Json]) -> bool:
        """Whether a node, as it is answered, is among those that were named: for each field, one of its values."""
        return all(set(values) & set(_several(node.get(name))) for name, values in self.wanted.items() if values)

    def clusters(self, ledger: Ledger) -> list[Cluster]:
        """The list of all clusters."""
        here = [c for c in ledger.store.clusters() if self.region in {"", c.attributes.get("region_id")}]
        if not self.rules:
            return here
        present = {cluster.cluster_id: cluster for cluster in here}
        past = _Past(ledger, present)
        known = {**past.at(self._longest()), **present}
        aged = (self._aged(past, cluster) for cluster in known.values() if not self._omits(*_names(cluster)))
        return [cluster for cluster in aged if cluster is not None]

    def cluster(self, ledger: Ledger, cluster_id: str) -> Cluster | None:
        """One cluster by its id; None where it is not seen."""
        found = ledger.store.cluster(cluster_id)
        if not self.rules:
            return found
        past = _Past(ledger, {cluster_id: found} if found else {})
        known = found or past.at(self._longest()).get(cluster_id)
        return self._aged(past, known) if known else None

    def _aged(self, past: _Past, cluster: Cluster) -> Cluster | None:
        """The cluster as it is seen. `cluster` is how it is known, now or from before it was gone."""
        lag, size_lag, stale = (self._longest(kind, *_names(cluster)) for kind in ("lag", "size_lag", "stale"))
        shown, older = (past.at(seconds).get(cluster.cluster_id) for seconds in (stale, size_lag))
        if shown is None or (lag and cluster.cluster_id not in past.at(lag)):
            return None
        return dataclasses.replace(shown, size=older.size) if older else shown

    def nodes(self, ledger: Ledger, cluster_id: str) -> Iterator[Node]:
        """A cluster's nodes."""
        for node in ledger.store.nodes(cluster_id):
            names = (node.instance_id, str(node.attributes.get("node_name", "")))
            lag = self._longest("lag", *names)
            young = bool(lag) and node.since > ledger.now() - lag
            if not young and not self._omits(*names):
                hidden = any(rule["kind"] == "no_instance_id" and _fits(rule, *names) for rule in self.rules)
                yield dataclasses.replace(node, unnamed=True) if hidden else node

    def belongings(self, ledger: Ledger, kind: str, cluster_id: str) -> Iterator[Belonging]:
        """What a cluster has of a kind."""
        for one in ledger.store.belongings(kind, cluster_id):
            names = (one.name, str(one.values.get("name", one.name)))
            lag = self._longest("lag", *names)
            young = bool(lag) and one.since > ledger.now() - lag
            if not young and not self._omits(*names):
                yield one

    def _longest(self, kind: str = "", *names: str) -> float:
        """The most seconds of the rules that fit."""
        seconds = (
            rule.get("seconds", 0.0)
            for rule in self.rules
            if kind in {"", rule["kind"]} and (not names or _fits(rule, *names))
        )
        return float(max(seconds, default=0.0))

    def _omits(self, *names: str) -> bool:
        return any(
            rule["kind"] == "partial" and _fits(rule, *names) and self._drawn(rule, *names) for rule in self.rules
        )

    def _drawn(self, rule: Rule, *names: str) -> bool:
        chance = random.Random(f"{self.chance}:{names}").random()  # noqa: S311 - made to be repeatable
        return chance < float(rule.get("share", 1.1))


def _several(value: Json) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


PLAIN = View()


def _fits(rule: Rule, *names: str) -> bool:
    patterns = rule.get("names", ("*",))
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _names(cluster: Cluster) -> tuple[str, str]:
    return cluster.name, cluster.cluster_id


@dataclass(frozen=True, slots=True)
class _Past:
    """What clusters were so many seconds ago, by id. `present` is what they are."""

    ledger: Ledger
    present: Mapping[str, Cluster]
    _known: dict[float, Mapping[str, Cluster]] = field(default_factory=dict)

    def at(self, seconds: float) -> Mapping[str, Cluster]:
        if seconds <= 0:
            return self.present
        if seconds not in self._known:
            then = {**self.present, **self.ledger.store.changed_since(self.ledger.now() - seconds)}
            self._known[seconds] = {name: cluster for name, cluster in then.items() if cluster is not None}
        return self._known[seconds]
