"""Sentences of ours that stand in other texts are found by their words, and said in the language that was chosen."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Iterator
from unittest import mock

import pytest

from ackplan.core import language, messages
from ackplan.core.diagnostics import COMPLETE, Diagnostic, error
from ackplan.core.language import CHINESE, speaking
from ackplan.core.messages import recognized

REASONS = {
    "{name} is gone": "{name} 已不存在",
    "node {name} is gone": "节点 {name} 已不存在",
    "expected {what}, found {value}": "应为{what}，实际为 {value}",
    "a whole number": "整数",
    "number": "数字",
    "{what} in {place}": "{place}中的 {what}",
    "{count:# row|# rows} left{why:, as #}": "剩余 {count} 行{why:，原因：#}",
    "no parameter {name!r}": "没有参数 {name!r}",
}
_phrases_of = messages.phrases_of


@pytest.fixture(autouse=True)
def _reasons() -> Iterator[None]:
    _forget()
    with mock.patch.object(messages, "phrases_of", return_value=REASONS), speaking(CHINESE):
        yield
    _forget()


def _forget() -> None:
    for cached in (recognized._templates, recognized._by_word, recognized._whole):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("web is gone", "web 已不存在"),
        ("node web is gone", "节点 web 已不存在"),
        ('expected a whole number, found "x"', '应为整数，实际为 "x"'),
        ("1 row left", "剩余 1 行"),
        ("12 rows left, as web is gone", "剩余 12 行，原因：web 已不存在"),
        ("no parameter 'nodes'", "没有参数 'nodes'"),
        ("somebody else's words", "somebody else's words"),
        ("web is gone for good", "web is gone for good"),
        ("web is gone; 2 rows left", "web 已不存在；剩余 2 行"),
        ("a, b and somebody's c", "a, b and somebody's c"),
        ("x in a whole number", "整数中的 x"),
        ("x in the garden", "x in the garden"),
        ("number", "number"),
        ("", ""),
        ("{name.__class__} is gone", "{name.__class__} 已不存在"),
        ("web\nis gone", "web\nis gone"),
    ],
)
def test_a_sentence_of_ours_is_said_in_chinese(english: str, chinese: str) -> None:
    assert language.spoken(english) == chinese
    with speaking(language.ENGLISH):
        assert language.spoken(english) == english


def test_a_reason_in_a_message_is_chinese_too() -> None:
    why = error("ACK1001.unreadable", reason="web is gone")
    assert why.detail == "web 已不存在"


def _kept(finding: Diagnostic) -> Diagnostic:
    """The finding as it comes out of a plan file, with its words."""
    with speaking(language.ENGLISH):
        texts = (finding.summary, finding.detail, finding.cure)
    return dataclasses.replace(finding, variant="", arguments=(), texts=texts)


@pytest.mark.parametrize(
    "finding",
    [
        error("ACK2010", flag="--target", name="web", cluster="web"),
        error("ACK3042", cluster_id="c1", names="a and as b", names_2="a or b", cluster="a"),
        error("ACK1002.bytes", size=2_000_000, max_bytes=1_000_000),
        error("ACK1008", event="a", event_2="x.yaml:1:1"),
        error("ACK2112", rule="a", region="cn", allowing="web is gone", exception="", reason="", remedy=""),
    ],
)
def test_a_finding_that_came_with_its_words_is_chinese(finding: Diagnostic) -> None:
    kept = _kept(finding)
    assert (kept.summary, kept.detail, kept.cure) == (finding.summary, finding.detail, finding.cure)


def test_a_finding_with_completed_commands_is_chinese() -> None:
    """A plan file has the commands as they had to be typed when it was made."""
    finding = error("ACK2003.applied", before="1", after="2", cluster="web")
    token = COMPLETE.set(lambda text: text.replace("ackplan plan", "ackplan plan -f x.yaml --adopt web"))
    kept = _kept(finding)
    COMPLETE.reset(token)
    assert kept.detail == finding.detail
    assert kept.cure == finding.cure.replace("ackplan plan", "ackplan plan -f x.yaml --adopt web")


def test_words_that_are_not_those_of_the_code_stay() -> None:
    foreign = Diagnostic(error("ACK2010").severity, "ACK2010", texts=("Some summary", "a", "b"))
    assert (foreign.summary, foreign.detail, foreign.cure) == ("Some summary", "a", "b")


def test_a_text_that_no_sentence_of_ours_could_be_is_left_alone() -> None:
    """Each sentence is tried on a text; of a stranger's long one that would take time with a power of its length."""
    long = "expected , found " * 5000
    assert language.spoken(long) == long
    assert language.spoken("web is gone; " + "x" * 5000).startswith("web 已不存在")


@pytest.mark.parametrize("argument", ["web", "a b", "x; y", "expected", "is gone", "ä", "_", "1"])
def test_no_template_that_fits_is_left_out(argument: str) -> None:
    """Only those that share a word with a text are tried on it: a word that touches an argument is not looked for."""
    _forget()
    with mock.patch.object(messages, "phrases_of", wraps=_phrases_of):
        templates = recognized._templates(CHINESE)
        for template in templates:
            text = messages.filled(template.words, _arguments(template.words, argument))
            fitting = [each for each in templates if recognized._fitting(each.words, text) is not None]
            assert [each for each in recognized._candidates(text, CHINESE) if each in fitting] == fitting


def _arguments(words: str, argument: str) -> dict[str, messages.Text]:
    """A number where one is counted, else the argument."""
    holes = [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(words) if name]
    return {name: 3 if "|" in spec or spec == "," else argument for name, spec in holes}
