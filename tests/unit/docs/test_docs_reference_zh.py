"""The reference in Chinese has what the English one has, and its words say the same numbers and names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.docs.pages import generated

_TABLE = tomllib.loads((Path(__file__).parents[3] / "docs" / "zh" / "reference.toml").read_text("utf-8"))
_WORDS = {english: words for part in ("parameters", "operations") for english, words in _TABLE[part].items()}
# Names of parameters, values, components and files; a plural of a name counts as the name.
_NAMES = re.compile(r"`[^`]+`|\b\w+_\w+\b|\b[a-z]+[A-Z]\w*\b|\b(?:[A-Z][a-z]+){2,}\b|\$\{[^}]+\}")
_NUMBERS = re.compile(r"\d[\d,./]*\d|\d")


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    return generated(root, "reference_zh")


@pytest.mark.parametrize("english", sorted(_WORDS))
def test_the_words_have_the_same_numbers_and_names(english: str) -> None:
    said = _WORDS[english]
    assert sorted(_NUMBERS.findall(english)) == sorted(_NUMBERS.findall(said))
    assert [name for name in _NAMES.findall(english) if name not in said] == []
    assert english.endswith(".") == said.endswith("。")


@pytest.mark.parametrize("name", ["parameters", "operations"])
def test_a_page_is_up_to_date(root: Path, generator: ModuleType, name: str) -> None:
    text = (root / "docs" / "zh" / f"{name}.md").read_text("utf-8")
    assert text == generator.render(name), "stale: python docs/reference_zh.py"
    english = (root / "docs" / f"{name}.md").read_text("utf-8")
    for first in (r"^\| (`[^`]+`) \|", r"^## (\w+_\w+)$"):
        rows = [re.findall(first, page, re.MULTILINE) for page in (english, text)]
        assert rows[0] == rows[1], "a row or a call is missing"


def test_what_has_no_words_is_an_error(generator: ModuleType) -> None:
    with pytest.raises(KeyError):
        generator.line("A parameter that nobody has described yet.")


def test_no_words_are_left_over(root: Path) -> None:
    pages = [
        " ".join((root / "docs" / f"{name}.md").read_text("utf-8").split()) for name in ("parameters", "operations")
    ]
    assert [english for english in _WORDS if not any(" ".join(english.split()) in page for page in pages)] == []
