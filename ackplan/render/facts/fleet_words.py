"""Many workspaces in words: the same for every format that people read. Texts are printable, never escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ackplan.core.language import phrase, spoken
from ackplan.core.world import World
from ackplan.render.facts.plan_origin import in_regions, place
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import CHANGES
from ackplan.render.facts.words import and_more, counted, duration, estimate
from ackplan.render.facts.worker_words import moved_text
from ackplan.workspaces.result import Caution, ClusterChange, Ending, FleetResult, WorkspaceResult

# What a run of each sort shows first: what needs somebody, then what would happen, then the rest.
ORDER = (
    Ending.FAILED,
    Ending.INTERRUPTED,
    Ending.SKIPPED,
    Ending.CHANGED,
    Ending.DRIFTED,
    Ending.APPLIED,
    Ending.UNCHANGED,
)
MARKS = {
    Ending.FAILED: "!",
    Ending.INTERRUPTED: "!",
    Ending.SKIPPED: "-",
    Ending.CHANGED: "~",
    Ending.DRIFTED: "~",
    Ending.APPLIED: "+",
    Ending.UNCHANGED: " ",
}
_NUMBERED = {
    Ending.FAILED: "failed",
    Ending.INTERRUPTED: "interrupted",
    Ending.SKIPPED: "skipped",
    Ending.CHANGED: "with changes",
    Ending.DRIFTED: "drifted",
    Ending.APPLIED: "applied",
    Ending.UNCHANGED: "without changes",
}
_TONES = {**CHANGES, "drifted": "drifted"}
_QUIET = {"No drift": "no drift", "applied before": "applied before"}
_TITLES = {"plan": "Fleet plan", "apply": "Fleet apply", "drift": "Fleet drift"}


def ranked(fleet: FleetResult) -> tuple[WorkspaceResult, ...]:
    """The workspaces, what needs somebody first; those of one sort in the order in which they were run."""
    return tuple(sorted(fleet.results, key=lambda result: ORDER.index(result.ending)))


def headline(fleet: FleetResult) -> str:
    """`3 workspaces: 1 failed, 2 with changes (4 to create, 1 to scale)`."""
    endings = ((ending, len(fleet.of(ending))) for ending in ORDER)
    numbered = {**_NUMBERED, Ending.UNCHANGED: "without drift"} if fleet.verb == "drift" else _NUMBERED
    sorts = phrase(", ").join(_numbered(number, numbered[ending]) for ending, number in endings if number)
    counts = _counts(fleet.counts())
    about = phrase("; ").join(filter(None, (counts, moved_text(*fleet.workers))))
    clusters = phrase(" ({counts})", counts=about) if counts and fleet.verb != "apply" else ""
    if not fleet.results:
        return phrase("No workspace was looked at")
    return counted(len(fleet.results), "workspace") + phrase(": ") + sorts + clusters


def title(fleet: FleetResult) -> str:
    """What the run is called."""
    return phrase(_TITLES[fleet.verb])


def _numbered(number: int, word: str) -> str:
    return phrase(f"{{number}} {word}", number=number)


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return phrase(", ").join(f"{number} {phrase(_TONES.get(tone, printable(tone)))}" for tone, number in counts)


def outcome(result: WorkspaceResult) -> str:
    """What came of a workspace, in a few words."""
    return printable(_outcome(result))


def _outcome(result: WorkspaceResult) -> str:
    match result.ending:
        case Ending.SKIPPED:
            return phrase("skipped: depends on {names}", names=", ".join(result.behind))
        case Ending.INTERRUPTED:
            return phrase("interrupted" if result.seconds else "not started")
        case Ending.FAILED:
            return _failure(result)
        case Ending.APPLIED:
            return phrase("applied: {steps}", steps=_steps(result))
        case Ending.CHANGED | Ending.DRIFTED:
            moved = moved_text(result.plan.workers_added, result.plan.workers_removed)
            counts = _counts(result.plan.counts) or result.plan.headline
            return phrase("; ").join(filter(None, (counts, moved)))
        case Ending.UNCHANGED:
            return phrase(_QUIET.get(result.plan.headline, "no changes"))


def _failure(result: WorkspaceResult) -> str:
    if result.steps is not None and result.steps.failed:
        return phrase("failed: {reason}", reason=_steps(result))
    blocked = dict(result.plan.counts).get("blocked", 0)
    if blocked:
        return phrase("blocked: {counts}", counts=_counts(result.plan.counts))
    errors = [finding for finding in result.diagnostics if finding.is_error]
    if not errors:
        return phrase("failed")
    reason = f"{errors[0].code} {errors[0].summary}"
    return phrase("failed: {reason}{more:, and # more}", reason=reason, more=result.findings - 1)


def _steps(result: WorkspaceResult) -> str:
    steps = result.steps
    if steps is None:
        return phrase("nothing was done")
    parts = ((steps.done, "done"), (steps.failed, "failed"), (steps.skipped, "not done"))
    counts = phrase(", ").join(_numbered(number, word) for number, word in parts if number)
    total = counted(steps.done + steps.failed + steps.skipped, "step")
    return phrase("{counts} of {steps}", counts=counts, steps=total) if counts else phrase("no steps")


def time_text(result: WorkspaceResult) -> str:
    """How long a workspace took; a dash where it was not run."""
    if not result.seconds:
        return "-"
    return duration(result.seconds) if result.seconds >= 1 else f"{result.seconds:.1f}s"


def change_text(change: ClusterChange) -> str:
    """Why something happens to a cluster, with what of it changes."""
    names = ", ".join(change.parameters) + and_more(change.more)
    reason = phrase(change.reason)
    return printable(reason + phrase(": ") + names if names else reason)


def more_changes(result: WorkspaceResult, shown: int) -> str:
    """How many clusters are not listed; empty where all are."""
    rest = result.plan.changing - shown
    return phrase("and {clusters}", clusters=counted(rest, "more cluster")) if rest > 0 else ""


def caution_names(caution: Caution, most: int) -> tuple[tuple[str, ...], int]:
    """The first clusters of a caution, and how many others there are."""
    names = tuple(map(printable, caution.names[:most]))
    return names, max(0, caution.number - len(names))


def world(result: WorkspaceResult) -> str:
    """Which account, endpoint and regions a plan is for, and how long its apply should take."""
    plan = result.plan
    where = place(World(plan.account, plan.endpoint), sandbox=plan.sandbox)
    regions = in_regions(plan.regions or ((plan.region,) if plan.region else ()))
    time = phrase("about {time}", time=estimate(plan.expected_seconds)) if plan.expected_seconds else ""
    return printable(", ".join(filter(None, (where, regions, time))))


def omissions(fleet: FleetResult) -> Iterator[str]:
    """What was not looked at, each in a sentence: workspaces that were not selected, and parts of plans."""
    reasons: dict[str, list[str]] = {}
    for name, why in fleet.selection.left_out.items():
        reasons.setdefault(why, []).append(name)
    for why, names in reasons.items():
        words = {"workspaces": counted(len(names), "workspace"), "why": spoken(why), "names": ", ".join(names)}
        yield printable(phrase("{workspaces} left out, {why}: {names}", **words))
    if fleet.selection.along:
        yield phrase("Taken along, as others depend on them: {names}", names=", ".join(fleet.selection.along))
    for note in fleet.selection.notes:
        said = spoken(note)
        yield printable(said[:1].upper() + said[1:])
    for result in fleet.results:
        yield from (result.name + phrase(": ") + printable(text) for text in result.plan.omitted)
