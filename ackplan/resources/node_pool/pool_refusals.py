"""What refuses that a pool gets more or fewer nodes: the rules that clusters have, in a pool's words."""

from __future__ import annotations

from ackplan.core.diagnostics import Diagnostic, error
from ackplan.resources.workers import Removal, Workers
from ackplan.spec.desired import Wanted


def _counting(desired: Wanted) -> str:
    counting = desired.kind.count_parameter
    return counting.name if counting else ""


def size_unknown(desired: Wanted) -> Diagnostic:
    return error("ACK2007.pool", span=desired.span, cluster=desired.name)


def unnamed(desired: Wanted, workers: Workers) -> Diagnostic:
    """Fewer nodes are wanted, and nothing says which are to go."""
    name = _counting(desired)
    return error(
        "ACK2005.pool",
        live=workers.live,
        target=workers.wanted,
        need=-workers.delta,
        span=desired.span_of(name),
        cluster=desired.name,
        parameter=name,
    )


def too_few_named(desired: Wanted, need: int, chosen: Removal) -> Diagnostic:
    return error(
        "ACK2006",
        need=need,
        short=need - len(chosen.nodes),
        spared=", ".join(chosen.spared),
        span=desired.span_of("scale_in"),
        cluster=desired.name,
        parameter="scale_in",
    )
