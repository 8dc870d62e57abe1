"""Why a change is refused, and what to do about it. Refused changes are planned and shown all the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ackplan.core.actions import Side
from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.core.values import ABSENT
from ackplan.documents.misspelt import meant_by
from ackplan.plan.parameter_change import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def protected(name: str, wanted: Wanted | None, what: str) -> Diagnostic:
    return error(
        "ACK2004.protected", what=f"{what} it", span=wanted.span_of("lifecycle") if wanted else None, cluster=name
    )


def deletion_protected(name: str, wanted: Wanted | None, live: Cluster, what: str) -> Diagnostic:
    in_spec = wanted is not None and any("deletion_protection" in p.places for p in wanted.kind.parameters.values())
    return error(
        "ACK2004.deletion_protected_in_spec" if in_spec else "ACK2004.deletion_protected",
        cluster_id=live.cluster_id,
        what=f"{what} it",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def taken(wanted: Wanted, live: Cluster) -> Diagnostic:
    return error("ACK2002", cluster_id=live.cluster_id, type_told=live.type_told, span=wanted.span, cluster=wanted.name)


def ambiguous(wanted: Wanted) -> Diagnostic:
    return error("ACK2008", span=wanted.span, cluster=wanted.name)


def mistaken(name: str, recorded: RecordedCluster, live: Cluster, wanted: Wanted | None) -> Diagnostic:
    return error(
        "ACK2023.mistaken",
        cluster_id=recorded.cluster_id,
        live=live.name,
        region=live.region_id,
        renamed=live.name if live.name != name else "",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def held(name: str, recorded: RecordedCluster | None, live: Cluster, holder: str, wanted: Wanted | None) -> Diagnostic:
    return error(
        "ACK2023.held",
        cluster_id=live.cluster_id,
        state=live.state,
        region_id=live.region_id,
        holder=holder,
        lost=recorded.cluster_id if recorded else "",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def unseen(name: str, recorded: RecordedCluster, wanted: Wanted | None) -> Diagnostic:
    return error(
        "ACK2024",
        cluster_id=recorded.cluster_id,
        accepted_at=recorded.accepted_at,
        span=wanted.span if wanted else None,
        cluster=name,
    )


def twins(name: str, live: Iterable[Cluster], wanted: Wanted | None) -> Diagnostic:
    ids = ", ".join(f"{cluster.cluster_id} ({cluster.state}, {cluster.region_id})" for cluster in live)
    return error("ACK2022.recorded", ids=ids, span=wanted.span if wanted else None, cluster=name)


def not_recorded(wanted: Wanted, recorded: RecordedCluster | None, live: Cluster) -> Diagnostic:
    return error(
        "ACK2001",
        cluster_id=live.cluster_id,
        state=live.state,
        region_id=live.region_id,
        lost=recorded.cluster_id if recorded else "",
        span=wanted.span,
        cluster=wanted.name,
    )


def cannot_change(wanted: Wanted, change: ParameterChange) -> Diagnostic:
    before = "no value" if change.before is ABSENT else _quoted(change.before)
    after = "none" if change.after is ABSENT else _quoted(change.after)
    parameter = wanted.kind.parameters.get(change.name)
    misspelt = parameter is not None and meant_by(change.after, parameter.schema)
    return error(
        "ACK2003.misspelt" if misspelt else "ACK2003.live" if change.side is Side.LIVE else "ACK2003.applied",
        before=before,
        after=after,
        near=misspelt or "",
        span=wanted.span_of(change.name),
        cluster=wanted.name,
        parameter=change.name,
    )


def cannot_rename(wanted: Wanted, old: str, cluster: str) -> Diagnostic:
    return error(
        "ACK2058",
        new=wanted.name,
        old=old,
        span=wanted.span_of("renamed_from"),
        cluster=cluster,
        parameter="renamed_from",
    )


def _quoted(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def turned_back(wanted: Wanted, recorded: RecordedCluster) -> Diagnostic:
    """The spec has lost the key by which the cluster is one of today's."""
    key = recorded.kind.section_key
    return error("ACK2043.cluster", key=key, span=wanted.span, cluster=wanted.name, parameter=key)


def size_unknown(wanted: Wanted) -> Diagnostic:
    return error("ACK2007", span=wanted.span, cluster=wanted.name)


def lacking(wanted: Wanted, parameter: str) -> Diagnostic:
    return error("ACK2012", span=wanted.span_of(_counting(wanted)), cluster=wanted.name, parameter=parameter)


def _counting(wanted: Wanted) -> str:
    counting = wanted.kind.count_parameter
    return counting.name if counting else ""


def unnamed(wanted: Wanted, live: int, target: int, need: int) -> Diagnostic:
    name = _counting(wanted)
    return error(
        "ACK2005", live=live, target=target, need=need, span=wanted.span_of(name), cluster=wanted.name, parameter=name
    )


def disputed(wanted: Wanted, live: Cluster, nodes: int, *, blocks: bool) -> Diagnostic:
    """Size and nodes of a live cluster disagree: an error where workers would be added or removed by them."""
    make = error if blocks else warning
    return make(
        "ACK2032",
        size=live.size,
        nodes=nodes,
        span=wanted.span_of(_counting(wanted)),
        cluster=wanted.name,
        parameter=_counting(wanted),
    )


def too_few_named(wanted: Wanted, need: int, short: int, spared: Sequence[str]) -> Diagnostic:
    return error(
        "ACK2006",
        need=need,
        short=short,
        spared=", ".join(spared),
        span=wanted.span_of("scale_in"),
        cluster=wanted.name,
        parameter="scale_in",
    )


def unfilled(wanted: Wanted, parameter: str) -> Diagnostic:
    return error(
        "ACK1052",
        value=_quoted(wanted.parameters[parameter]),
        span=wanted.span_of(parameter),
        cluster=wanted.name,
        parameter=parameter,
    )
