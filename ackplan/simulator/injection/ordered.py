"""Faults that somebody ordered while the world was there already: each for a number of calls, then it is over.

They are kept with the world, so that one process orders them and another's calls meet them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from ackplan.simulator.account import Ledger
from ackplan.simulator.belongings import Belonging
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.json_types import JsonObject, inner, number

_KIND = "ordered_fault"
# They belong to no cluster.
_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A fault and how many calls it is still for. `name` tells it from others."""

    name: str
    rule: Rule
    left: int


Waiting: TypeAlias = Sequence[Ordered]


def order(ledger: Ledger, rule: Rule, times: int) -> None:
    """`rule` has passed the checks of a file of faults."""
    _keep(ledger, Ordered(f"{ledger.serial(_KIND):09}", rule, times))


def waiting(ledger: Ledger) -> list[Ordered]:
    """Those that are not over, in the order in which they were made."""
    return [_read(one) for one in ledger.store.belongings(_KIND, _NOBODY)]


def clear(ledger: Ledger) -> int:
    """Takes all back; how many there were."""
    there = waiting(ledger)
    ledger.store.drop_belongings(_NOBODY)
    return len(there)


def meet(ledger: Ledger, faults: Waiting, operation: str, cluster: str) -> list[Rule]:
    """What a call meets of these: each that fits has one call less."""
    met = [one for one in faults if _fits(one.rule, operation, cluster)]
    for one in met:
        if one.left > 1:
            _keep(ledger, Ordered(one.name, one.rule, one.left - 1))
        else:
            ledger.store.drop_belonging(_KIND, _NOBODY, one.name)
    return [one.rule for one in met]


def _fits(rule: Rule, operation: str, cluster: str) -> bool:
    return rule.get("operation", "*") in {"*", operation} and fnmatchcase(cluster, rule.get("cluster", "*"))


def _keep(ledger: Ledger, one: Ordered) -> None:
    rule: JsonObject = json.loads(json.dumps(one.rule))
    ledger.store.keep_belonging(Belonging(_KIND, _NOBODY, one.name, {"rule": rule, "left": one.left}))


def _read(one: Belonging) -> Ordered:
    rule: dict[str, object] = dict(inner(one.values, "rule"))
    return Ordered(one.name, rule, number(one.values, "left"))  # type: ignore[arg-type]  # written by `_keep`
