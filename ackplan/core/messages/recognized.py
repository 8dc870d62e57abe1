"""Sentences of ours inside of other texts: found again by their English words, and said in another language.

A reason is made where it is found, in English, and becomes an argument of a message, a line of a plan file or of a
child process. Here it is held against the English templates; what fits none is somebody else's text, and stays.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Callable, Iterable

from ackplan.core import messages
from ackplan.core.messages import Message, Text

# A template that would fit nearly everything has fewer letters than this besides its arguments.
_LEAST = 4
_NESTED = 3


class _Written(str):
    """An argument as it stands in a text: its `repr`, too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def spoken(text: str, language: str, depth: int = _NESTED) -> str:
    """The text in another language where it is one of the phrases there with whatever arguments; else as it is."""
    if not depth or not text or not text.isprintable():
        return text
    for pattern, template in _patterns(language):
        values = pattern(text)
        if values is not None:
            said = {name: _said(value, language, depth) for name, value in values.items()}
            return messages.filled(template, said) if said else template
    return text


def relayed(code: str, texts: tuple[str, str, str], language: str) -> tuple[str, str, str]:
    """Summary, detail and cure that came with a finding, in another language where they are those of its code."""
    for english, other in _of_code(code, language):
        if texts[0] != english.summary:
            continue
        parts = [_fitting(words, text) for words, text in ((english.detail, texts[1]), (english.cure, texts[2]))]
        if None not in parts:
            values = {name: value for each in parts if each is not None for name, value in each.items()}
            said = {name: _said(value, language, _NESTED) for name, value in values.items()}
            return (other.summary, messages.filled(other.detail, said), messages.filled(other.cure, said))
    return texts


def _said(value: Text, language: str, depth: int) -> Text:
    return value if isinstance(value, int) else _Written(spoken(value, language, depth - 1))


def _of_code(code: str, language: str) -> Iterable[tuple[Message, Message]]:
    english, other = messages.table("en"), messages.table(language)
    names = [name for name in english if name.partition(".")[0] == code and name in other]
    return sorted(((english[name], other[name]) for name in names), key=lambda pair: -len(pair[0].detail))


@functools.cache
def _patterns(language: str) -> tuple[tuple[Callable[[str], dict[str, Text] | None], str], ...]:
    """Those with the most words first: of two that fit, it says more."""
    templates = sorted(messages.phrases_of("reasons", language).items(), key=lambda pair: -_letters(pair[0]))
    return tuple((_matcher(english), other) for english, other in templates if _letters(english) >= _LEAST)


def _letters(template: str) -> int:
    return sum(sum(map(str.isalpha, text)) for text, *_ in string.Formatter().parse(template))


def _fitting(template: str, text: str) -> dict[str, Text] | None:
    return _matcher(template)(text)


@functools.cache
def _matcher(template: str) -> Callable[[str], dict[str, Text] | None]:
    """What gives the arguments of a text that was made of this template; None for another text."""
    pieces, names = list[str](), list[str]()
    for literal, name, spec, _ in string.Formatter().parse(template):
        pieces.append(re.escape(literal))
        if name is not None:
            pieces += _holes(spec or "", name, names)
    pattern = re.compile("".join(pieces), re.DOTALL)

    def arguments(text: str) -> dict[str, Text] | None:
        match = pattern.fullmatch(text)
        return None if match is None else _arguments(names, match.groups())

    return arguments


def _holes(spec: str, name: str, names: list[str]) -> Iterable[str]:
    """The pattern of one argument, as `messages.filled` writes it; `names` takes the name of each group."""
    if "#" not in spec:
        names.append(name)
        yield r"(-?\d[\d,]*)" if spec else "(.+?)"
        return
    alternatives = spec.split("|")
    hole = r"(\d+)" if len(alternatives) > 1 else "(.+?)"
    parts = [part for each in alternatives for part in [each.partition("#")]]
    names += [name] * len(parts)
    joined = "|".join(f"{re.escape(before)}{hole}{re.escape(after)}" for before, _, after in parts)
    yield f"(?:{joined})" + ("?" if len(alternatives) == 1 else "")


def _arguments(names: Iterable[str], values: Iterable[str | None]) -> dict[str, Text]:
    by_name: dict[str, Text] = {}
    for name, value in zip(names, values, strict=True):
        if value is not None:
            by_name[name] = int(value.replace(",", "")) if re.fullmatch(r"-?\d[\d,]*", value) else value
        else:
            by_name.setdefault(name, "")
    return by_name
