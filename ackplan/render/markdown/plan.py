"""A plan as Markdown, for a comment below a pull request: what could hurt first, details folded, never too long.

A comment of GitHub has at most 65,536 characters. What does not fit is left out from the end, the least dangerous
clusters first, and the last lines say what is missing and where all of it is.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Sequence

from ackplan.core.actions import Action
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, sentences
from ackplan.core.values import ABSENT
from ackplan.core.work import Modify, Upgrade
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.costs import Costs
from ackplan.plan.model import Change, Plan, Step
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.formatting import written
from ackplan.render.facts.step_words import what
from ackplan.render.facts.summary import Alert, alerts, headline, path_in_short, shown_changes, tone
from ackplan.render.facts.view import Block, Field, View, view
from ackplan.render.facts.words import and_more, colon, counted, estimate, noun_of, plural, stop
from ackplan.render.graph import formats
from ackplan.render.markdown.body_text import BodyTexts
from ackplan.render.markdown.comment_parts import LIMIT, BoundedPage, finding_item, finding_items, origin_line, size_of
from ackplan.render.markdown.cost_parts import costs_markdown
from ackplan.render.markdown.markup import code, code_tag, codes, fence, folded, prose, row, table

MAX_GRAPH = 40
_NAMES = 12
_FINDINGS = 10
_FOLDED = 50
_VALUE = 400
_BODY = 6_000
_CLOSING = 600
_TONES = ("blocked", "delete", "replace", "scale-in", "scale", "update", "create", "adopt", "forget", "record", "no-op")
_UNMANAGED = "{number:# live cluster is|# live clusters are} not managed by this spec."
_KINDS = {"danger": "CAUTION", "warning": "WARNING"}
_ELSEWHERE = "All of it is in the plan file: `ackplan show PLANFILE`, as a page `ackplan show --format html PLANFILE`."


def plan_markdown(plan: Plan, limit: int = LIMIT, limits: Limits = USUAL, costs: Costs | None = None) -> str:
    """The plan as GitHub's Markdown, at most `limit` bytes of UTF-8 (at least 2,000), without a line end at its end."""
    shown = view(plan, limits)
    footer = origin_line(plan)
    page = BoundedPage(limit - _CLOSING - size_of(footer))
    page.add(f"### ackplan{phrase(': ')}{headline(plan)}")
    _alerts(page, alerts(plan, shown))
    for text in _findings(plan, shown):
        page.add(text, phrase("some errors and warnings"))
    for text in _facts(plan, shown):
        page.add(text, phrase("how long it takes"))
    if costs is not None:
        page.add(costs_markdown(costs), phrase("what it costs"))
    _clusters(page, plan, shown)
    if page.missing:
        missing = phrase("; ").join(dict.fromkeys(page.missing))
        left_out = phrase("Left out, for a comment can't be longer")
        page.parts.append(f"**{left_out}{colon()}** {missing}{phrase('. ')}{phrase(_ELSEWHERE)}")
    return "\n\n".join(filter(None, [*page.parts, footer]))


def _alerts(page: BoundedPage, shown: Sequence[Alert]) -> None:
    """One block of dangers, one of warnings. Names of what is in danger are all there, as long as there is room."""
    for weight, kind in _KINDS.items():
        lines, room = list[str](), page.left // 2
        for alert in (each for each in shown if each.tone == weight):
            lines.append(_alert(alert, room if weight == "danger" else 0))
            room -= size_of(lines[-1])
        if lines:
            items = lines if len(lines) == 1 else [f"- {line}" for line in lines]
            page.add("\n".join([f"> [!{kind}]", *(f"> {item}" for item in items)]), phrase(f"{kind.lower()}s"))


def _alert(alert: Alert, room: int) -> str:
    """What it says and its names: a few, and all that there is room for."""
    named = [code(name, 80) for name in alert.names]
    sizes = itertools.accumulate(size_of(name) + 2 for name in named)
    fitting = max(sum(size <= room for size in sizes), _NAMES)
    names = ", ".join(named[:fitting]) + and_more(len(named) - fitting)
    return f"**{alert.text}{colon()}** {names}" if names else f"**{alert.text}**"


