"""What a plan does to machines and disks that its calls don't say: warnings, at most one of each a cluster.

Attaching replaces system disks and may format data disks (guide 2.6), adding workers knows fewer parameters than the
creation did (2.3), a deletion releases all nodes (2.12), and removing nodes may release them (2.11).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ackplan.core.catalog import Catalog, Kind
from ackplan.core.diagnostics import Diagnostic, made_printable, warning
from ackplan.core.work import Attach, Delete, ScaleIn, ScaleOut, Work
from ackplan.plan.model import Change
from ackplan.record import RecordedCluster
from ackplan.spec.desired import Wanted

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Caution:
    """A warning about steps with one work. `finding` makes it of a change, and of the instances recorded as attached;
    None where it does not apply.

    Without a `parameter` it is about the number of workers.
    """

    work: type[Work]
    parameter: str
    finding: Callable[[Change, tuple[str, ...]], Diagnostic | None]


def cautions(
    changes: Iterable[Change], wanted: Mapping[str, Wanted], recorded: Mapping[str, RecordedCluster]
) -> Iterator[Diagnostic]:
    """The warnings about what these changes do; what is blocked does nothing."""
    for change in changes:
        works = {type(step.work) for step in change.steps}
        if not works or change.is_blocked:
            continue
        spec, entry = wanted.get(change.name), recorded.get(change.name)
        for caution in _CAUTIONS:
            if caution.work not in works:
                continue
            finding = caution.finding(change, entry.attached if entry else ())
            if finding is not None:
                parameter = caution.parameter or _counting(change)
                span = spec.span_of(parameter) if spec else None
                yield made_printable(replace(finding, span=span, cluster=change.name, parameter=parameter))


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


def _replaced(change: Change, _: tuple[str, ...]) -> Diagnostic | None:
    joining = _instances(change, Attach)
    return warning("ACK2051", instances=joining) if joining else None


def _formatted(change: Change, _: tuple[str, ...]) -> Diagnostic | None:
    joining = _instances(change, Attach, "format_disk")
    return warning("ACK2052", instances=joining) if joining else None


def _unlike(change: Change, _: tuple[str, ...]) -> Diagnostic | None:
    bodies = [step.work.call.body or {} for step in change.steps if isinstance(step.work, ScaleOut)]
    lacking = [fact for body in bodies for fact in uncarried(change.kind, change.after or {}, body)]
    return warning("ACK2053", parameters=", ".join(lacking)) if lacking else None


def _joined(change: Change, _: tuple[str, ...]) -> Diagnostic | None:
    own_way = change.kind.root.get("x-ack-join")
    joining = _instances(change, Attach)
    if not joining or own_way is None:
        return None
    return warning("ACK2056", instances=joining, operation=own_way)


def _deleted(_: Change, attached: tuple[str, ...]) -> Diagnostic | None:
    return warning("ACK2054", instances=_listed(attached)) if attached else None


def _released(change: Change, _: tuple[str, ...]) -> Diagnostic | None:
    leaving = _instances(change, ScaleIn, "release_node")
    return warning("ACK2055", instances=leaving) if leaving else None


_CAUTIONS = (
    _Caution(Attach, "attach", _replaced),
    _Caution(Attach, "attach", _formatted),
    _Caution(ScaleOut, "", _unlike),
    _Caution(Delete, "attach", _deleted),
    _Caution(Attach, "attach", _joined),
    _Caution(ScaleIn, "scale_in", _released),
)
