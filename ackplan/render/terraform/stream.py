"""A run as JSON, one object a line, in the message types of Terraform's `apply -json`.

Who reads that stream reads this one. What only ackplan has (steps, calls, request ids) stands under the key `ackplan`
of a message. `at` is when a message is written, RFC 3339: time is the caller's. No secret is in any message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ackplan import __version__
from ackplan.core.actions import Action, Reason
from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic
from ackplan.core.work import Create, Delete
from ackplan.execute.outcomes import Event, Moment, Outcome, Result, Status
from ackplan.plan.model import Change, Plan, Step
from ackplan.render.facts.progress import Standing, progress_words
from ackplan.render.facts.safe import printable
from ackplan.render.facts.view import call_of
from ackplan.render.facts.words import duration
from ackplan.render.terraform import provider
from ackplan.render.terraform.plan import TERRAFORM_VERSION, diagnostic_json, dumps

# The version of Terraform's stream whose messages these are.
UI_VERSION = "1.2"

_ACTIONS: Mapping[Action, tuple[str, str]] = {
    Action.CREATE: ("create", "Plan to create"),
    Action.UPDATE: ("update", "Plan to update"),
    Action.REPLACE: ("replace", "Plan to replace"),
    Action.DELETE: ("delete", "Plan to delete"),
    Action.ADOPT: ("import", "Plan to import"),
    Action.FORGET: ("remove", "Plan to remove from the record"),
    Action.RECORD: ("noop", "Plan to change the record only"),
    Action.NOOP: ("noop", "Nothing is planned"),
}
_REASONS = {
    (Action.REPLACE, Reason.CANNOT_UPDATE): "cannot_update",
    (Action.REPLACE, Reason.REQUESTED): "requested",
    (Action.REPLACE, Reason.CREATE_FAILED): "tainted",
    (Action.DELETE, Reason.NOT_IN_SPEC): "delete_because_no_resource_config",
}
# The verbs of Terraform's own messages: what is under way, and the noun of what ended.
_VERBS = {
    "create": ("creating", "Creation"),
    "update": ("modifying", "Modifications"),
    "delete": ("destroying", "Destruction"),
    "remove": ("forgetting", "Forgetting"),
}
_Facts: TypeAlias = Mapping[str, object]
_NOTHING: _Facts = {}


def version_message(*, at: str) -> str:
    """The first message of a stream."""
    own = {"terraform": TERRAFORM_VERSION, "ui": UI_VERSION, "ackplan": {"version": __version__}}
    return _message("version", f"ackplan {__version__}", at, own)


def plan_messages(plan: Plan, *, at: str) -> list[str]:
    """What is planned: drift, a message for each change, the plan's errors and warnings, and the counts."""
    acting = [change for change in plan.changes if change.action is not Action.NOOP or change.blocked]
    lines = [_planned(change, "resource_drift", at) for change in acting if change.drifted]
    lines += [_planned(change, "planned_change", at) for change in acting]
    refused = [diagnostic for change in acting for diagnostic in change.blocked]
    lines += [diagnostic_message(diagnostic, at=at) for diagnostic in (*plan.diagnostics, *refused)]
    free = [change for change in acting if not change.is_blocked]
    add, remove = _number(free, Action.CREATE, Action.REPLACE), _number(free, Action.DELETE, Action.REPLACE)
    counts = {
        "add": add,
        "change": _number(free, Action.UPDATE),
        "import": _imports(free),
        "remove": remove,
    }
    adopted = f"{counts['import']} to import, " if counts["import"] else ""
    text = f"Plan: {adopted}{add} to add, {counts['change']} to change, {remove} to destroy."
    own = {"blocked": len(plan.blocked), "applicable": plan.applicable}
    lines.append(_message("change_summary", text, at, {"changes": {**counts, "operation": "plan"}, "ackplan": own}))
    return lines


def _number(changes: Iterable[Change], *actions: Action) -> int:
    return sum(change.action in actions for change in changes)


def _imports(changes: Iterable[Change]) -> int:
    """How many clusters are taken over; what else happens to them is counted besides."""
    return sum(change.reason is Reason.ADOPTION for change in changes)


