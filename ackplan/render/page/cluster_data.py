"""The clusters of a page: what changes of each and why, and its three sides beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from ackplan.core.actions import Action
from ackplan.core.json_types import JsonObject
from ackplan.core.language import phrase
from ackplan.core.values import ABSENT
from ackplan.core.work import ScaleIn, releases
from ackplan.plan.model import Change, Plan
from ackplan.render.facts.formatting import brackets, compared, parts
from ackplan.render.facts.kept_resources import notes_of
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import shown_changes, tone
from ackplan.render.facts.view import Block, Field, Note, View
from ackplan.render.facts.words import counted
from ackplan.render.page.compact import Data, Texts, compact
from ackplan.render.page.finding import finding_data
from ackplan.render.page.three_sides import UNKNOWN, SideValue, ThreeSides, sides

# Stands for the text of a value that is not told.
NOT_TOLD = -1
_NEW = frozenset({Action.CREATE, Action.REPLACE})
_NOTE_TONES: Mapping[Note, str] = {
    Note.FORCES_REPLACEMENT: "danger",
    Note.DRIFT: "drift",
    Note.RECORDED_ONLY: "record",
    Note.REORDERED: "record",
}


def note_data() -> dict[str, Data]:
    """What may be said of a parameter's change, by the name that changes refer to it with."""
    return {
        note.name.lower(): compact(
            {"text": phrase(note.value), "tone": _NOTE_TONES[note], "minor": note is Note.RECORDED_ONLY}
        )
        for note in Note
    }


def cluster_data(plan: Plan, shown: View, texts: Texts) -> list[Data]:
    """Every cluster of the plan in its order; one that nothing happens to has no block and says no more than that."""
    blocks = {id(change): block for block, change in shown_changes(plan, shown)}
    fields = _ToldFields(texts)
    return [_cluster(change, blocks.get(id(change)), plan.mode, fields) for change in plan.changes]


def _cluster(change: Change, block: Block | None, mode: str, fields: _ToldFields) -> Data:
    if block is None:
        return compact(_head(change))
    table = _sides(sides(change, mode), fields.texts, change.kind.catalog.secret_names)
    return compact(_head(change) | _block(block, change, fields) | {"sides": table})


def _head(change: Change) -> Data:
    values = change.after or change.before or {}
    acts = change.action is not Action.NOOP or bool(change.blocked)
    return {
        "name": printable(change.name),
        "title": phrase(printable(change.kind.title)),
        "region": printable(change.kind.region_of(values)),
        "team": printable(_team(values)),
        "id": printable(change.cluster_id),
        "state": printable(change.live_state),
        "tone": tone(change) if acts else "no-op",
        "headline": phrase("stays as it is"),
        "notes": [printable(note) for note in notes_of(change)],
    }


def _team(values: JsonObject) -> str:
    """Whose it is: the first tag `team`."""
    tags = values.get("tags")
    pairs = [tag for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list | tuple) else []
    return next((str(tag["value"]) for tag in pairs if tag.get("key") == "team" and "value" in tag), "")


def _block(block: Block, change: Change, fields: _ToldFields) -> Data:
    return {
        "mark": block.mark,
        "headline": block.headline,
        "brief": _brief(change),
        "reason": block.reason,
        "drift": block.drift,
        "fields": list(map(fields, block.fields)),
        "unchanged": block.unchanged,
        "waits": list(block.waits_for),
        "blocked": [finding_data(diagnostic) for diagnostic in block.blocked],
        "seconds": sum(step.seconds for step in block.steps),
    }


def _brief(change: Change) -> str:
    """What a new cluster is, or what leaves one that shrinks, in short."""
    shrinks = [step.work for step in change.steps if isinstance(step.work, ScaleIn)]
    if shrinks and not change.is_blocked:
        leaving = sum(len(work.instances) or work.size.moved for work in shrinks)
        released = any(releases(work.call) for work in shrinks)
        end = "released" if released else "kept"
        return phrase(f"{{number:# worker removed, instance|# workers removed, instances}} {end}", number=leaving)
    counting = change.kind.count_parameter
    number = (change.after or {}).get(counting.name) if counting and change.action in _NEW else None
    return counted(number, "worker") if isinstance(number, int) else ""


@dataclass(slots=True)
class _ToldFields:
    """Parameters that change; one that the view shares out among new clusters is told once."""

    texts: Texts
    _told: dict[int, Data] = field(default_factory=dict)

    def __call__(self, entry: Field) -> Data:
        if entry.before is not ABSENT:
            return _field(entry, self.texts)
        content = self._told.get(id(entry))
        if content is None:
            content = self._told[id(entry)] = _field(entry, self.texts)
        return content


def _field(entry: Field, texts: Texts) -> Data:
    """A parameter that changes; where both sides have parts, with the parts and their marks."""
    content: Data = {"mark": entry.mark, "name": texts(entry.name)}
    for side, value in (("before", entry.before), ("after", entry.after)):
        if value is not ABSENT:
            content[side] = texts.of_value(value, secret=entry.secret)
    if entry.notes:
        content["notes"] = [note.name.lower() for note in entry.notes]
    both = brackets(entry.before)[0] and brackets(entry.before) == brackets(entry.after)
    if both and not entry.secret:
        lines = compared(parts(entry.before), parts(entry.after))
        content["lines"] = [{"mark": mark, "text": texts(part)} for mark, part in lines]
    return content


def _sides(three: ThreeSides, texts: Texts, secrets: Set[str]) -> Data:
    """The table by columns: the names, those that change first, and each side's values of them."""
    rows = three.rows
    return {
        "names": [texts(printable(row.name)) for row in rows],
        "changes": sum(row.changes for row in rows),
        "wanted": _column(three.wanted, [(row.name, row.wanted) for row in rows], texts, secrets),
        "recorded": _column(three.recorded, [(row.name, row.recorded) for row in rows], texts, secrets),
        "live": _column(three.live, [(row.name, row.live) for row in rows], texts, secrets),
    }


def _column(
    side: str, values: Sequence[tuple[str, SideValue]], texts: Texts, secrets: Set[str]
) -> str | list[int | None]:
    """Text numbers; None: not set, NOT_TOLD: not told. `no` or `unknown` for a side that has, or tells, no values."""
    return [_side(value, texts, secret=name in secrets) for name, value in values] if side == "yes" else side


def _side(value: SideValue, texts: Texts, *, secret: bool) -> int | None:
    if value is ABSENT:
        return None
    return NOT_TOLD if value is UNKNOWN else texts.of_value(value, secret=secret)
