"""Messages and help use the words of the field: short, present-day, and none that only this project has."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ackplan.core import messages

# Words of our own, with what people of the field say.
_PRIVATE = {
    r"g[ia]ve[sn]? up|giving up": "remove, stop, time out",
    r"look(ed|s)? after": "manage",
    r"moved|moves": "changed",
    r"cures?": "fix",
    r"(made|makes?) up": "invent",
    r"(takes?|took|taken) in": "record",
    r"(takes?|took|taken) over": "adopt, continue",
    r"mend(s|ed)?": "fix",
    r"begun|anew": "started, again",
    r"stands? in the way": "problem",
    r"brings? about": "lead to",
}
# Where such a word is meant literally: a workspace does move to another store, a file does move.
_LITERAL = frozenset(
    {
        "Workspace has moved",
        "Only an empty store is encrypted; what is elsewhere moves into it: state migrate.",
    }
)


def _said() -> Iterator[str]:
    for message in messages.table("en").values():
        yield from (message.summary, message.detail, message.cure)
    sections = tomllib.loads((Path(messages.__file__).parent / "phrases.zh.toml").read_text("utf-8")).values()
    yield from (english for section in sections for english in section)


def _bare(template: str) -> str:
    """The words of a template, without the names of its arguments."""
    return " ".join(text + " " + (spec or "") for text, _, spec, _ in string.Formatter().parse(template))


@pytest.mark.parametrize("private", _PRIVATE)
def test_no_private_word_is_said(private: str) -> None:
    found = sorted({text for text in _said() if re.search(rf"\b({private})\b", _bare(text), re.IGNORECASE)} - _LITERAL)
    assert found == [], f"say rather: {_PRIVATE[private]}"


def test_no_exception_is_left_over() -> None:
    said = set(_said())
    assert [text for text in _LITERAL if text not in said] == []
