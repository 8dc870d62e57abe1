"""Drift as text: how each cluster moved, and the ways on: put it back, accept it, write it into the spec."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator

from ackplan.app.drifting import Drift
from ackplan.model.actions import Action
from ackplan.plan.model import Change
from ackplan.render.safe import pad, printable
from ackplan.render.text.fields import field_lines
from ackplan.render.text.style import Style
from ackplan.render.values import written
from ackplan.render.view import Block, view
from ackplan.render.words import counted

NONE = "No drift."
_INDENT = "      "


def drift_text(drift: Drift, *, color: bool) -> str:
    """All clusters that moved, without a line end at its end."""
    if not drift.moved:
        return NONE
    style, blocks = Style(color), view(drift.plan).blocks
    number = counted(len(blocks), "cluster")
    title = f"{style('drift', 'Drift:')} {number} changed outside of ackplan since the last apply."
    parts = [
        "\n".join(_cluster(block, change, drift, style)) for block, change in zip(blocks, drift.moved, strict=True)
    ]
    return "\n\n".join([title, *parts])


def _cluster(block: Block, change: Change, drift: Drift, style: Style) -> Iterator[str]:
    gone = change.action is Action.FORGET
    yield f"  # {style('bold', block.name)} " + ("is gone" if gone else "changed")
    yield f"{style('drift', '  ~')} {block.subject}"
    yield from field_lines([dataclasses.replace(field, mark="~") for field in block.fields], style, _INDENT)
    yield from (f"{_INDENT}{note}" for note in block.notes)
    for label, text in _ways(change, drift):
        yield f"    {style('dim', pad(label, 14))} {printable(text)}"


def _ways(change: Change, drift: Drift) -> Iterator[tuple[str, str]]:
    target = f" --target {shlex.quote(change.cluster)}"
    back = drift.back.get(change.cluster)
    if back is not None:
        yield "put it back:", _back(back, target)
    yield "record it:", f"ackplan apply --refresh-only{target}"
    if change.cluster in drift.wanted:
        yield "in the spec:", _in_spec(change, drift, target)


def _back(back: Change, target: str) -> str:
    """What an apply would do about it."""
    command = f"ackplan apply{target}"
    if back.is_blocked:
        reasons = "; ".join(f"{d.summary}. {d.cure}".rstrip(". ") for d in back.blocked)
        return f"{command} is refused: {reasons}"
    match back.action:
        case Action.DELETE:
            return f"it is not in the spec any more: {command} deletes it"
        case Action.FORGET:
            return f"it is not in the spec any more: {command} forgets it"
        case Action.CREATE:
            return f"{command} creates it again"
        case Action.REPLACE:
            return f"{command} deletes it and creates it again"
        case Action.UPDATE:
            return command
        case Action.RECORD | Action.NOOP | Action.ADOPT:
            return "the spec does not ask for what was there before"


def _in_spec(change: Change, drift: Drift, target: str) -> str:
    """Where the spec says what moved, and how it would say what is live."""
    wanted = drift.wanted[change.cluster]
    if change.action is Action.FORGET:
        return f"take its entry out: {wanted.span}"
    moved = [p for p in change.parameters if p.name in wanted.parameters and wanted.parameters[p.name] != p.after]
    if not moved:
        lost = f"; attached instances stand at {wanted.span_of('attach')}" if change.notes and wanted.attach else ""
        return f"it says nothing else{lost}"
    said = ", ".join(f"{p.name}: {written(p.after)} at {wanted.span_of(p.name)}" for p in moved)
    return f"{said}; or: ackplan drift --update-spec{target}"