def _findings(plan: Plan, shown: View) -> Iterator[str]:
    """Why something is blocked, and the plan's own errors and warnings: one list."""
    items = finding_items([*shown.diagnostics, *(each for change in plan.blocked for each in change.blocked)])
    if not items:
        return
    yield "\n".join(items[:_FINDINGS])
    rest = items[_FINDINGS:]
    if rest:
        lines = rest[:_FOLDED]
        more = [f"- {phrase('and {count} more', count=len(rest) - _FOLDED)}"] if len(rest) > _FOLDED else []
        yield folded(phrase("{number} more", number=len(rest)), "\n".join([*lines, *more]))


def _facts(plan: Plan, shown: View) -> Iterator[str]:
    facts = []
    if shown.workers:
        facts.append(f"**{prose(shown.workers, 400)}**{stop()}")
    if shown.seconds:
        facts.append(phrase("Expected to take about {time}.", time=f"**{estimate(shown.seconds)}**"))
    if shown.path and len(shown.blocks) > 1:
        facts.append(phrase("Critical path: {path}", path=_path(shown.path)) + stop())
    if shown.policies:
        facts.append(shown.policies + stop())
    if shown.unmanaged:
        facts.append(phrase(_UNMANAGED, number=shown.unmanaged))
    if not shown.blocks and shown.applicable:
        facts += filter(None, [sentence(plan)])
    if plan.blocked and any(shown.counts.values()):
        command = code(hint("ackplan plan --skip-blocked"), 600)
        facts.append(phrase("To plan the rest alone: {command}.", command=command))
    if facts:
        yield sentences(*facts)


def _path(path: Sequence[str]) -> str:
    return " → ".join(part if part not in path else code(part, 80) for part in path_in_short(path))


def _clusters(page: BoundedPage, plan: Plan, shown: View) -> None:
    """All clusters in a table, the graph, then each cluster by itself; what could hurt comes first."""
    known = list(shown_changes(plan, shown))
    known.sort(key=lambda pair: _TONES.index(tone(pair[1])))
    if not known:
        return
    _overview(page, [block for block, _ in known])
    _graph(page, plan)
    details = _Details()
    told = sum(page.add(text) for block, change in known if (text := details(block, change, page.left)))
    if told < len(known):
        left, clusters = len(known) - told, counted(len(known), "cluster")
        page.missing.append(phrase("the details of {number} of {clusters}", number=left, clusters=clusters))


def _overview(page: BoundedPage, blocks: Sequence[Block]) -> None:
    """A row a cluster, in at most half of the room that is left."""
    room, rows = page.left // 2, list[str]()
    for text in map(_line, blocks):
        room -= size_of(text) + 1
        if room < 0:
            break
        rows.append(text)
    noun = noun_of(block.nested for block in blocks)
    whole = table(("", plural(noun, 1), *map(phrase, ("what", "calls", "expected"))), rows)
    if not rows or not page.add(whole):
        rows = []
    if len(rows) < len(blocks):
        left, every = len(blocks) - len(rows), counted(len(blocks), "row")
        page.missing.append(phrase("{number} of {rows} of the table", number=left, rows=every))


def _line(block: Block) -> str:
    refused = f"**{phrase('BLOCKED')}{colon()}** " if block.blocked else ""
    seconds = sum(step.seconds for step in block.steps)
    calls = sum(bool(step.call) for step in block.steps)
    time = f"~{estimate(seconds)}" if seconds else ""
    return row(code(block.mark), code(block.name, 80), f"{refused}{block.headline}{_scaled(block)}", str(calls), time)


def _scaled(block: Block) -> str:
    """The sizes and the instances of an update, which its headline does not tell."""
    told = phrase("; ").join(prose(step.text, 200) for step in block.steps) if block.action is Action.UPDATE else ""
    return phrase(": ") + told if told else ""


