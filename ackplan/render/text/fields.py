"""Parameters that change, as lines: one each while they are short, an element a line where they are long."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ackplan.core.language import phrase
from ackplan.core.values import ABSENT
from ackplan.render.facts.formatting import brackets, compared, parts, written
from ackplan.render.facts.safe import pad, width
from ackplan.render.facts.view import Field, Note
from ackplan.render.text.style import Style

_COLUMNS = 110
_TONES = {Note.FORCES_REPLACEMENT: "error", Note.DRIFT: "drift"}


@dataclass(slots=True)
class FieldLines:
    """Writes parameters as lines, names aligned; those of a field that several clusters have are made once."""

    style: Style
    indent: str
    _made: dict[tuple[int, int], tuple[Field, str]] = field(default_factory=dict)

    def __call__(self, fields: Sequence[Field]) -> Iterator[str]:
        columns = _columns(tuple([each.name for each in fields]))
        lines_of = self._made
        for each in fields:
            if each.before is not ABSENT or each.notes:
                yield from self._lines(each, columns)
                continue
            key = (id(each), columns)
            entry = lines_of.get(key)
            if entry is None:
                # With the field itself: no other gets its id then.
                entry = lines_of[key] = (each, "\n".join(self._lines(each, columns)))
            yield entry[1]

    def _lines(self, each: Field, columns: int) -> Iterator[str]:
        style, indent = self.style, self.indent
        head = f"{indent}{style(each.mark, each.mark)} {pad(each.name, columns)} = "
        sides = _sides(each)
        if sum(map(width, sides)) <= _COLUMNS - len(indent) - columns or not _has_parts(each):
            yield f"{head}{style('~', ' -> ').join(sides)}{_notes(each, style)}"
        else:
            yield from _many_lines(each, head, style, indent)


@functools.lru_cache
def _columns(names: tuple[str, ...]) -> int:
    return max(map(width, names), default=0)


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
