"""Workers: how many are wanted and live, which instances to attach and to give up.

Wanted are `num_of_nodes` and the attached instances; live is `size` without masters (contract, what a difference
becomes). An instance counts as attached when the live nodes, where they are known, show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ackplan.model.answers import Node
from ackplan.model.wanted import ScaleIn, Wanted
from ackplan.record import RecordedCluster

MASTER = "Master"


@dataclass(frozen=True, slots=True)
class Workers:
    """The difference in workers.

    `live` is None where the API does not tell the size. `delta` is how many workers are missing (positive) or too
    many (negative) once `attach` and `detach` are done. `returned` are instances that the record thought attached and
    that are not live any more; `joined` are wanted ones that are live already, but not recorded.
    """

    wanted: int
    live: int | None
    delta: int
    attach: tuple[str, ...] = ()
    detach: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


def compare_workers(
    wanted: Wanted, count: int, recorded: RecordedCluster, live: int | None, nodes: Sequence[Node] | None
) -> Workers:
    """`count` is the wanted number of nodes apart from attached ones, `live` the number of live workers."""
    if not wanted.attach and not recorded.attached:
        return Workers(wanted=count, live=live, delta=count - live if live is not None else 0)
    present = {node.instance_id for node in nodes} if nodes is not None else set(recorded.attached)
    attach = tuple(instance for instance in wanted.attached if instance not in present)
    unwanted = [instance for instance in recorded.attached if instance not in wanted.attached]
    detach = tuple(instance for instance in unwanted if instance in present)
    target = count + len(wanted.attached)
    after = live + len(attach) - len(detach) if live is not None else None
    return Workers(
        wanted=target,
        live=live,
        delta=target - after if after is not None else 0,
        attach=attach,
        detach=detach,
        returned=tuple(i for i in recorded.attached if i not in present),
        joined=tuple(i for i in wanted.attached if i in present and i not in recorded.attached),
    )


def choose(scale_in: ScaleIn, need: int, nodes: Sequence[Node], kept: frozenset[str]) -> tuple[str, ...]:
    """Up to `need` workers to give up, as `scale_in` names or picks them; never a master nor one of `kept`."""
    workers = [node for node in nodes if node.role != MASTER and node.instance_id not in kept]
    if scale_in.nodes is not None:
        known = {node.instance_id for node in workers}
        return tuple(instance for instance in scale_in.nodes if instance in known)[:need]
    newest_first = scale_in.strategy == "newest"
    workers.sort(key=lambda node: (node.created, node.instance_id), reverse=newest_first)
    return tuple(node.instance_id for node in workers[:need])
