"""What people read besides diagnostics and help: each phrase that the code has stands in Chinese too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from ackplan.core import messages
from ackplan.core.actions import Action, Reason
from ackplan.core.language import CHINESE, phrase, speaking
from ackplan.core.work import TRAITS
from ackplan.render.facts import summary, words
from ackplan.render.facts.view import Note
from ackplan.render.text import checkup, plan, run
from tests.unit.core.test_messages import PACKAGE


def _literals(node: ast.expr) -> Iterator[str]:
    for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _called(names: set[str], place: int) -> Iterator[str]:
    """Texts that stand in calls of these functions, as the argument at a place."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in names and len(node.args) > place:
                yield from _literals(node.args[place])


def _looked_up() -> Iterator[str]:
    """Texts that the code has in tables and looks up by a key."""
    for action, reason, blocked in ((a, r, b) for a in Action for r in Reason for b in (False, True)):
        yield words.headline(action, reason, blocked=blocked)
    yield from (reason.value for reason in Reason)
    yield from (*words.LEGEND.values(), *plan._INTRO.values(), *plan._NOTHING.values(), *run._UNDONE.values())
    yield from (*summary._NOTHING.values(), *(text for _, _, text in summary._HARM.values()), *Note)
    yield from (f"{{number}} {text}" for text in (*summary.CHANGES.values(), *words.DONE.values()))
    yield from checkup._WORDS.values()
    yield from (text for traits in TRAITS.values() for text in traits.verb)


TEXTS = sorted({*_called({"phrase"}, 0), *_looked_up()} - {""})


@pytest.mark.parametrize("text", TEXTS)
def test_each_phrase_is_there_in_chinese(text: str) -> None:
    assert text in messages.phrases(CHINESE)


@pytest.mark.parametrize("noun", sorted({*_called({"counted"}, 1)}))
def test_each_noun_that_is_counted_is_there_in_chinese(noun: str) -> None:
    assert f"# {noun}" in messages.phrases(CHINESE)


def test_counts_are_said_in_both_languages() -> None:
    assert (words.counted(1, "cluster"), words.counted(3, "cluster")) == ("1 cluster", "3 clusters")
    with speaking(CHINESE):
        assert words.counted(3, "cluster") == "3 个集群"
        assert phrase("{clusters} will be destroyed", clusters="3 个集群") == "3 个集群将被销毁"


def test_an_argument_of_a_phrase_is_no_template() -> None:
    with speaking(CHINESE):
        assert phrase("note: {text}", text="{x} {0}") == "说明：{x} {0}"
