"""Drift as text: how each cluster moved, since when, and the ways on."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.app.drift import Drift
from ackplan.core.actions import Action
from ackplan.core.language import phrase, sentences
from ackplan.plan.model import Change
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.drift import Way, none, since, ways
from ackplan.render.facts.safe import pad, printable
from ackplan.render.facts.view import Block, view
from ackplan.render.facts.words import counted_resources
from ackplan.render.text.fields import FieldLines
from ackplan.render.text.origin import origin_text
from ackplan.render.text.style import Style

_INDENT = "      "


def drift_text(drift: Drift, *, color: bool) -> str:
    """All clusters that moved, without a line end at its end."""
    if not drift.moved:
        return "\n".join(filter(None, (none(drift), sentence(drift.plan), origin_text(drift.plan, Style(color)))))
    style, blocks = Style(color), view(drift.plan).blocks
    number = counted_resources(block.nested for block in blocks)
    moved = phrase("{clusters} changed outside of ackplan since the last apply.", clusters=number)
    title = sentences(style("drift", phrase("Drift:")), moved)
    parts = [
        "\n".join(_cluster(block, change, drift, style)) for block, change in zip(blocks, drift.moved, strict=True)
    ]
    closing = (style("dim", sentence(drift.plan)), origin_text(drift.plan, style))
    return "\n\n".join(filter(None, [title, *parts, *closing]))


def _cluster(block: Block, change: Change, drift: Drift, style: Style) -> Iterator[str]:
    gone = change.action is Action.FORGET
    yield f"  # {style('bold', block.name)} " + phrase("is gone" if gone else "changed")
    yield f"{style('drift', '  ~')} {block.subject}"
    yield from FieldLines(style, _INDENT)([field._replace(mark="~") for field in block.fields])
    yield from (f"{_INDENT}{note}" for note in block.notes)
    for way in (Way("since", since(change, drift)), *ways(change, drift)):
        yield f"    {style('dim', pad(phrase(way.name) + phrase(': ').strip(), 14))} {printable(way.text)}"