def _planned(change: Change, kind: str, at: str) -> str:
    action, text = _ACTIONS[change.action]
    if kind == "resource_drift":
        action = "delete" if change.reason in {Reason.VANISHED, Reason.GONE} else "update"
        text = f"Drift detected ({action})"
    resource = provider.identity(change.kind.resource, change.address)
    told: dict[str, object] = {"resource": _resource(resource), "action": action}
    reason = _REASONS.get((change.action, change.reason))
    if reason and kind == "planned_change":
        told["reason"] = reason
    if change.reason is Reason.ADOPTION:
        told["importing"] = {"id": change.cluster_id}
    own = {"action": change.action.value, "reason": change.reason.name.lower(), "blocked": change.is_blocked}
    return _message(kind, f"{resource['address']}: {text}", at, {"change": told, "ackplan": own})


def kinds_of(plan: Plan) -> dict[str, Kind]:
    """The kind of each cluster of a plan, by name: what `event_json` needs to name a resource as Terraform does."""
    return {change.name: change.kind for change in plan.changes}


def event_json(event: Event, kinds: Mapping[str, Kind], *, at: str) -> str | None:
    """What just happened: one message, those of its errors on further lines; None where nothing needs to be said."""
    step = event.step
    if step is None:
        return _message("log", printable(event.detail), at, {}) if event.detail else None
    kind = kinds.get(step.name)
    told = _Telling(step, provider.identity(kind.resource if kind else "", step.address), at)
    match event.moment:
        case Moment.STARTED:
            named = f" [id={step.cluster_id}]" if step.cluster_id else ""
            return told.hook("apply_start", f"{told.doing.capitalize()}...{named}", _known(step.cluster_id))
        case Moment.PROGRESS:
            text = f"Still {told.doing}... [{duration(event.seconds)} elapsed]"
            return told.hook("apply_progress", text, _elapsed(event), {"state": event.detail})
        case Moment.NOTE:
            return told.log(event.detail, "info", {})
        case Moment.EARLIER:
            return None
        case Moment.ENDED:
            return _ended(event, event.outcome, told) if event.outcome else None


def progress_message(progress: Standing, *, at: str) -> str:
    """How far the run is, once in a while also where nothing happens: who reads the stream knows that it is alive."""
    return _message("log", progress_words(progress), at, {"ackplan": {"progress": progress.json()}})


@dataclass(frozen=True, slots=True)
class _Telling:
    """Messages about one step."""

    step: Step
    resource: provider.Identity
    at: str

    @property
    def address(self) -> str:
        return self.resource["address"]

    @property
    def doing(self) -> str:
        known = _VERBS.get(self.step.traits.terraform)
        return known[0] if known else self.step.traits.verb.doing

    @property
    def ended(self) -> str:
        known = _VERBS.get(self.step.traits.terraform)
        return known[1] if known else self.step.traits.verb.infinitive.capitalize()

    def hook(
        self, kind: str, text: str, more: Mapping[str, object] = _NOTHING, own: Mapping[str, object] = _NOTHING
    ) -> str:
        """`more` stands beside resource and action, `own` beside the step's id and call."""
        hook = {"resource": _resource(self.resource), "action": self.step.traits.terraform, **more}
        told = {"step": self.step.id, "call": call_of(self.step) or None, **own}
        level = "error" if kind == "apply_errored" else "info"
        return _message(kind, f"{self.address}: {text}", self.at, {"hook": hook, "ackplan": told}, level=level)

    def log(self, text: str, level: str, own: _Facts) -> str:
        told = {"step": self.step.id, **own}
        return _message("log", f"{self.address}: {text}", self.at, {"ackplan": told}, level=level)


def _known(cluster_id: str) -> dict[str, str]:
    return {"id_key": "id", "id_value": cluster_id} if cluster_id else {}


def _elapsed(event: Event) -> dict[str, int]:
    return {"elapsed_seconds": round(event.seconds)}


