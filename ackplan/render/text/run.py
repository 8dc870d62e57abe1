"""A run as text: a line for each thing that happens, and at the end what was done, what was not, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.core.actions import Action
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, spoken
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
# More steps that were never begun than these are counted: the next plan has each of them.
_FEW = 10
_UNDONE = {
    Status.SKIPPED: "Skipped, because they wait for what failed",
    Status.INTERRUPTED: "Interrupted, and maybe still going on",
    Status.NOT_STARTED: "Not started",
}


def event_line(event: Event, *, color: bool) -> str | None:
    """One line for what just happened; None where nothing needs to be said."""
    style = Style(color)
    if event.step is None:
        return phrase("note: {text}", text=printable(spoken(event.detail))) if event.detail else None
    name = style("bold", printable(event.step.name)) + phrase(": ")
    match event.moment:
        case Moment.STARTED:
            silent = event.step.traits.silent
            return None if silent else f"{name}{phrase(event.step.traits.verb.doing)}{_detail(event.step)}..."
        case Moment.PROGRESS:
            state = f" ({printable(spoken(event.detail))})" if event.detail else ""
            doing = phrase("still {doing}", doing=phrase(event.step.traits.verb.doing))
            return f"{name}{doing}{state} [{duration(event.seconds)}]"
        case Moment.NOTE:
            return name + printable(spoken(event.detail))
        case Moment.EARLIER:
            return None
        case Moment.ENDED:
            return _ended(event, event.step, name, style)


def _detail(step: Step) -> str:
    """What a scaling or an attach is about."""
    size = phrase(" to {workers}", workers=counted(step.size.after, "worker")) if step.size else ""
    if isinstance(step.work, Modify) and step.part:
        return printable(phrase(": ") + step.part.replace("_", " "))
    if isinstance(step.work, Upgrade):
        return printable(phrase(" to {version}", version=step.work.version))
    return size + (phrase(": ") + ", ".join(map(printable, step.instances)) if step.instances else "")


def _ended(event: Event, step: Step, name: str, style: Style) -> str | None:
    outcome = event.outcome
    if outcome is None or outcome.status is Status.NOT_STARTED:
        return None
    verb = step.traits.verb
    if outcome.status is Status.DONE:
        after = "" if step.traits.silent else phrase(" after {time}", time=duration(event.seconds))
        known = f" [id={printable(outcome.cluster_id)}]" if isinstance(step.work, Create) and outcome.cluster_id else ""
        warned = "".join(f"\n  {diagnostic_without_cluster(each, style)}" for each in outcome.diagnostics)
        return f"{name}{style('good', phrase(verb.done))}{after}{known}{warned}"
    if outcome.status is Status.SKIPPED:
        waits = phrase("{step}, which waits for what failed", step=phrase(verb.infinitive))
        return f"{name}{style('warning', phrase('skipped'))}{phrase(': ')}{waits}"
    if outcome.status is Status.INTERRUPTED:
        words = " while {doing}, after {time}"
        while_doing = phrase(words, doing=phrase(verb.doing), time=duration(event.seconds))
        return f"{name}{style('warning', phrase('interrupted'))}{while_doing}"
    why = "; ".join(diagnostic_without_cluster(diagnostic, style) for diagnostic in outcome.diagnostics)
    words = " to {step} after {time}: {why}"
    failed = phrase(words, step=phrase(verb.infinitive), time=duration(event.seconds), why=why)
    return f"{name}{style('error', phrase('FAILED'))}{failed}"


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
        yield style("error", phrase("Failed:"))
    for step, outcome in failed:
        yield f"  {printable(step.name)}{phrase(': ')}{phrase(step.traits.verb.infinitive)}{_requests(outcome)}"
        yield from (f"    {diagnostic_without_cluster(diagnostic, style)}" for diagnostic in outcome.diagnostics)


def _requests(outcome: Outcome) -> str:
    ids = ", ".join(map(printable, outcome.request_ids))
    return phrase(" (request {ids})", ids=ids) if ids else ""


def _undone(result: Result, plan: Plan, status: Status, title: str) -> Iterator[str]:
    steps = [step for step, _ in _steps(result, plan, status)]
    if status is not Status.INTERRUPTED and len(steps) > _FEW:
        yield phrase("{title}: {steps}.", title=phrase(title), steps=counted(len(steps), "step"))
        return
    if steps:
        yield phrase(title) + phrase(": ").rstrip()
    for step in steps:
        yield f"  {printable(step.name)}{phrase(': ')}{phrase(step.traits.verb.infinitive)}"


def _verdict(result: Result, plan: Plan, style: Style) -> Iterator[str]:
    verb = "Destroy" if plan.mode == "destroy" else "Apply"
    counts = phrase(", ").join(_counts([_achieved(change, result) for change in plan.changes]))
    if result.complete:
        took = phrase(" It took {time}.", time=duration(result.seconds)) if result.seconds else ""
        yield f"{style('good', phrase(f'{verb} complete'))}{phrase(': ')}{counts}{phrase('. ').rstrip()}{took}"
        return
    undone = [
        phrase(f"{{number}} {status.value}", number=result.count(status))
        for status in (Status.FAILED, *_UNDONE)
        if result.count(status)
    ]
    steps, parts = counted(len(result.outcomes), "step"), phrase(", ").join(undone)
    rest = phrase("; of {steps} {parts}", steps=steps, parts=parts) if undone else ""
    yield f"{style('error', phrase(f'{verb} incomplete'))}{phrase(': ')}{counts}{rest}{phrase('. ').rstrip()}"
    command = style("bold", hint(_AGAIN.get(plan.mode, _AGAIN["normal"])))
    yield phrase("To continue, run: {command}", command=command)


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
            yield phrase(f"{{number}} {DONE[action]}", number=number)
