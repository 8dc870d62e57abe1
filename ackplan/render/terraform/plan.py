"""The plan, the record and a validation as JSON of the shapes that Terraform prints.

Tools that read `terraform show -json` and `terraform validate -json` read these unchanged. What only ackplan has
stands under the one key `ackplan`. No secret is in it, and no time but `ackplan.made`: the same plan always gives the
same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ackplan import __version__
from ackplan.core import language
from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, has_errors
from ackplan.core.json_types import Json
from ackplan.core.world import encode_world
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan import untrusted
from ackplan.plan.costs import Costs
from ackplan.plan.model import Plan
from ackplan.plan.plan_file import PlanFile
from ackplan.record import Record
from ackplan.render.facts.cost_words import costs_data
from ackplan.render.terraform import naming
from ackplan.render.terraform import resource_values as values
from ackplan.render.terraform.checks import checks
from ackplan.render.terraform.configuration import configuration
from ackplan.render.terraform.former_words import in_former_words
from ackplan.render.terraform.lazy_lists import texts, whole
from ackplan.render.terraform.own import own_of_plan
from ackplan.render.terraform.resource_changes import drift_of, resource_changes
from ackplan.render.terraform.resource_values import by_address, module

PLAN_FORMAT = "1.2"
STATE_FORMAT = "1.0"
# The version that readers of Terraform's JSON are told: the one whose shapes these are.
TERRAFORM_VERSION = "1.9.0"

_OF_THE_RECORD = frozenset({"ackplan_version", "prior_state", "resource_drift"})
_FIRST = ("format_version", "terraform_version", "ackplan_version")


@language.speaking(language.ENGLISH)
def plan_json(plan: Plan, record: Record, limits: Limits = USUAL, *, former: bool = False) -> dict[str, object]:
    """The plan as `terraform show -json PLANFILE` has it. `record` is the record that it was made on.

    A plan file has the times of a run within the usual limits; `former` gives attributes the names in files of formats
    1 and 2.
    """
    return {name: whole(value) for name, value in plan_outline(plan, record, limits, former=former).items()}


@language.speaking(language.ENGLISH)
def plan_outline(plan: Plan, record: Record, limits: Limits = USUAL, *, former: bool = False) -> dict[str, object]:
    """The same, its long lists to be made by whoever writes them."""
    acting = [change for change in plan.changes if change.action not in {Action.DELETE, Action.FORGET}]
    planned = [change for change in acting if change.after is not None]
    names = naming.of_plan(plan, record, former=former)
    return {
        "format_version": PLAN_FORMAT,
        "terraform_version": TERRAFORM_VERSION,
        "ackplan_version": __version__,
        "planned_values": {"root_module": module(values.planned(planned, names), names)},
        "resource_drift": by_address(drift_of(change, plan.mode, names) for change in plan.changes),
        "resource_changes": resource_changes(plan, names),
        "prior_state": _state(module(values.recorded(values.prior(plan, record), names), names)),
        "configuration": configuration(planned, names),
        "relevant_attributes": [],
        **checks(plan),
        "errored": not plan.applicable,
        "applyable": plan.applicable and bool(plan.acting),
        "complete": plan.applicable and not plan.narrowed,
        "ackplan": own_of_plan(plan, limits),
    }


def with_costs(shown: Mapping[str, object], costs: Costs | None) -> Mapping[str, object]:
    """The JSON of a plan with what it costs, under `ackplan`, where that is known."""
    if costs is None:
        return shown
    return {**shown, "ackplan": {**untrusted.mapping(shown["ackplan"]), "costs": costs_data(costs)}}


def file_json(file: PlanFile) -> Mapping[str, object]:
    """The plan in a plan file, as the ackplan that wrote it would print it; of one of format 1 what stands there.

    Its long lists are made by whoever writes them.
    """
    if file.record is None:
        return file.shown or {}
    return {**plan_outline(file.plan, file.record), "ackplan_version": file.version}


def former_json(file: PlanFile, record: Record) -> dict[str, object]:
    """The same in the words of plan files of formats 1 and 2."""
    return {**in_former_words(plan_json(file.plan, record, former=True)), "ackplan_version": file.version}


def tells(shown: object, plan: Plan) -> bool:
    """Whether JSON from a plan file tells of this very plan, in all that can be told without the record."""
    if not isinstance(shown, dict):
        return False
    told = (
        (key, value)
        for key, value in in_former_words(plan_json(plan, Record(""), former=True)).items()
        if key not in _OF_THE_RECORD
    )
    return all(_plain(shown.get(key)) == _plain(json.loads(json.dumps(value))) for key, value in told)


def _plain(value: Json) -> Json:
    """Without the old address of a cluster, which only the record tells."""
    if not isinstance(value, list):
        return value
    return [
        {k: v for k, v in entry.items() if k != "previous_address"} if isinstance(entry, dict) else entry
        for entry in value
    ]


@language.speaking(language.ENGLISH)
def record_json(record: Record) -> dict[str, object]:
    """The record as `terraform show -json` has the state."""
    names = naming.of_record(record)
    root = untrusted.mapping(whole(module(values.recorded(record.entries, names), names)))
    own: dict[str, object] = {"lineage": record.lineage, "serial": record.serial}
    if record.world:
        own["world"] = encode_world(record.world)
    return {**_state(root), "ackplan_version": __version__, "ackplan": own}


def validate_json(diagnostics: Iterable[Diagnostic]) -> dict[str, object]:
    """What is wrong with a spec, as `terraform validate -json` says it."""
    found = list(diagnostics)
    errors = sum(diagnostic.is_error for diagnostic in found)
    return {
        "format_version": "1.0",
        "valid": not has_errors(found),
        "error_count": errors,
        "warning_count": len(found) - errors,
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in found],
    }


def dumps(data: Mapping[str, object]) -> str:
    """JSON on one line without spaces: versions first, then all keys sorted, ackplan's own last.

    Characters that are invisible, steer a terminal or are broken stand as escapes, which mean the same to a reader.
    """
    return "".join(pieces(data))


def pieces(data: Mapping[str, object]) -> Iterator[str]:
    """The same in pieces, for the whole need not be in memory."""
    names = [name for name in _FIRST if name in data]
    names += sorted(set(data) - set(names), key=lambda name: (name == "ackplan", name))
    for number, name in enumerate(names):
        yield "," if number else "{"
        yield from texts(name)
        yield ":"
        yield from texts(data[name])
    yield "}" if names else "{}"


def _state(root: Mapping[str, object]) -> dict[str, object]:
    return {"format_version": STATE_FORMAT, "terraform_version": TERRAFORM_VERSION, "values": {"root_module": root}}


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, object]:
    """A finding as `terraform validate -json` has it."""
    subject = ": ".join(part for part in (diagnostic.cluster, diagnostic.parameter) if part)
    said = ". ".join(part for part in (diagnostic.detail, diagnostic.cure) if part)
    shown: dict[str, object] = {
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "detail": ": ".join(part for part in (subject, said) if part),
        "ackplan": {
            "code": diagnostic.code,
            "cluster": diagnostic.cluster,
            "parameter": diagnostic.parameter,
            "cure": diagnostic.cure,
            **({"rule": diagnostic.rule} if diagnostic.rule else {}),
        },
    }
    span = diagnostic.span
    if span is None:
        return shown
    start = {"line": span.line, "column": span.column}
    end = {"line": span.line, "column": span.column + 1}
    return {**shown, "range": {"filename": span.file, "start": start, "end": end}}