def _ended(event: Event, outcome: Outcome, told: _Telling) -> str | None:
    took, ids = duration(event.seconds), {"request_ids": list(outcome.request_ids), "task_ids": list(outcome.task_ids)}
    own = {"status": outcome.status.value, **ids}
    match outcome.status:
        case Status.DONE:
            found = outcome.cluster_id or told.step.cluster_id
            text = f"{told.ended} complete after {took}" + (f" [id={found}]" if found else "")
            first = told.hook("apply_complete", text, {**_known(found), **_elapsed(event)}, own)
            return "\n".join([first, *_said(outcome, told)])
        case Status.FAILED:
            first = told.hook("apply_errored", f"{told.ended} errored after {took}", _elapsed(event), own)
            return "\n".join([first, *_said(outcome, told)])
        case Status.INTERRUPTED:
            text = f"{told.ended} interrupted after {took}; it may still be going on"
            return told.hook("apply_errored", text, _elapsed(event), own)
        case Status.SKIPPED:
            return told.log(f"skipped: {told.step.traits.verb.infinitive}, which waits for what failed", "warn", own)
        case Status.NOT_STARTED:
            return None


def _said(outcome: Outcome, told: _Telling) -> list[str]:
    """The errors of a step that failed, the warnings of one that is done."""
    return [diagnostic_message(each, at=told.at, address=told.address) for each in outcome.diagnostics]


def diagnostic_message(diagnostic: Diagnostic, *, at: str, address: str = "") -> str:
    """An error or a warning; `address` is the resource that it is about."""
    shown = diagnostic_json(diagnostic)
    told = {**shown, "address": address} if address else shown
    level = "error" if diagnostic.is_error else "warn"
    text = f"{diagnostic.severity.value.capitalize()}: {diagnostic.summary}"
    return _message("diagnostic", text, at, {"diagnostic": told}, level=level)


def summary_message(result: Result, plan: Plan, *, at: str) -> str:
    """At the end of a run: what was done of the plan. Steps that an earlier run did are counted with it."""
    done = [step for step in plan.steps if _is_done(step, result)]
    finished = [c for c in plan.changes if c.steps and all(_is_done(step, result) for step in c.steps)]
    operation = "destroy" if plan.mode == "destroy" else "apply"
    counts = {
        "add": sum(isinstance(step.work, Create) for step in done),
        "change": _number(finished, Action.UPDATE),
        "import": _imports(finished),
        "remove": sum(isinstance(step.work, Delete) for step in done),
    }
    own: dict[str, object] = {status.value.replace(" ", "_"): result.count(status) for status in Status}
    own |= {"complete": result.complete, "interrupted": result.interrupted, "seconds": round(result.seconds, 3)}
    text = f"{operation.capitalize()} {'complete' if result.complete else 'incomplete'}! "
    text += f"Resources: {counts['add']} added, {counts['change']} changed, {counts['remove']} destroyed."
    level = "info" if result.complete else "error"
    return _message(
        "change_summary", text, at, {"changes": {**counts, "operation": operation}, "ackplan": own}, level=level
    )


def outputs_message(result: Result, plan: Plan, *, at: str) -> str:
    """The ids of the clusters that are there now, by name, as Terraform tells its outputs after a complete run."""
    created = {step: end.cluster_id for step, end in result.outcomes.items() if end.cluster_id}
    gone = {Action.DELETE, Action.FORGET}
    ids = {
        change.name: next((created[step.id] for step in change.steps if step.id in created), change.cluster_id)
        for change in plan.changes
        if change.action not in gone
    }
    outputs = {name: {"sensitive": False, "type": "string", "value": found} for name, found in ids.items() if found}
    return _message("outputs", f"Outputs: {len(outputs)}", at, {"outputs": outputs})


def _is_done(step: Step, result: Result) -> bool:
    end = result.outcomes.get(step.id)
    return end is None or end.status is Status.DONE


def _resource(named: provider.Identity) -> dict[str, str | None]:
    return {
        "addr": named["address"],
        "module": "",
        "resource": named["address"],
        "implied_provider": provider.PROVIDER,
        "resource_type": named["type"],
        "resource_name": named["name"],
        "resource_key": named.get("index"),
    }


def _message(kind: str, text: str, at: str, more: _Facts, *, level: str = "info") -> str:
    head = {"@level": level, "@message": printable(text), "@module": "terraform.ui", "@timestamp": at, "type": kind}
    return dumps({**head, **more})
