"""Why a change is refused, and what to do about it. Refused changes are planned and shown all the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ackplan.core.answers import Cluster
from ackplan.core.diagnostics import Diagnostic, error, warning
from ackplan.core.values import ABSENT
from ackplan.core.work import Side
from ackplan.diff import ParameterChange
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted


def protected(name: str, wanted: Wanted | None, what: str) -> Diagnostic:
    return error(
        "ACK2004",
        "Cluster is protected",
        f"lifecycle.prevent_destroy refuses to {what} it",
        "Commit lifecycle: {prevent_destroy: false} for it and apply that first",
        span=wanted.span_of("lifecycle") if wanted else None,
        cluster=name,
    )


def deletion_protected(name: str, wanted: Wanted | None, live: Cluster, what: str) -> Diagnostic:
    return error(
        "ACK2004",
        "Cluster is protected",
        f"deletion_protection of the live cluster {live.cluster_id} refuses to {what} it",
        "Switch it off first, in the console or with: ackplan api PUT "
        f"/api/v2/clusters/{live.cluster_id} --body '{{\"deletion_protection\": false}}'",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def taken(wanted: Wanted, live: Cluster) -> Diagnostic:
    return error(
        "ACK2002",
        "Name is taken by a cluster of another product",
        f"{live.cluster_id} of type {live.type_told} has it; names are unique in an account",
        "Choose another name",
        span=wanted.span,
        cluster=wanted.name,
    )


def ambiguous(wanted: Wanted) -> Diagnostic:
    return error(
        "ACK2008",
        "Several live clusters have this name",
        "which of them is meant can't be told",
        f"Look at them: ackplan clusters; then record the right one: ackplan import {wanted.name} CLUSTER_ID",
        span=wanted.span,
        cluster=wanted.name,
    )


def mistaken(name: str, recorded: RecordedCluster, live: Cluster, wanted: Wanted | None) -> Diagnostic:
    where = f" in {live.region_id}" if live.region_id else ""
    renamed = f"Was it renamed? ackplan state mv {name} {live.name}. " if live.name != name else ""
    return error(
        "ACK2023",
        "Recorded id is another cluster's",
        f"{recorded.cluster_id} is recorded as {name}, and live as {live.name}{where}",
        f"{renamed}Was the record edited or merged by hand? Put it back (ackplan state history), or "
        f"forget the entry and record the right cluster: ackplan state rm {name}; ackplan import {name} CLUSTER_ID",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def held(name: str, recorded: RecordedCluster | None, live: Cluster, holder: str, wanted: Wanted | None) -> Diagnostic:
    lost = f"; {recorded.cluster_id}, recorded as {name}, is gone" if recorded else ""
    mixed = "Was the record edited or merged by hand? Put it back (ackplan state history), or rename the entry: "
    forget = f"ackplan state rm {name}; " if recorded else ""
    return error(
        "ACK2023",
        "Recorded id is another cluster's",
        f"{live.cluster_id} ({live.state}, {live.region_id}) is live as {name}, and recorded as {holder}{lost}",
        f"{mixed}{forget}ackplan state mv {holder} {name}",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def unseen(name: str, recorded: RecordedCluster, wanted: Wanted | None) -> Diagnostic:
    return error(
        "ACK2024",
        "Cluster is not visible",
        f"{recorded.cluster_id} was accepted at {recorded.accepted_at}; that is too recent to tell that it is gone",
        "Plan again in a few minutes",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def twins(name: str, live: Iterable[Cluster], wanted: Wanted | None) -> Diagnostic:
    ids = ", ".join(f"{cluster.cluster_id} ({cluster.state}, {cluster.region_id})" for cluster in live)
    return error(
        "ACK2022",
        "Several live clusters have one name",
        f"{ids}: one of them may be a creation that was sent twice",
        f"Look at them: ackplan clusters; delete the one that is not needed, or rename it: {name} must be one cluster",
        span=wanted.span if wanted else None,
        cluster=name,
    )


def not_recorded(wanted: Wanted, recorded: RecordedCluster | None, live: Cluster) -> Diagnostic:
    lost = f"; the recorded {recorded.cluster_id} is gone" if recorded else ""
    return error(
        "ACK2001",
        "Cluster is live, but not recorded",
        f"{live.cluster_id} ({live.state}, {live.region_id}) has this name{lost}",
        f"To take it over: ackplan plan --adopt {wanted.name}, or lifecycle: {{adopt: true}}; "
        f"to record it alone: ackplan import {wanted.name}",
        span=wanted.span,
        cluster=wanted.name,
    )


def cannot_change(wanted: Wanted, change: ParameterChange) -> Diagnostic:
    moved = "the live cluster has" if change.side is Side.LIVE else "it was applied with"
    before = "no value" if change.before is ABSENT else _quoted(change.before)
    after = "none" if change.after is ABSENT else _quoted(change.after)
    return error(
        "ACK2003",
        "Parameter can't change in place",
        f"{moved} {before}, the spec wants {after}; ACK fixes it at creation",
        f"{_mending(change)}, or replace the cluster: ackplan plan --replace {wanted.name}",
        span=wanted.span_of(change.name),
        cluster=wanted.name,
        parameter=change.name,
    )


def _mending(change: ParameterChange) -> str:
    """How spec and cluster come to agree again without a replacement."""
    if change.side is Side.LIVE:
        return f"Write what is live into the spec, leave it alone (lifecycle: {{ignore_changes: [{change.name}]}})"
    return "Put the old value back"


def cannot_rename(wanted: Wanted, old: str, cluster: str) -> Diagnostic:
    return error(
        "ACK2058",
        "Cluster can't be renamed",
        f"the spec says that {wanted.name} is {old} under another name; no call of this API version renames",
        f"Call it {old} again; or take renamed_from out: then {old} is deleted and {wanted.name} created",
        span=wanted.span_of("renamed_from"),
        cluster=cluster,
        parameter="renamed_from",
    )


def _quoted(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def size_unknown(wanted: Wanted) -> Diagnostic:
    return error(
        "ACK2007",
        "Size of the live cluster is unknown",
        "the API reports none",
        "Try again later, or look at it: ackplan clusters " + wanted.name,
        span=wanted.span,
        cluster=wanted.name,
    )


def lacking(wanted: Wanted, parameter: str) -> Diagnostic:
    return error(
        "ACK2012",
        "Workers can't be added without this",
        "the call needs it; the spec does not set it and the live cluster does not show it",
        f"Set it, with what goes with it, to what the cluster has, and ignore it as a difference: "
        f"lifecycle: {{ignore_changes: [{parameter}]}}",
        span=wanted.span_of(_counting(wanted)),
        cluster=wanted.name,
        parameter=parameter,
    )


def _counting(wanted: Wanted) -> str:
    counting = wanted.kind.count_parameter
    return counting.name if counting else ""


def unnamed(wanted: Wanted, live: int, target: int, need: int) -> Diagnostic:
    name = _counting(wanted)
    return error(
        "ACK2005",
        "Fewer workers, but none named to remove",
        f"{live} workers are live, {target} wanted: {need} to remove",
        "Name them: scale_in: {nodes: [i-...], release_node: true}, "
        "or let them be picked: scale_in: {strategy: newest}",
        span=wanted.span_of(name),
        cluster=wanted.name,
        parameter=name,
    )


def disputed(wanted: Wanted, live: Cluster, nodes: int, *, blocks: bool) -> Diagnostic:
    """Size and nodes of a live cluster disagree: an error where workers would be added or removed by them."""
    make = error if blocks else warning
    return make(
        "ACK2032",
        "Size and nodes of the cluster disagree",
        f"its size is {live.size}, its list has {nodes} nodes; nothing is scaled by that",
        f"Wait until they agree, or look at it: ackplan clusters {wanted.name}; then plan again",
        span=wanted.span_of(_counting(wanted)),
        cluster=wanted.name,
        parameter=_counting(wanted),
    )


def too_few_named(wanted: Wanted, need: int, short: int, spared: Sequence[str]) -> Diagnostic:
    left = f"; not picked: {', '.join(spared)}" if spared else ""
    return error(
        "ACK2006",
        "Too few workers to remove",
        f"{need} are to be removed; {short} more must be named that are live workers and not attached ones{left}",
        "Add them under scale_in.nodes, or use scale_in: {strategy: newest}",
        span=wanted.span_of("scale_in"),
        cluster=wanted.name,
        parameter="scale_in",
    )


def unfilled(wanted: Wanted, parameter: str) -> Diagnostic:
    return error(
        "ACK1052",
        "Value was never filled in",
        f"{_quoted(wanted.parameters[parameter])} stands for what the API did not show when the spec was exported",
        "Write what the cluster was created with; that changes nothing",
        span=wanted.span_of(parameter),
        cluster=wanted.name,
        parameter=parameter,
    )
