"""Parameters that change, as lines: one each while they are short, an element a line where they are long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ackplan.core.language import phrase
from ackplan.core.values import ABSENT
from ackplan.render.facts.formatting import brackets, compared, parts, written
from ackplan.render.facts.safe import pad, width
from ackplan.render.facts.view import Field, Note
from ackplan.render.text.style import Style

_COLUMNS = 110
_TONES = {Note.FORCES_REPLACEMENT: "error", Note.DRIFT: "drift"}


def field_lines(fields: Sequence[Field], style: Style, indent: str) -> Iterator[str]:
    """The lines of these parameters, names aligned."""
    columns = max([width(field.name) for field in fields], default=0)
    room = _COLUMNS - len(indent) - columns
    for field in fields:
        head = f"{indent}{style(field.mark, field.mark)} {pad(field.name, columns)} = "
        sides = _sides(field)
        if sum(map(width, sides)) <= room or not _has_parts(field):
            yield f"{head}{style('~', ' -> ').join(sides)}{_notes(field, style)}"
        else:
            yield from _many_lines(field, head, style, indent)


def _sides(field: Field) -> tuple[str, ...]:
    """What is written of the value: the new one alone where there was none; else both sides."""
    after = written(field.after, secret=field.secret)
    if field.before is ABSENT:
        return (after,)
    before = written(field.before, secret=field.secret)
    return (before, after) if before != after else (phrase("{value} (from another source)", value=after),)


def _notes(field: Field, style: Style) -> str:
    if not field.notes:
        return ""
    return "  # " + ", ".join(style(_TONES.get(note, "dim"), phrase(note)) for note in field.notes)


def _has_parts(field: Field) -> bool:
    """Whether both sides, as far as they are there, are lists or both mappings."""
    kinds = {brackets(side) for side in (field.before, field.after) if side is not ABSENT}
    return not field.secret and len(kinds) == 1 and kinds != {("", "")}


def _many_lines(field: Field, head: str, style: Style, indent: str) -> Iterator[str]:
    before = () if field.before is ABSENT else parts(field.before)
    after = () if field.after is ABSENT else parts(field.after)
    opening, closing = brackets(field.after if field.before is ABSENT else field.before)
    yield head + opening + _notes(field, style)
    same = 0
    for mark, part in compared(before, after):
        if mark == " ":
            same += 1
        else:
            yield f"{indent}    {style(mark, mark)} {part}"
    if same:
        hidden = phrase("{number:# unchanged element|# unchanged elements} hidden", number=same)
        yield style("dim", f"{indent}      # ({hidden})")
    yield f"{indent}  {closing}"
