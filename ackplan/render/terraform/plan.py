"""The plan, the record and a validation as JSON of the shapes that Terraform prints.

Tools that read `terraform show -json` and `terraform validate -json` read these unchanged. What only ackplan has
stands under the one key `ackplan`. No secret is in it, and no time: the same plan always gives the same text.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ackplan import __version__
from ackplan.core.actions import Action
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic, has_errors
from ackplan.core.json_types import Json, JsonObject
from ackplan.core.world import encode_world
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.model import Change, Plan
from ackplan.plan.plan_file import PlanFile
from ackplan.record import Record, RecordedCluster
from ackplan.render.facts.safe import escaped
from ackplan.render.terraform import provider as resources
from ackplan.render.terraform.checks import checks
from ackplan.render.terraform.former_words import in_former_words
from ackplan.render.terraform.own import own_of_plan
from ackplan.render.terraform.resource_changes import drift_of, resource_change

PLAN_FORMAT = "1.2"
STATE_FORMAT = "1.0"
# The version that readers of Terraform's JSON are told: the one whose shapes these are.
TERRAFORM_VERSION = "1.9.0"

_OF_THE_RECORD = frozenset({"ackplan_version", "prior_state", "resource_drift"})
E = TypeVar("E", bound=Mapping[str, object])
_FIRST = ("format_version", "terraform_version", "ackplan_version")


def plan_json(plan: Plan, record: Record, limits: Limits = USUAL) -> dict[str, object]:
    """The plan as `terraform show -json PLANFILE` has it. `record` is the record that it was made on.

    A plan file has the times of a run within the usual limits.
    """
    acting = [change for change in plan.changes if change.action not in {Action.DELETE, Action.FORGET}]
    planned = [change for change in acting if change.after is not None]
    return {
        "format_version": PLAN_FORMAT,
        "terraform_version": TERRAFORM_VERSION,
        "ackplan_version": __version__,
        "planned_values": {"root_module": _module(_planned(change) for change in planned)},
        "resource_drift": _by_address(drift_of(change, plan.mode) for change in plan.changes),
        "resource_changes": _by_address(resource_change(change, plan.mode) for change in plan.changes),
        "prior_state": _state(_prior(plan, record)),
        "configuration": _configuration(planned),
        "relevant_attributes": [],
        **checks(plan),
        "errored": not plan.applicable,
        "applyable": plan.applicable and bool(plan.acting),
        "complete": plan.applicable and not plan.narrowed,
        "ackplan": own_of_plan(plan, limits),
    }


def file_json(file: PlanFile) -> Mapping[str, object]:
    """The plan in a plan file, as the ackplan that wrote it would print it; of one of format 1 what stands there."""
    if file.record is None:
        return file.shown or {}
    return {**plan_json(file.plan, file.record), "ackplan_version": file.version}


def tells(shown: object, plan: Plan) -> bool:
    """Whether JSON from a plan file tells of this very plan, in all that can be told without the record."""
    if not isinstance(shown, dict):
        return False
    told = (
        (key, value) for key, value in in_former_words(plan_json(plan, Record(""))).items() if key not in _OF_THE_RECORD
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


def record_json(record: Record) -> dict[str, object]:
    """The record as `terraform show -json` has the state."""
    entries = [_recorded(name, entry, record.entries) for name, entry in record.entries.items()]
    own: dict[str, object] = {"lineage": record.lineage, "serial": record.serial}
    if record.world:
        own["world"] = encode_world(record.world)
    return {**_state(entries), "ackplan_version": __version__, "ackplan": own}


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
    names = [name for name in _FIRST if name in data]
    names += sorted(set(data) - set(names), key=lambda name: (name == "ackplan", name))
    pairs = (f"{_text(name)}:{_text(data[name])}" for name in names)
    return escaped("{" + ",".join(pairs) + "}")


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _by_address(entries: Iterable[E | None]) -> list[E]:
    return sorted((entry for entry in entries if entry is not None), key=lambda entry: str(entry["address"]))


def _module(entries: Iterable[dict[str, object]]) -> dict[str, object]:
    found = _by_address(entries)
    return {"resources": found} if found else {}


def _planned(change: Change) -> dict[str, object]:
    replaced = change.action in {Action.CREATE, Action.REPLACE}
    found = resources.attributes(change.kind, change.name, change.after or {}, "" if replaced else change.cluster_id)
    return _resource(change.kind, change.name, found)


def _resource(kind: Kind, name: str, found: JsonObject) -> dict[str, object]:
    return {
        "address": resources.address(kind, name),
        "mode": "managed",
        "type": kind.resource,
        "name": name,
        "provider_name": resources.PROVIDER_NAME,
        "schema_version": 0,
        "values": dict(found),
        "sensitive_values": resources.sensitive(found),
    }


def _state(entries: Iterable[dict[str, object]]) -> dict[str, object]:
    return {
        "format_version": STATE_FORMAT,
        "terraform_version": TERRAFORM_VERSION,
        "values": {"root_module": _module(entries)},
    }


def _prior(plan: Plan, record: Record) -> Iterable[dict[str, object]]:
    """What is recorded or adopted, as far as it is still live, with what the plan saw of it."""
    seen = {change.name: change for change in plan.changes}
    clusters = {**record.entries}
    for name, change in seen.items():
        values = change.after if plan.mode == "refresh-only" and change.after is not None else change.before
        if values is None:
            clusters.pop(name, None)
        else:
            entry = clusters.get(name) or RecordedCluster(change.cluster_id, change.kind, {})
            clusters[name] = dataclasses.replace(entry, parameters=values)
    return (_recorded(name, entry, clusters) for name, entry in clusters.items())


def _recorded(name: str, entry: RecordedCluster, clusters: Mapping[str, RecordedCluster]) -> dict[str, object]:
    found = resources.attributes(entry.kind, name, entry.parameters, entry.cluster_id)
    needs = [resources.address(clusters[other].kind, other) for other in entry.depends_on if other in clusters]
    resource = _resource(entry.kind, name, found)
    return {**resource, "depends_on": needs} if needs else resource


def _configuration(planned: Iterable[Change]) -> dict[str, object]:
    kinds = {change.name: change.kind for change in planned}
    provider = {"name": resources.PROVIDER, "full_name": resources.PROVIDER_NAME}
    return {
        "provider_config": {resources.PROVIDER: provider},
        "root_module": _module(_configured(change, kinds) for change in planned),
    }


def _configured(change: Change, kinds: Mapping[str, Kind]) -> dict[str, object]:
    needs = [resources.address(kinds[name], name) for name in change.depends_on if name in kinds]
    found = resources.attributes(change.kind, change.name, change.after or {})
    configured = {
        "address": resources.address(change.kind, change.name),
        "mode": "managed",
        "type": change.kind.resource,
        "name": change.name,
        "provider_config_key": resources.PROVIDER,
        "expressions": {name: _expression(name, value) for name, value in found.items()},
        "schema_version": 0,
    }
    return {**configured, "depends_on": needs} if needs else configured


def _expression(name: str, value: Json) -> Json:
    """Blocks that repeat are lists of expressions; a sensitive value is an expression that refers to nothing."""
    if name in resources.sensitive_attributes():
        return {}
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return [{key: {"constant_value": inner} for key, inner in item.items()} for item in value]
    return {"constant_value": value}


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
