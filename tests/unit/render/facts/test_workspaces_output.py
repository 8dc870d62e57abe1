"""Many workspaces in text, Markdown, HTML and JSON: golden outputs, bounds, and texts that want to be markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from ackplan.render.facts.workspaces_json import fleet_json
from ackplan.render.markdown.workspaces import fleet_markdown
from ackplan.render.page.workspaces import fleet_html
from ackplan.render.text.workspaces import fleet_text
from ackplan.workspaces.result import FleetResult
from tests.unit.render.fleet_results import many, mixed
from tests.unit.render.hostile import TEXTS

_EXPECTED = Path(__file__).with_name("workspaces")
FORMS = {
    "text": lambda fleet: fleet_text(fleet, color=False),
    "markdown": fleet_markdown,
    "html": fleet_html,
    "json": fleet_json,
}
HOSTILE = (*TEXTS, "a\x1b[2Jb", "a\nb\r\nc", "\u202eevil", "\ud800", "x" * 5000)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_it_reads_as_expected(form: str, pytestconfig: pytest.Config) -> None:
    shown = FORMS[form](mixed()) + "\n"
    file = _EXPECTED / f"mixed.{form}"
    if pytestconfig.getoption("--update", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_steers_what_shows_it(form: str, text: str) -> None:
    shown = FORMS[form](mixed(text))
    assert all(line.isprintable() for line in shown.splitlines())
    assert set(re.findall(r"\x1b|\u202e|\ud800", shown)) == set()
    if form == "json":
        assert json.loads(shown)["workspaces"]["broken"]["output"] == text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def _tags(document: str) -> _Tags:
    parser = _Tags()
    parser.feed(document)
    return parser


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_no_element_that_a_text_brought(text: str) -> None:
    plain, hostile = _tags(fleet_html(mixed())), _tags(fleet_html(mixed(text)))
    assert hostile.tags <= plain.tags
    assert hostile.attributes == plain.attributes
    assert "script" not in plain.tags
    assert "default-src 'none'" in fleet_html(mixed())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_has_no_element_that_a_text_brought(text: str) -> None:
    def tags(fleet: FleetResult) -> set[str]:
        options = Options.CMARK_OPT_UNSAFE
        return _tags(cmarkgfm.github_flavored_markdown_to_html(fleet_markdown(fleet), options)).tags

    assert tags(mixed(text)) <= tags(mixed()) | {"pre"}


@pytest.mark.parametrize("count", [1, 100, 3000])
@pytest.mark.parametrize("text", ["web", "商店" * 30])
def test_a_comment_is_one_whole_comment(count: int, text: str) -> None:
    shown = fleet_markdown(many(count, text))
    assert len(shown) <= 65_536
    assert len(shown.encode()) <= 65_536
    assert shown.count("<details>") == shown.count("</details>")
    assert ("Left out" in shown) is (count > 1)
    for line in shown.splitlines():
        assert not line.startswith("|") or line.endswith(" |")
    rows = len(re.findall(r"^\| `w\d+` \|", shown, re.MULTILINE))
    rest = re.search(r"^and (\d+) more workspaces", shown, re.MULTILINE)
    assert rows + (int(rest[1]) if rest else 0) == count


def test_what_is_left_out_of_a_comment_is_named_with_the_way_to_it() -> None:
    closing = fleet_markdown(many(100)).splitlines()[-1]
    assert "what happens in" in closing
    assert "ackplan fleet plan --workspaces NAME" in closing
