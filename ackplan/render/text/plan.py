"""A plan as text: what happens to each cluster and why, the calls that do it, what is refused, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ackplan.core.actions import Action
from ackplan.core.diagnostics import Diagnostic, hint
from ackplan.core.language import phrase, sentences
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.costs import Costs
from ackplan.plan.model import Plan
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.cost_words import cluster_texts, dearest_text, total_text, unpriced_text
from ackplan.render.facts.rule_findings import RuleFindings, by_rule
from ackplan.render.facts.safe import pad, printable, width
from ackplan.render.facts.view import Block, StepView, View, view
from ackplan.render.facts.words import LEGEND, NARROWED, counted_resources, estimate
from ackplan.render.text.fields import FieldLines
from ackplan.render.text.origin import origin_text
from ackplan.render.text.style import Style, diagnostic_line

_INTRO = {
    "normal": "ackplan will do the following:",
    "destroy": "ackplan will destroy everything that is recorded:",
    "refresh-only": "Only the record is brought up to date; no cluster is touched:",
}
_NOTHING = {
    "normal": "No changes. Live clusters match the spec.",
    "destroy": "No changes. Nothing is recorded that could be destroyed.",
    "refresh-only": "No changes. The record matches the live clusters.",
}
_ALWAYS = {
    Action.CREATE: "to create",
    Action.UPDATE: "to change",
    Action.REPLACE: "to replace",
    Action.DELETE: "to destroy",
}
_SOMETIMES = {Action.ADOPT: "to adopt", Action.FORGET: "to forget", Action.RECORD: "to record"}
_FIELDS = "      "
_FACTS = "    "


def plan_text(plan: Plan, *, color: bool, limits: Limits = USUAL, costs: Costs | None = None) -> str:
    """The plan for a terminal, without a line end at its end; with what it costs where that is known."""
    shown, style = view(plan, limits), Style(color)
    sections = [_legend(shown, style)] if shown.blocks else []
    lines = FieldLines(style, _FIELDS)
    sections += ["\n".join(_block(block, style, lines)) for block in shown.blocks]
    if not shown.blocks and shown.applicable:
        nothing = phrase(f"{NARROWED}." if shown.narrowed else _NOTHING.get(shown.mode, _NOTHING["normal"]))
        sections.append(style("good", nothing))
    sections += list(_closing(shown, style))
    if not shown.blocks and shown.applicable:
        sections.append(style("dim", sentence(plan)))
    if costs is not None:
        sections.append("\n".join(_costs(costs, style)))
    sections.append(origin_text(plan, style))
    return "\n\n".join(section for section in sections if section)


def _costs(costs: Costs, style: Style) -> Iterator[str]:
    yield sentences(style("bold", phrase("Costs:")), total_text(costs))
    names = list(cluster_texts(costs))
    columns = max((width(name) for name, _ in names), default=0)
    yield from (f"  {pad(name, columns)}  {change}" for name, change in names)
    if several := dearest_text(costs):
        yield f"  {several}"
    if missing := unpriced_text(costs):
        yield f"  {style('warning', missing)}"


def _legend(shown: View, style: Style) -> str:
    used = {block.mark for block in shown.blocks}
    lines = [f"{style(mark, mark.rjust(3))} {phrase(meaning)}" for mark, meaning in LEGEND.items() if mark in used]
    return "\n".join([phrase(_INTRO.get(shown.mode, _INTRO["normal"])), "", *lines])


def _block(block: Block, style: Style, field_lines: FieldLines) -> Iterator[str]:
    refused = phrase(": ") + style("error", phrase("BLOCKED")) if block.blocked else ""
    yield f"  # {style('bold', block.name)} {block.headline}{refused}"
    if block.reason:
        yield f"  # ({block.reason})"
    if block.drift:
        yield f"  # {sentences(style('drift', phrase('drift:')), block.drift)}"
    yield f"{style(block.mark, block.mark.rjust(3))} {block.subject}"
    yield from field_lines(block.fields)
    if block.unchanged:
        hidden = phrase("{number:# unchanged parameter|# unchanged parameters} hidden", number=block.unchanged)
        yield style("dim", f"{_FIELDS}  # ({hidden})")
    yield from _steps(block, style)
    yield from (f"{_FACTS} {sentences(style('dim', phrase('note:')), note)}" for note in block.notes)
    for diagnostic in block.blocked:
        yield from _refusal(diagnostic, style)


def _steps(block: Block, style: Style) -> Iterator[str]:
    """A line for each step: its call, what it does, how long that should take."""
    columns = max((width(_call(step)) for step in block.steps), default=0)
    for number, step in enumerate(block.steps):
        label = phrase(" then:" if number else "calls:")
        expected = f" (~{estimate(step.seconds)})" if step.seconds else ""
        yield _FACTS + sentences(style("dim", label), f"{pad(_call(step), columns)}  {step.text}{expected}")
    if block.waits_for:
        yield _FACTS + sentences(style("dim", phrase("after:")), ", ".join(block.waits_for))


def _call(step: StepView) -> str:
    return step.call or phrase("nothing")


def _refusal(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    """A refusal on lines of its own: what, where, why, and what to do."""
    code = style("error" if diagnostic.is_error else "warning", printable(diagnostic.code))
    parameter = f"{printable(diagnostic.parameter)}{phrase(': ')}" if diagnostic.parameter else ""
    yield f"{_FACTS}{style('error', phrase('BLOCKED'))} {code} {parameter}{printable(diagnostic.summary)}"
    place = phrase("at {place}", place=str(diagnostic.span)) if diagnostic.span else ""
    for text in (place, diagnostic.detail, diagnostic.cure):
        if text:
            yield f"{_FACTS}        {printable(text)}"


def _closing(shown: View, style: Style) -> Iterator[str]:
    yield _drift(shown, style)
    yield from _findings(shown.diagnostics, style)
    if shown.policies:
        yield shown.policies + phrase(". ").rstrip()
    if shown.unmanaged:
        words = "{number:# live cluster is|# live clusters are} not managed by this spec."
        yield phrase(words, number=shown.unmanaged)
    if shown.blocks:
        yield "\n".join(_summary(shown, style))
    elif not shown.applicable:
        yield style("error", phrase("Nothing was planned: see the errors above."))


def _findings(diagnostics: Iterable[Diagnostic], style: Style) -> Iterator[str]:
    """Errors and warnings, a line each; what a rule of a policy found more than once, once with all names."""
    others, groups = by_rule(diagnostics)
    lines = [diagnostic_line(diagnostic, style) for diagnostic in others]
    for group in groups:
        lines += _rule(group, style) if len(group.findings) > 1 else [diagnostic_line(group.first, style)]
    yield "\n".join(lines)


def _rule(group: RuleFindings, style: Style) -> Iterator[str]:
    severity = group.severity.value
    code = style(severity, printable(group.first.code))
    head = f"{code} {style('bold', group.rule)}{phrase(' ({severity})', severity=phrase(severity))}"
    yield phrase(": ").join(filter(None, (head, group.counted, printable(group.first.summary))))
    for detail, findings in group.details:
        named = ", ".join(dict.fromkeys(map(_named, findings)))
        yield f"  {printable(detail)}" + (f"{phrase(': ')}{named}" if named else "")
    yield from (f"  {sentences(style('dim', phrase('fix:')), cure)}" for cure in group.cures)


def _named(finding: Diagnostic) -> str:
    place = f" ({printable(str(finding.span))})" if finding.span else ""
    return printable(finding.cluster) + place if finding.cluster else place.strip(" ()")


def _drift(shown: View, style: Style) -> str:
    if not shown.drifted:
        return ""
    names = "\n".join(f"  {line}" for line in _drifted(shown.drifted))
    number = counted_resources(block.nested for block in shown.drifted)
    moved = phrase("{clusters} changed outside of ackplan since the last apply:", clusters=number)
    return sentences(style("drift", phrase("Drift:")), f"{moved}\n{names}")


def _drifted(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        names = ", ".join(field.name for field in block.fields if field.drift)
        gone = block.action in {Action.CREATE, Action.FORGET}
        yield f"{block.name}{phrase(': ')}{phrase('gone') if gone else names or phrase('its workers')}"


def _summary(shown: View, style: Style) -> Iterator[str]:
    counts = [phrase(f"{{number}} {text}", number=shown.counts[action]) for action, text in _ALWAYS.items()]
    rarer = {text: shown.counts[action] for action, text in _SOMETIMES.items() if shown.counts[action]}
    counts += [phrase(f"{{number}} {text}", number=number) for text, number in rarer.items()]
    counts += [style("error", phrase("{number} blocked", number=shown.blocked))] if shown.blocked else []
    yield sentences(style("bold", phrase("Plan:")), phrase(", ").join(counts) + phrase(". ").rstrip())
    if shown.workers:
        yield shown.workers + phrase(". ").rstrip()
    if shown.seconds:
        yield phrase("Expected to take about {time}{path}.", time=estimate(shown.seconds), path=_path(shown.path))
    if shown.blocked:
        rest = (
            hint(phrase(" To plan the rest alone: ackplan plan --skip-blocked")) if any(shown.counts.values()) else ""
        )
        yield phrase("Nothing is applied while a change is blocked.") + rest
    elif not shown.applicable:
        yield style("error", phrase("It can't be applied: see the errors above."))


def _path(path: Sequence[str]) -> str:
    """The clusters of the longest way, where there is more than one; the middle of a long one is left out."""
    if len(path) < 2:
        return ""
    names = list(path) if len(path) <= 8 else [*path[:4], phrase("{number} more", number=len(path) - 7), *path[-3:]]
    return phrase("; longest is {path}", path=" -> ".join(names))
