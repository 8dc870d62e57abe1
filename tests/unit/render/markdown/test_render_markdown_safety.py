"""Nothing from outside becomes Markdown, HTML, a link or a mention: judged by the parser that GitHub itself uses."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from ackplan.render.markdown.markup import code, fence, prose
from ackplan.render.markdown.plan import LIMIT, plan_markdown
from tests.unit.render.hostile import TEXTS, poisoned


class Outline(HTMLParser):
    """The tags of a page with their attributes, and the text that stands outside of code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[object] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))
        self._code += tag in {"code", "pre"}

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")
        self._code -= tag in {"code", "pre"}

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.seen.append(data)


def outline(markdown: str) -> list[object]:
    parsed = Outline()
    parsed.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    parsed.close()
    return parsed.seen


def markup(seen: list[object]) -> list[object]:
    """The tags, but those of code: which words of a sentence stand in code is the text's matter."""
    code = {("code", ()), "/code"}
    tags = [(item[0], tuple(item[1])) if isinstance(item, tuple) else item for item in seen]
    return [item for item in tags if item not in code and (isinstance(item, tuple) or str(item).startswith("/"))]


def linked(seen: list[object]) -> str | None:
    """What a forge would make a link or a picture of, outside of code."""
    loose = " ".join(item for item in seen if isinstance(item, str) and not item.startswith("/"))
    reference = re.search(r"@\w|\w[#!$&]\d|(?<!\w)#\d|\w-\d|://|www\.|\b[0-9a-f]*\d[0-9a-f]{6,}\b|:\w+:", loose)
    return reference[0] if reference else None


HARMLESS = markup(outline(plan_markdown(poisoned("1"))))


def test_the_outline_sees_what_would_be_wrong() -> None:
    seen = outline("a@b.example <b>x</b>\n\n| a |\n| --- |\n| b |\n")
    assert ("a", [("href", "mailto:a@b.example")]) in seen
    assert ("b", []) in seen
    assert ("td", []) in seen


@pytest.mark.parametrize("text", TEXTS)
def test_known_attacks_change_nothing_but_what_stands_in_code(text: str) -> None:
    seen = outline(plan_markdown(poisoned(text)))
    assert markup(seen) == HARMLESS
    assert linked(seen) is None


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None), max_size=12) | st.text("`|\\<>&@#[]()!*_~\n\r $:./-w", max_size=12))
def test_any_text_changes_nothing_but_what_stands_in_code(text: str) -> None:
    written = plan_markdown(poisoned(text))
    assert len(written.encode()) <= LIMIT
    assert markup(outline(written)) == HARMLESS
    assert linked(outline(written)) is None


@given(st.text(max_size=40))
def test_a_code_span_is_one_span(text: str) -> None:
    seen = outline(f"| a {code(text)} b |\n| --- |\n")
    assert [item for item in seen if isinstance(item, tuple)] == [
        ("table", []),
        ("thead", []),
        ("tr", []),
        ("th", []),
        ("code", []),
    ]


@given(st.text("`~ab\n", max_size=40))
def test_a_fence_is_ended_by_nothing_in_it(text: str) -> None:
    seen = outline(f"{fence(text)}\n\nafter")
    assert [item for item in seen if isinstance(item, tuple)] == [("pre", []), ("code", []), ("p", [])]


@pytest.mark.parametrize(
    "text", ["GH-1", "www.evil.example", "@octocat", "a_b_", "a*b*", "https://x", "#1", "a`b", "1234567", ":smile:"]
)
def test_what_is_no_word_stands_in_code(text: str) -> None:
    assert linked(outline(prose(f"see {text} there"))) is None
    assert ("code", []) in outline(prose(f"see {text} there"))


def test_a_sentence_stays_one() -> None:
    assert prose("Put the old value back, or replace it: ackplan plan --replace shop") == (
        "Put the old value back, or replace it: `ackplan plan --replace shop`"
    )
    assert prose("cn-hongkong (allowed: cn-*). 3 -> 1, 600 is more than 500") == (
        "cn-hongkong (allowed: `cn-*`). 3 → 1, 600 is more than 500"
    )
    assert prose("先看一下: ackplan clusters") == "先看一下: `ackplan clusters`"