def _graph(page: BoundedPage, plan: Plan) -> None:
    steps = [step for change in plan.changes if not change.is_blocked for step in change.steps]
    if len(steps) < 2:
        return
    drawn = len(steps) <= MAX_GRAPH
    text = (
        folded(phrase("Graph of {count} steps", count=len(steps)), fence(formats.mermaid(steps), "mermaid"))
        if drawn
        else ""
    )
    if not drawn or size_of(text) > page.left // 2:
        page.missing.append(phrase("the graph of {count} steps (`ackplan graph PLANFILE`)", count=len(steps)))
        return
    page.add(text)


class _Details:
    """Writes one cluster by itself: why, its parameters, its calls with their bodies. What many have is made once."""

    def __init__(self) -> None:
        self._rows: dict[int, str] = {}
        self._body = BodyTexts()

    def __call__(self, block: Block, change: Change, room: int) -> str:
        """The text; empty where it would take more than this many bytes."""
        fields = list(self._fields(block))
        if sum(map(len, fields)) > room:
            return ""
        refused = f" <b>{phrase('BLOCKED')}</b>" if block.blocked else ""
        summary = f"<code>{html.escape(block.mark)}</code> {code_tag(block.name, 80)} {block.headline}{refused}"
        parts = [*_why(block), *fields, *(self._step(step) for step in change.steps if step.call)]
        return folded(summary, "\n\n".join(parts) or phrase("Nothing is called."))

    def _fields(self, block: Block) -> Iterator[str]:
        """A table of what changes; one of a new cluster has no side before."""
        if not block.fields:
            return
        new = all(field.before is ABSENT and not field.notes for field in block.fields)
        named = ("Parameter", "Value") if new else ("Parameter", "Before", "After")
        titles = ["", *(phrase(title).lower() for title in named), *([] if new else [""])]
        yield table(titles, map(self._new_row if new else _row, block.fields))
        if block.unchanged:
            yield phrase("{number:# parameter stays|# parameters stay} as before.", number=block.unchanged)

    def _new_row(self, field: Field) -> str:
        """The row of a field of a new cluster, which the view shares out among clusters."""
        text = self._rows.get(id(field))
        if text is None:
            after = code(written(field.after, secret=field.secret), _VALUE)
            text = self._rows[id(field)] = row(code(field.mark), code(field.name, 80), after)
        return text

    def _step(self, step: Step) -> str:
        """The call as it will be sent, but for secrets."""
        assert step.call is not None  # noqa: S101 - asked by the caller
        time = estimate(step.expected_seconds)
        expected = phrase(", about {time}", time=time) if step.expected_seconds else ""
        words = what(step) if isinstance(step.work, Modify | Upgrade) else phrase(step.traits.verb.infinitive)
        line = f"{words}{phrase(': ')}{code(f'{step.call.method} {step.call.path}')}{expected}"
        if step.call.body is None:
            return line
        body = self._body(step.call.body)
        if len(body) > _BODY:
            return f"{line}\n\n{fence(body[:_BODY])}\n\n{phrase('The rest of this body is in the plan file.')}"
        return f"{line}\n\n{fence(body, 'json')}"


def _row(field: Field) -> str:
    before, after = (code(written(side, secret=field.secret), _VALUE) for side in (field.before, field.after))
    notes = phrase(", ").join(map(phrase, field.notes))
    return row(code(field.mark), code(field.name, 80), before, after, notes)


def _why(block: Block) -> Iterator[str]:
    yield prose(block.subject, 200)
    if block.reason:
        yield phrase("Why: {reason}.", reason=prose(block.reason))
    if block.drift:
        yield f"**{phrase('Drift:')}** {prose(block.drift)}{stop()}"
    if block.waits_for:
        names = codes(block.waits_for[:_NAMES]) + and_more(len(block.waits_for) - _NAMES)
        yield phrase("After: {names}.", names=names)
    if block.notes:
        yield "\n".join(f"- {prose(note)}" for note in block.notes[:_FINDINGS])
    if block.blocked:
        yield "\n".join(map(finding_item, block.blocked[:_FINDINGS]))
