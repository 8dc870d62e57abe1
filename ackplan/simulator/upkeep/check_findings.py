"""What checks of a cluster find: what was put there with a live state, and what is wrong with the version planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.json_types import Json, JsonObject, objects, text
from ackplan.simulator.records import Cluster

LEVELS = ("normal", "warning", "error")
_KIND = "findings"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `level` is one of LEVELS, `target` what it was found at."""

    group: str
    level: str
    message: str
    target: str

    def item(self) -> JsonObject:
        """As a check shows it."""
        level: JsonObject = {"Message": self.message, "Targets": [{"Target": self.target}]}
        return {"Group": self.group, "Level": {self.level: level}}

    def kept(self) -> JsonObject:
        """As a check keeps it."""
        return {"group": self.group, "level": self.level, "message": self.message, "target": self.target}


def known(ledger: Ledger, cluster: Cluster) -> Sequence[Found]:
    """What every check of a cluster finds."""
    kept = ledger.store.belonging(_KIND, cluster.cluster_id, _KIND)
    return [_found(one) for one in objects(kept.values, "all")] if kept else []


def _found(said: Mapping[str, Json]) -> Found:
    return Found(
        text(said, "group", "ClusterResource"), text(said, "level"), text(said, "message"), text(said, "target", "")
    )


def errors(ledger: Ledger, cluster: Cluster) -> Sequence[str]:
    """What forbids an upgrade, in words."""
    return [one.message for one in known(ledger, cluster) if one.level == "error"]


def sow(ledger: Ledger, cluster: Cluster, value: Json) -> None:
    """`findings` of a live cluster: a list of `level`, `message`, `group`, `target`. Raises ValueError for others."""
    ledger.store.keep_belonging(Belonging(_KIND, cluster.cluster_id, _KIND, {"all": entries(value)}))


def entries(value: Json) -> list[Json]:
    """A list of findings as it is kept. Raises ValueError for anything else."""
    listed = [_found(one) for one in objects({_KIND: value}, _KIND)]
    if any(one.level not in LEVELS for one in listed):
        raise ValueError(f"findings: a level is one of {', '.join(LEVELS)}")
    return [one.kept() for one in listed]
