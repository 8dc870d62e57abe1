"""What a plan does to machines and disks that its calls don't say: warnings, at most one of each a cluster.

Attaching replaces system disks and may format data disks (guide 2.6), adding workers knows fewer parameters than the
creation did (2.3), a deletion releases all nodes (2.12), and removing nodes may release them (2.11).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ackplan.core.catalog import Catalog, Kind
from ackplan.core.diagnostics import Diagnostic, warning
from ackplan.core.work import Attach, Delete, ScaleIn, ScaleOut, Work
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Caution:
    """A warning about steps with one work. `detail` says what it is about of a change, and of the instances recorded as
    attached; nothing where it does not apply.

    Without a `parameter` it is about the number of workers.
    """

    work: type[Work]
    code: str
    summary: str
    cure: str
    parameter: str
    detail: Callable[[Change, tuple[str, ...]], str]


def cautions(
    changes: Iterable[Change], wanted: Mapping[str, Wanted], recorded: Mapping[str, RecordedCluster]
) -> Iterator[Diagnostic]:
    """The warnings about what these changes do; what is blocked does nothing."""
    for change in changes:
        works = {type(step.work) for step in change.steps}
        if not works or change.is_blocked:
            continue
        spec, entry = wanted.get(change.cluster), recorded.get(change.cluster)
        for caution in _CAUTIONS:
            if caution.work not in works:
                continue
            detail = caution.detail(change, entry.attached if entry else ())
            if detail:
                parameter = caution.parameter or _counting(change)
                span = spec.span_of(parameter) if spec else None
                texts = (caution.summary, detail, caution.cure)
                yield warning(caution.code, *texts, span=span, cluster=change.cluster, parameter=parameter)


def _counting(change: Change) -> str:
    counting = change.kind.count_parameter
    return counting.name if counting else ""


def uncarried(kind: Kind, values: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    """What a scale-out with this body leaves out of a cluster's create parameters, each as `NAME VALUE`."""
    lacks, sources = _scale_out(kind.catalog)
    for name, instead in lacks:
        if values.get(name, instead) != instead:
            yield f"{name} {json.dumps(values[name])}"
    for name, froms in sources:
        sent = body.get(name)
        if isinstance(sent, list):
            source = next((source for source in froms if source in values), "")
            given = values.get(source)
            if isinstance(given, list | tuple) and len(given) > len(sent):
                yield f"more than {len(sent)} of the {len(given)} {source}"


@functools.cache
def _scale_out(api: Catalog) -> tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """What a scale-out can't carry, with the value that nothing is lost of; and where its parameters come from."""
    (file,) = api.operation("scale_out").bodies
    sources = ((name, tuple(schema["x-ack-from"])) for name, schema in api.body_parameters(file).items())
    return tuple(api.schemas.read(file)["x-ack-lacks"].items()), tuple(sources)


def _instances(change: Change, work: type[Work], asked: str = "") -> str:
    """The instances that steps with this work are about; with `asked` only of those whose body sets that."""
    bodies = ((step, step.call.body or {}) for step in change.steps if type(step.work) is work and step.call)
    return _listed([i for step, body in bodies if not asked or body.get(asked) is True for i in step.instances])


def _listed(instances: Sequence[str]) -> str:
    more = len(instances) - _SHOWN
    return ", ".join(instances[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _replaced(change: Change, _: tuple[str, ...]) -> str:
    joining = _instances(change, Attach)
    return f"attaching replaces the system disk of {joining}: what is on it is lost" if joining else ""


def _formatted(change: Change, _: tuple[str, ...]) -> str:
    joining = _instances(change, Attach, "format_disk")
    return f"format_disk formats the data disks of {joining}: what is on them is lost" if joining else ""


def _unlike(change: Change, _: tuple[str, ...]) -> str:
    bodies = [step.work.call.body or {} for step in change.steps if isinstance(step.work, ScaleOut)]
    told = [fact for body in bodies for fact in uncarried(change.kind, change.after or {}, body)]
    return f"the call that adds workers can't carry {', '.join(told)}: new workers come without" if told else ""


def _joined(change: Change, _: tuple[str, ...]) -> str:
    own_way = change.kind.root.get("x-ack-join")
    joining = _instances(change, Attach)
    if not joining or own_way is None:
        return ""
    return f"attaching is for instances of the cloud ({joining}); edge nodes join by the script that {own_way} makes"


def _deleted(_: Change, attached: tuple[str, ...]) -> str:
    if not attached:
        return ""
    return f"a deletion releases the nodes of a cluster, and may take those that were attached: {_listed(attached)}"


def _released(change: Change, _: tuple[str, ...]) -> str:
    leaving = _instances(change, ScaleIn, "release_node")
    return f"removed from the cluster and released, with what is on their disks: {leaving}" if leaving else ""


_CAUTIONS = (
    _Caution(Attach, "ACK2051", "System disks are replaced", "Back up first what must stay", "attach", _replaced),
    _Caution(
        Attach,
        "ACK2052",
        "Data disks are formatted",
        "Leave format_disk out to keep them",
        "attach",
        _formatted,
    ),
    _Caution(
        ScaleOut,
        "ACK2053",
        "New workers differ from the first",
        "Where that matters, make the instances yourself and attach them",
        "",
        _unlike,
    ),
    _Caution(
        Delete,
        "ACK2054",
        "Attached instances may be released",
        "To keep them take them out of attach first, and apply that",
        "attach",
        _deleted,
    ),
    _Caution(
        Attach,
        "ACK2056",
        "Edge nodes join by a script",
        "For a node at the edge: ackplan attach-script NAME, and run on it what that prints",
        "attach",
        _joined,
    ),
    _Caution(
        ScaleIn,
        "ACK2055",
        "Instances are released",
        "To keep them: scale_in.release_node: false",
        "scale_in",
        _released,
    ),
)
