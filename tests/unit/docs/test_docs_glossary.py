"""Chinese has one word for one thing: messages, phrases and documents keep to the glossary."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ackplan.core import messages

_MESSAGES = Path(messages.__file__).parent


def _other_words(root: Path) -> dict[str, str]:
    """Words that are not used, with the one that is."""
    text = (root / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    return {
        other: chinese for term, chinese, others in rows if term not in {"term", "---"} for other in others.split("、")
    }


def _texts(root: Path) -> dict[str, str]:
    files = [*_MESSAGES.glob("*zh.toml"), *(root / "docs" / "zh").rglob("*.md"), root / "README.zh-CN.md"]
    return {
        str(file.relative_to(root) if file.is_relative_to(root) else file.name): file.read_text("utf-8")
        for file in files
    }


def test_no_other_word_is_used(root: Path) -> None:
    others, texts = _other_words(root), _texts(root)
    assert len(others) > 20
    assert len(texts) > 5
    used = [
        f"{name}: {other}, not {word}"
        for name, text in texts.items()
        for other, word in others.items()
        if other in text
    ]
    assert used == []


def test_the_words_of_the_glossary_are_used(root: Path) -> None:
    text = "".join(_texts(root).values())
    missing = {word for words in _other_words(root).values() for word in words.split("、") if word not in text}
    assert missing == set()


def test_a_phrase_is_said_in_one_way() -> None:
    sections = tomllib.loads((_MESSAGES / "phrases.zh.toml").read_text("utf-8")).values()
    said: dict[str, set[str]] = {}
    for section in sections:
        for english, chinese in section.items():
            said.setdefault(english, set()).add(chinese)
    assert {english: ways for english, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize(
    ("term", "chinese"), [("apply", "应用"), ("replace", "替换"), ("adopt", "纳入管理"), ("record", "状态")]
)
def test_the_tables_of_the_glossary_agree(term: str, chinese: str, root: Path) -> None:
    text = (root / "docs" / "glossary.md").read_text("utf-8")
    assert re.findall(rf"^\| {term} \| ([^|]+) \|", text, re.MULTILINE) == [chinese, chinese]
