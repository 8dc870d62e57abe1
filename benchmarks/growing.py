"""How whole commands grow: ten times as many clusters, in shapes that could take more than ten times as long.

Processor seconds of the commands' processes, without those that the same command needs for almost no cluster.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleets import fleet, name
from benchmarks.startup import seconds

_TIMES = 10
_HEAD = "ackplan: 1\nregion: cn-beijing\n"
_PLAN = ("plan", "--no-refresh")


@dataclass(frozen=True, slots=True)
class Case:
    """A spec of any number of clusters, and commands that run one after the other; the last is measured.

    `record` is what is recorded before.
    """

    spec: Callable[[int], str]
    commands: tuple[tuple[str, ...], ...]
    small: int = 1000
    record: str = ""


def _wrong_values(count: int) -> str:
    return fleet(count).replace("num_of_nodes: 3", "num_of_nodes: many")


def _unknown_names(count: int) -> str:
    wrong = "num_of_nodes: 3\n    depends_on: [clustr-"
    return "".join(
        part if not number else f"{wrong}{number:05}]{part}"
        for number, part in enumerate(fleet(count).split("num_of_nodes: 3"))
    )


def _chained_templates(count: int) -> str:
    chain = "".join(f"  t{number}: {{extends: t{number + 1}}}\n" for number in range(count))
    return f"{_HEAD}templates:\n{chain}  t{count}: {{cluster_type: Ask}}\nclusters:\n  a: {{vpcid: 7, extends: t0}}\n"


def _one_chain(count: int) -> str:
    links = "".join(
        f"  {name(number)}: {{extends: web{f', depends_on: [{name(number - 1)}]' if number else ''}}}\n"
        for number in range(count)
    )
    return f"{fleet(0, 'templates')}{links}".replace("clusters:\n", "    num_of_nodes: 3\nclusters:\n", 1)


def _full_layers(count: int) -> str:
    """Layers of 30 clusters, each of which depends on all of the layer before."""
    layers = [[name(number) for number in range(start, min(start + 30, count))] for start in range(0, count, 30)]
    clusters = "".join(
        f"  {one}: {{extends: web, depends_on: [{', '.join(before)}]}}\n"
        for before, layer in zip([[], *layers], layers, strict=False)
        for one in layer
    )
    return f"{fleet(0, 'templates')}{clusters}".replace("clusters:\n", "    num_of_nodes: 3\nclusters:\n", 1)


def _replaced_record() -> str:
    """A record of the first cluster, which can't become what the spec of a chain wants: all others depend on it."""
    parameters = {"cluster_type": "ManagedKubernetes", "region_id": "cn-beijing", "container_cidr": "10.0.0.0/16"}
    cluster = {"cluster_id": f"c{0:032x}", "kind": "managed", "created": True, "attached": [], "own": {}}
    clusters = {name(0): {**cluster, "parameters": parameters}}
    return json.dumps({"version": 1, "lineage": "bench", "serial": 1, "clusters": clusters})


SHORT = {
    "validate, each value wrong": Case(_wrong_values, (("validate",),), 300),
    "validate, each name unknown": Case(_unknown_names, (("validate",),)),
    "validate, one chain of templates": Case(_chained_templates, (("validate",),), 10_000),
}
CASES = {
    **SHORT,
    "validate, each value wrong, in Chinese": Case(_wrong_values, (("--lang", "zh", "validate"),), 300),
    "plan --policy, in Chinese": Case(fleet, (("--lang", "zh", *_PLAN, "--policy", "builtin:recommended"),)),
    "plan, one chain": Case(_one_chain, (_PLAN,)),
    "plan --skip-blocked, one chain": Case(_one_chain, ((*_PLAN, "--skip-blocked"),), record=_replaced_record()),
    "plan --target, one chain": Case(_one_chain, ((*_PLAN, "--target", name(500)),)),
    "plan --exclude, one chain": Case(_one_chain, ((*_PLAN, "--exclude", name(500)),)),
    "plan --exclude, full layers": Case(_full_layers, ((*_PLAN, "--exclude", name(500)),)),
    "plan as a page, full layers": Case(_full_layers, ((*_PLAN, "--format", "html"),)),
    "show a plan file": Case(_one_chain, ((*_PLAN, "--out", "it.plan"), ("show", "it.plan"))),
}


def measure(cases: dict[str, Case]) -> dict[str, float]:
    """How many times of linear each case grows."""
    found = {}
    for label, case in cases.items():
        # What is short is taken more often: its noise counts ten times.
        few, some = (statistics.median(_spent(case, count) for _ in range(3)) for count in (3, case.small))
        many = _spent(case, case.small * _TIMES)
        found[label] = (many - few) / (some - few) / _TIMES
        print(f"{label:34} {some:8.2f} {many:8.2f} s  {found[label]:6.2f} times linear", flush=True)
    return found


def _spent(case: Case, count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="ackplan-bench-") as folder:
        Path(folder, "ackplan.yaml").write_text(case.spec(count), "utf-8")
        if case.record:
            Path(folder, "state").mkdir()
            Path(folder, "state", "default.json").write_text(case.record, "utf-8")
        return [seconds([sys.executable, "-m", "ackplan", *command], folder, {0, 1}) for command in case.commands][-1]


if __name__ == "__main__":
    measure(CASES)
