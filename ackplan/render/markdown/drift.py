"""Drift as Markdown, for an issue that a nightly job keeps: what moved, since when, and what can be done about each."""

from __future__ import annotations

from collections.abc import Iterator

from ackplan.app.drift import Drift
from ackplan.core.actions import Action
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, sentences, spoken
from ackplan.plan.model import Change
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.drift import Way, none, omitted, since, states, ways
from ackplan.render.facts.formatting import written
from ackplan.render.facts.view import Block, view
from ackplan.render.facts.words import and_more, colon, counted
from ackplan.render.markdown.comment_parts import origin_line
from ackplan.render.markdown.markup import code, codes, prose, row, table

# An issue of GitHub has at most 65,536 characters; bytes of UTF-8 are never fewer.
LIMIT = 65_000
_NAMES = 12
_VALUE = 200
_CLOSING = 300
_DRIFTED = "{number:# cluster has|# clusters have} drifted"
_CHANGED = "Changed outside of ackplan since the last apply"


def drift_markdown(drift: Drift, limit: int = LIMIT) -> str:
    """All clusters that moved, at most `limit` bytes of UTF-8, without a line end at its end."""
    footer = origin_line(drift.plan)
    if not drift.moved:
        said = [f"### ackplan{phrase(': ')}{none(drift)}", *_states(drift), sentence(drift.plan), footer]
        return "\n\n".join(filter(None, said))
    names = [change.name for change in drift.moved]
    parts = [
        f"### ackplan{phrase(': ')}{phrase(_DRIFTED, number=len(names))}",
        f"> [!WARNING]\n> **{phrase(_CHANGED)}{colon()}** {codes(names[:_NAMES])}{and_more(len(names) - _NAMES)}",
        *_states(drift),
        *filter(None, [sentence(drift.plan)]),
    ]
    left, known = (
        limit - _CLOSING - _size(footer) - sum(map(_size, parts)),
        list(zip(view(drift.plan).blocks, drift.moved, strict=True)),
    )
    for number, (block, change) in enumerate(known):
        text = "\n\n".join(_cluster(block, change, drift))
        left -= _size(text)
        if left < 0:
            missing = counted(len(known) - number, "cluster")
            left_out = phrase("Left out, for an issue can't be longer")
            everything = phrase("All of it: {command}", command=code(hint("ackplan drift"), 600))
            parts.append(f"**{left_out}{colon()}** {missing}{phrase('. ')}{everything}")
            break
        parts.append(text)
    return "\n\n".join(filter(None, [*parts, footer]))


def _states(drift: Drift) -> Iterator[str]:
    """What was not looked at, and the clusters that are not running, where there are any."""
    yield from (f"**{phrase('Not looked at')}{colon()}** {prose(each.detail, 600)}" for each in omitted(drift))
    told = [f"- {code(each.cluster)}{phrase(': ')}{prose(each.detail)}" for each in states(drift)]
    if told:
        more = [f"- {phrase('and {count} more', count=len(told) - _NAMES)}"] if len(told) > _NAMES else []
        yield "\n".join([f"**{phrase('Not running now')}{colon()}**", "", *told[:_NAMES], *more])


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) + 2


def _cluster(block: Block, change: Change, drift: Drift) -> Iterator[str]:
    what = phrase("is gone" if change.action is Action.FORGET else "changed")
    yield f"#### {code(block.name, 80)} {what}"
    yield prose(block.subject, 200)
    if change.parameters:
        sides = ((p, written(p.before, secret=p.secret), written(p.after, secret=p.secret)) for p in change.parameters)
        rows = [row(code(p.name, 80), code(before, _VALUE), code(after, _VALUE)) for p, before, after in sides]
        yield table([phrase(title).lower() for title in ("Parameter", "Recorded", "Live")], rows)
    if change.notes:
        yield "\n".join(f"- {prose(spoken(note))}" for note in change.notes)
    lines = [f"- **{way.name}{colon()}** {_way(way)}" for way in ways(change, drift)]
    yield "\n".join([f"- **{phrase('since')}{colon()}** {prose(since(change, drift))}", *lines])


def _way(way: Way) -> str:
    """What it says, its command in one piece."""
    before, command, after = way.text.partition(way.command) if way.command else (way.text, "", "")
    said = (prose(before, 600) if before else "", code(command, 600) if command else "", prose(after) if after else "")
    return sentences(*said)
