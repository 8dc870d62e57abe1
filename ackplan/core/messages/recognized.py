"""Sentences of ours inside of other texts: found again by their English words, and said in another language.

A reason is made where it is found, in English, and becomes an argument of a message, a line of a plan file or of a
child process. Here it is held against the English templates; what fits none is somebody else's text, and stays.
"""

from __future__ import annotations

import functools
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ackplan.core import messages
from ackplan.core.messages import Message, Text

# A template with fewer letters than this besides its arguments would fit nearly everything: it counts only where what
# it is about is one of our sentences, too. A single word counts only inside of another sentence: it may be a name.
_LEAST = 6
_NESTED = 5
# A longer text is a stranger's: trying every template on it takes time with a power of its length.
_LONGEST = 1000
_SIGNS = ("; ", ", ")
_WORD = re.compile("[A-Za-z]+")
_COMMAND = re.compile(r"\backplan ((?:(?:state|lock|fleet|sandbox|kubeconfig|tasks|workspace) )?[a-z][a-z-]*)")


class _Written(str):
    """An argument as it stands in a text: its `repr`, too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def spoken(text: str, language: str, depth: int = _NESTED) -> str:
    """The text in another language where it is one of the phrases there with whatever arguments; else as it is.

    Several of them in a row are one text, too.
    """
    if not depth or not text or not text.isprintable() or (depth == _NESTED and text.isalnum()):
        return text
    return _whole(text, language, depth) if len(text) <= _LONGEST else _in_parts(text, language, depth)


@functools.lru_cache(maxsize=4096)
def _whole(text: str, language: str, depth: int) -> str:
    """A fleet has the same text many times."""
    if words := _of_policies(language).get(text):
        return words
    for template in _candidates(text, language):
        words = template.said(text, language, depth)
        if words:
            return words
    return _in_parts(text, language, depth)


def _in_parts(text: str, language: str, depth: int) -> str:
    for sign in _SIGNS:
        parts = text.split(sign)
        said = [spoken(part, language, depth - 1) for part in parts] if len(parts) > 1 else parts
        if said != parts:
            return messages.phrases(language).get(sign, sign).join(said)
    return text


@functools.lru_cache(maxsize=4096)
def relayed(code: str, texts: tuple[str, str, str], language: str) -> tuple[str, str, str]:
    """Summary, detail and cure that came with a finding, in another language where they are those of its code.

    A fleet has the same finding many times.
    """
    if max(map(len, texts)) > _LONGEST:
        return texts
    for english, other in _of_code(code, language):
        if texts[0] != english.summary:
            continue
        pairs = ((english.detail, texts[1]), (english.cure, texts[2]))
        parts = [_filling(_with_options(words), text) for words, text in pairs]
        if None not in parts:
            values = {name: value for each in parts if each is not None for name, value in each.items()}
            said = {name: _said(value, language, _NESTED) for name, value in values.items()}
            detail, cure = (messages.filled(_with_options(words), said) for words in (other.detail, other.cure))
            return (other.summary, detail, cure)
    return texts


def _with_options(template: str) -> str:
    """The template with room for what a hint adds to each command: the options of the command that was running."""
    return _COMMAND.sub(lambda found: f"{found[0]}{{options_{re.sub('[ -]', '_', found[1])}:#}}", template)


def _filling(template: str, text: str) -> dict[str, Text] | None:
    """The arguments that make the text of the template; those of a message without words may all be empty."""
    if text:
        return _fitting(template, text)
    empty: dict[str, Text] = {name: "" for _, name, _, _ in string.Formatter().parse(template) if name}
    return None if messages.filled(template, empty) else empty


def _said(value: Text, language: str, depth: int) -> Text:
    return value if isinstance(value, int) else _Written(spoken(value, language, depth - 1))


def _of_code(code: str, language: str) -> Iterable[tuple[Message, Message]]:
    english, other = messages.table("en"), messages.table(language)
    names = [name for name in english if name.partition(".")[0] == code and name in other]
    return sorted(((english[name], other[name]) for name in names), key=lambda pair: -len(pair[0].detail))


@dataclass(frozen=True, slots=True)
class _Template:
    """English words with the same in another language, as `messages.filled` has them."""

    words: str
    other: str

    def said(self, text: str, language: str, depth: int) -> str:
        """The text in the other language; empty where it was not made of this."""
        values = _fitting(self.words, text)
        if values is None:
            return ""
        said = {name: _said(value, language, depth) for name, value in values.items()}
        if values and _letters(self.words) < _LEAST and said == values:
            return ""
        return messages.filled(self.other, said) if said else self.other


@functools.cache
def _templates(language: str) -> tuple[_Template, ...]:
    """Those with the most words first: of two that fit, it says more."""
    templates = sorted(messages.phrases_of("reasons", language).items(), key=lambda pair: -_letters(pair[0]))
    return tuple(_Template(english, other) for english, other in templates)


def _candidates(text: str, language: str) -> Iterable[_Template]:
    """The templates whose least common word stands in the text, in their order: the others can't fit it."""
    templates, by_word = _templates(language), _by_word(language)
    numbers = [number for word in {"", *_WORD.findall(text)} for number in by_word.get(word, ())]
    return (templates[number] for number in sorted(numbers))


@functools.cache
def _of_policies(language: str) -> Mapping[str, str]:
    """Sentences of the built-in policies: no templates, for what they tell to write has braces."""
    return messages.phrases_of("policies", language)


@functools.cache
def _by_word(language: str) -> Mapping[str, Sequence[int]]:
    """The numbers of templates under the word of each that fewest have; under "" those that have none for certain."""
    words = [_whole_words(template.words) for template in _templates(language)]
    common = Counter(word for each in words for word in each)
    by_word = dict[str, list[int]]()
    for number, each in enumerate(words):
        by_word.setdefault(min(each, key=lambda word: (common[word], word), default=""), []).append(number)
    return by_word


def _whole_words(template: str) -> set[str]:
    """The words that stand in each text that is made of it: none that touches an argument, which may prolong it."""
    pieces = list(string.Formatter().parse(template))
    whole = set[str]()
    for number, (literal, name, _, _) in enumerate(pieces):
        for match in _WORD.finditer(literal):
            if (match.start() or not number) and (match.end() < len(literal) or name is None):
                whole.add(match.group())
    return whole


def _letters(template: str) -> int:
    parsed = string.Formatter().parse(template)
    return sum(sum(map(str.isalpha, text + (spec or ""))) for text, _, spec, _ in parsed)


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
