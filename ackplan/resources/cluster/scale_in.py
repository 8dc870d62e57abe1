"""Which workers are removed, how calls name them, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.core.answers import Cluster, Node
from ackplan.core.diagnostics import Diagnostic
from ackplan.record import RecordedCluster
from ackplan.resources.cluster import refusals
from ackplan.resources.cluster.cases import Namesake, Present
from ackplan.resources.cluster.compare import Difference
from ackplan.resources.worker_steps import teams_own
from ackplan.resources.workers import choose
from ackplan.spec.desired import Wanted


def _recount(wanted: Wanted, difference: Difference) -> bool:
    counting = wanted.kind.count_parameter
    return counting is not None and any(change.name == counting.name for change in difference.changes)


def release(
    sides: Present | Namesake, recorded: RecordedCluster, difference: Difference
) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The workers to give up, and what stands against it."""
    wanted, workers = sides.desired, difference.workers
    if workers is None:
        return (), []
    if workers.live is None:
        moved = workers.attach or workers.detach or _recount(wanted, difference)
        return (), [refusals.size_unknown(wanted)] if moved else []
    if workers.delta >= 0:
        return (), []
    need = -workers.delta
    if wanted.scale_in is None:
        return (), [refusals.unnamed(wanted, workers.live, workers.wanted, need)]
    if workers.disputed:
        return (), []
    since = str(sides.live.attributes.get("created") or "") if isinstance(sides, Present) else ""
    chosen = choose(wanted.scale_in, need, sides.nodes or (), teams_own(wanted, recorded), since)
    short = need - len(chosen.nodes)
    released = tuple(node.key for node in chosen.nodes)
    return released, [refusals.too_few_named(wanted, need, short, chosen.spared)] if short else []


def sent_as(nodes: Sequence[Node], by: str) -> dict[str, str]:
    """How calls name each node: by `name`, by `id`, or (`auto`) by its name only where it is no instance."""
    names = {node.key: node.name if by == "name" and node.name else node.key for node in nodes}
    return {key: name for key, name in names.items() if key != name}


def disputed(wanted: Wanted, live: Cluster, difference: Difference, nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    """Nothing is scaled where size and nodes of the live cluster disagree; that they do is said anyway."""
    workers = difference.workers
    if workers is not None and workers.disputed:
        yield refusals.disputed(wanted, live, len(nodes), blocks=workers.delta != 0)
