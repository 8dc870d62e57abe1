"""A run as text: a line for each thing that happens, and at the end what was done, what was not, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.core.actions import Action
from ackplan.core.diagnostics import hint
from ackplan.core.work import Create, Delete, Modify, Upgrade
from ackplan.execute.outcomes import Event, Moment, Outcome, Result, Status
from ackplan.plan.model import Change, Plan, Step
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import DONE, counted, duration
from ackplan.render.text.style import Style, diagnostic_without_cluster

_ALWAYS = (Action.CREATE, Action.UPDATE, Action.DELETE)
_SOMETIMES = (Action.REPLACE, Action.ADOPT, Action.FORGET, Action.RECORD)
_AGAIN = {
    "normal": "ackplan apply",
    "destroy": "ackplan destroy",
    "refresh-only": "ackplan apply --refresh-only",
}
_UNDONE = {
    Status.SKIPPED: "Skipped, because they wait for what failed",
    Status.INTERRUPTED: "Interrupted, and maybe still going on",
    Status.NOT_STARTED: "Not started",
}


def event_line(event: Event, *, color: bool) -> str | None:
    """One line for what just happened; None where nothing needs to be said."""
    style = Style(color)
    if event.step is None:
        return f"note: {printable(event.detail)}" if event.detail else None
    name = f"{style('bold', printable(event.step.name))}: "
    match event.moment:
        case Moment.STARTED:
            silent = event.step.traits.silent
            return None if silent else f"{name}{event.step.traits.verb.doing}{_detail(event.step)}..."
        case Moment.PROGRESS:
            state = f" ({printable(event.detail)})" if event.detail else ""
            return f"{name}still {event.step.traits.verb.doing}{state} [{duration(event.seconds)}]"
        case Moment.NOTE:
            return name + printable(event.detail)
        case Moment.ENDED:
            return _ended(event, event.step, name, style)


def _detail(step: Step) -> str:
    """What a scaling or an attach is about."""
    size = f" to {counted(step.size.after, 'worker')}" if step.size else ""
    if isinstance(step.work, Modify) and step.part:
        return printable(f": {step.part.replace('_', ' ')}")
    if isinstance(step.work, Upgrade):
        return printable(f" to {step.work.version}")
    return size + (f": {', '.join(map(printable, step.instances))}" if step.instances else "")


def _ended(event: Event, step: Step, name: str, style: Style) -> str | None:
    outcome = event.outcome
    if outcome is None or outcome.status is Status.NOT_STARTED:
        return None
    verb = step.traits.verb
    if outcome.status is Status.DONE:
        after = "" if step.traits.silent else f" after {duration(event.seconds)}"
        known = f" [id={printable(outcome.cluster_id)}]" if isinstance(step.work, Create) and outcome.cluster_id else ""
        return f"{name}{style('good', verb.done)}{after}{known}"
    if outcome.status is Status.SKIPPED:
        return f"{name}{style('warning', 'skipped')}: {verb.infinitive}, which waits for what failed"
    if outcome.status is Status.INTERRUPTED:
        return f"{name}{style('warning', 'interrupted')} while {verb.doing}, after {duration(event.seconds)}"
    why = "; ".join(diagnostic_without_cluster(diagnostic, style) for diagnostic in outcome.diagnostics)
    return f"{name}{style('error', 'FAILED')} to {verb.infinitive} after {duration(event.seconds)}: {why}"


def result_text(result: Result, plan: Plan, *, color: bool) -> str:
    """What a run did, for its end. A step without an outcome was done by an earlier run of the same plan."""
    style = Style(color)
    sections = ["\n".join(_failures(result, plan, style))]
    sections += ["\n".join(_undone(result, plan, status, title)) for status, title in _UNDONE.items()]
    sections.append("\n".join(_verdict(result, plan, style)))
    return "\n\n".join(section for section in sections if section)


def _steps(result: Result, plan: Plan, status: Status) -> Iterator[tuple[Step, Outcome]]:
    for step in plan.steps:
        outcome = result.outcomes.get(step.id)
        if outcome is not None and outcome.status is status:
            yield step, outcome


def _failures(result: Result, plan: Plan, style: Style) -> Iterator[str]:
    failed = list(_steps(result, plan, Status.FAILED))
    if failed:
        yield style("error", "Failed:")
    for step, outcome in failed:
        yield f"  {printable(step.name)}: {step.traits.verb.infinitive}{_requests(outcome)}"
        yield from (f"    {diagnostic_without_cluster(diagnostic, style)}" for diagnostic in outcome.diagnostics)


def _requests(outcome: Outcome) -> str:
    return f" (request {', '.join(map(printable, outcome.request_ids))})" if outcome.request_ids else ""


def _undone(result: Result, plan: Plan, status: Status, title: str) -> Iterator[str]:
    steps = [step for step, _ in _steps(result, plan, status)]
    if steps:
        yield f"{title}:"
    for step in steps:
        yield f"  {printable(step.name)}: {step.traits.verb.infinitive}"


def _verdict(result: Result, plan: Plan, style: Style) -> Iterator[str]:
    verb = "Destroy" if plan.mode == "destroy" else "Apply"
    counts = ", ".join(_counts([_achieved(change, result) for change in plan.changes]))
    if result.complete:
        took = f" It took {duration(result.seconds)}." if result.seconds else ""
        yield f"{style('good', f'{verb} complete')}: {counts}.{took}"
        return
    undone = [f"{result.count(status)} {status.value}" for status in (Status.FAILED, *_UNDONE) if result.count(status)]
    rest = f"; of {counted(len(result.outcomes), 'step')} {', '.join(undone)}" if undone else ""
    yield f"{style('error', f'{verb} incomplete')}: {counts}{rest}."
    yield f"To go on, run: {style('bold', hint(_AGAIN.get(plan.mode, _AGAIN['normal'])))}"


def _achieved(change: Change, result: Result) -> Action | None:
    """What was done of a change: also where a later step failed, a cluster that was created is there."""
    ends = [(step, result.outcomes.get(step.id)) for step in change.steps]
    done = [step for step, end in ends if end is None or end.status is Status.DONE]
    if len(done) == len(ends):
        return change.action
    created = any(isinstance(step.work, Create) for step in done)
    if change.action is Action.REPLACE and not created:
        return Action.DELETE if any(isinstance(step.work, Delete) for step in done) else None
    if change.action in {Action.CREATE, Action.REPLACE}:
        return change.action if created else None
    return change.action if change.action is Action.UPDATE and any(step.traits.nodes for step in done) else None


def _counts(achieved: Sequence[Action | None]) -> Iterator[str]:
    for action in (*_ALWAYS, *_SOMETIMES):
        number = achieved.count(action)
        if number or action in _ALWAYS:
            yield f"{number} {DONE[action]}"
