"""Workers: how many are wanted and live, which instances to attach and which to remove.

Wanted are `num_of_nodes` and the attached instances; live is `size` without masters (contract, what a difference
becomes). An instance counts as attached when the live nodes, where they are known, show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ackplan.core.answers import Node
from ackplan.core.size import Size
from ackplan.record import RecordedCluster
from ackplan.spec.desired import ScaleInChoice, Wanted

MASTER = "Master"
# How far the clocks of two services may be apart, in seconds.
_CLOCKS = 300.0


@dataclass(frozen=True, slots=True)
class Workers:
    """The difference in workers.

    `live` is None where the API does not tell the size. `delta` is how many workers are missing (positive) or too
    many (negative) once `attach` and `detach` are done. `returned` are instances that the record thought attached and
    that are not live any more; `joined` are wanted ones that are live already, but not recorded. `disputed`: size and
    nodes of the cluster disagree.
    """

    wanted: int
    live: int | None
    delta: int
    attach: tuple[str, ...] = ()
    detach: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    disputed: bool = False


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


def count_live(size: int | None, masters: int, nodes: Sequence[Node] | None) -> tuple[int | None, bool]:
    """How many workers are live, and whether size and nodes disagree about it: then the nodes tell.

    A node that is leaving or failed may be counted in the size, or not.
    """
    if nodes is None:
        return (Size(size, masters).workers if size is not None else None), False
    workers = [node for node in nodes if node.role != MASTER]
    if size is None:
        return len(workers), False
    well = sum(not node.ill for node in workers)
    told = Size(size, masters).workers
    if size in {len(nodes), len(nodes) - len(workers) + well} or well <= told <= len(workers):
        return told, False
    return len(workers), True


@dataclass(frozen=True, slots=True)
class Removal:
    """The workers to remove, and why others are not among them, in words."""

    nodes: tuple[Node, ...]
    spared: tuple[str, ...] = ()


def choose(
    scale_in: ScaleInChoice, need: int, nodes: Sequence[Node], kept: frozenset[str], created: str = ""
) -> Removal:
    """Up to `need` workers to remove, as `scale_in` names or picks them; never a master nor one of `kept`.

    A strategy picks what is leaving or failed first, and only nodes that ACK made for this cluster: none of another
    source, nor one older than the cluster (`created`); and no PrePaid instance where instances are to be released.
    """
    workers = [node for node in nodes if node.role != MASTER and not {node.instance_id, node.name} & kept]
    if scale_in.nodes is not None:
        known = {name: node for node in workers for name in (node.name, node.instance_id) if name}
        named = dict.fromkeys(known[name] for name in scale_in.nodes if name in known)
        return Removal(tuple(named)[:need])
    reasons = [(node, _spared(node, created, release=bool(scale_in.release_node))) for node in workers]
    free = [node for node, reason in reasons if not reason]
    free.sort(key=lambda node: (node.created, node.key), reverse=scale_in.strategy == "newest")
    free.sort(key=lambda node: not node.ill)
    spared = tuple(f"{node.key} ({reason})" for node, reason in reasons if reason)
    return Removal(tuple(free[:need]), spared)


def _spared(node: Node, created: str, *, release: bool) -> str:
    """Why a strategy must not pick this node; empty where it may."""
    if not node.instance_id:
        return "it is no instance"
    if node.made is False:
        return f"its source is {node.source}: not made for the cluster"
    if _before(node.created, created):
        return "it is older than the cluster: not made for it"
    if release and node.charge_type == "PrePaid":
        return "a PrePaid instance can't be released"
    return ""


def _before(node: str, cluster: str) -> bool:
    """Whether a node is older than the cluster, by more than clocks differ; False where times can't be read."""
    try:
        parted = (datetime.fromisoformat(node) - datetime.fromisoformat(cluster)).total_seconds()
    except (ValueError, TypeError):
        return False
    return parted < -_CLOCKS
