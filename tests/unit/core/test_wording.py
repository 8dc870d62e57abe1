"""Every message as its reader sees it: printed in both languages, with arguments and without those that may be empty."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from ackplan.core import messages
from ackplan.core.diagnostics import error
from ackplan.core.language import CHINESE, ENGLISH, phrase, sentences, speaking
from ackplan.core.messages import Text

_HAN = "[\u4e00-\u9fff]"
# What no text of ours has: its name, where it is, in which languages it is looked for.
_FAULTS = (
    ("an argument that was not filled in", re.compile(r"(?<!: )\{\}|\{\w+[:!}][^ ]"), (ENGLISH, CHINESE)),
    ("two blanks", re.compile(r"\S  +[^\s(]"), (ENGLISH, CHINESE)),
    (
        "two signs",
        re.compile(r"(?<!\.)\.\.(?!\.)|[,;:] ?[,;:](?!//)|[。：，；][。：，；]|[;:,]。"),
        (ENGLISH, CHINESE),
    ),
    ("a blank before a sign", re.compile(r" [,;:](?!//)(\s|$)"), (ENGLISH,)),
    ("a blank beside a wide sign", re.compile(r" [。：，；！？、）]|[。：，；！？、（] "), (CHINESE,)),
    ("a narrow sign between Chinese words", re.compile(rf"{_HAN}[,:;.?!()]{_HAN}"), (CHINESE,)),
    ("a quote of another style", re.compile("[“”‘’「」『』]"), (ENGLISH, CHINESE)),
)
# Signs that phrases begin or end with, and pages that quote.
_PIECES = ("“",)


def _fields(template: str) -> Iterator[tuple[str, str]]:
    for _, field, spec, _ in string.Formatter().parse(template):
        if field is not None:
            yield field, spec or ""
            yield from _fields(spec or "")


def _arguments(*templates: str, full: bool) -> dict[str, Text]:
    """A number where one is formatted; a word else, and nothing where a text may leave it out."""
    found = dict[str, Text]()
    for field, spec in (each for template in templates for each in _fields(template)):
        if "|" in spec or spec == ",":
            found[field] = 3
        elif "#" in spec:
            found[field] = "web" if full else ""
        else:
            found.setdefault(field, "web")
    return found


def _printed(name: str, language: str, *, full: bool) -> str:
    both = [messages.table(each)[name] for each in (ENGLISH, CHINESE)]
    arguments = _arguments(*(text for each in both for text in (each.detail, each.cure)), full=full)
    places = {place: str(arguments.pop(place, "web")) for place in ("cluster", "parameter", "rule")}
    arguments.pop("home", None)
    with speaking(language):
        return error(name, **places, **arguments).line()  # type: ignore[arg-type]


def _faults(text: str, language: str) -> list[str]:
    return [why for why, sign, languages in _FAULTS if language in languages and sign.search(text)]


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("name", sorted(messages.table(ENGLISH)))
def test_a_message_is_printed_well(name: str, language: str) -> None:
    for full in (True, False):
        printed = _printed(name, language, full=full)
        assert _faults(printed, language) == [], printed


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("name", sorted(messages.table(ENGLISH)))
def test_no_part_of_a_message_ends_as_a_sentence(name: str, language: str) -> None:
    message = messages.table(language)[name]
    assert [
        text for text in (message.summary, message.detail, message.cure) if re.search(r"(?<!\.\.)[.。]$| $", text)
    ] == []


@pytest.mark.parametrize("english", sorted(messages.phrases(CHINESE)))
def test_a_phrase_ends_as_the_english_one(english: str) -> None:
    chinese = messages.phrases(CHINESE)[english]
    literal = any(spec.startswith(" ") for _, spec in _fields(chinese))
    plain = chinese if literal else messages.filled(chinese, _arguments(english, chinese, full=True))
    if english not in {", ", "; ", ": ", ". "} and not any(sign in english for sign in _PIECES):
        assert _faults(plain.strip(" "), CHINESE) == []
    for sign, wide in ((".", "。"), (":", "：")):
        if re.search(rf"{_HAN}|}}", chinese) and re.search(rf"[\w)}}]{re.escape(sign)}$", english):
            assert chinese.endswith(wide), chinese


def test_sentences_stand_in_a_row_as_the_language_has_it() -> None:
    colored = "\x1b[1m{}\x1b[0m"
    assert sentences("One.", "", colored.format(phrase("Plan:")), "two") == "One. \x1b[1mPlan:\x1b[0m two"
    with speaking(CHINESE):
        assert sentences("一。", "", colored.format(phrase("Plan:")), "二") == "一。\x1b[1m计划：\x1b[0m二"
        assert sentences("web", "二") == "web 二"
        assert sentences("**费用：**", "3") == "**费用：** 3", "Markdown ends a bold text only there"
