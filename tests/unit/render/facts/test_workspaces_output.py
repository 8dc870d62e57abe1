"""Many workspaces in text, Markdown, HTML and JSON: golden outputs, bounds, and texts that want to be markup."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from ackplan.core.diagnostics import Diagnostic, Severity
from ackplan.core.provenance import Provenance
from ackplan.render.facts.workspaces_json import fleet_json
from ackplan.render.markdown.workspaces import fleet_markdown
from ackplan.render.page.workspaces import fleet_html
from ackplan.render.text.workspaces import fleet_text
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.result import ClusterChange, Ending, FleetResult, PlanFacts, WorkspaceResult
from ackplan.workspaces.selection import Selection
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


def test_what_is_alike_is_told_once_on_the_page() -> None:
    alike = tuple(ClusterChange(f"web-{n}", "create", "it is new in the spec") for n in range(3))
    found = tuple(
        Diagnostic(Severity.ERROR, "ACK2001", texts=("Cluster exists", f"it has id {n}", "Adopt it"), cluster=f"db-{n}")
        for n in range(4)
    )
    facts = PlanFacts("3 to create", changes=alike, changing=3, regions=("cn-beijing", "cn-hangzhou"), sandbox=True)
    result = WorkspaceResult(WorkspaceEntry("shop", "shop"), Ending.FAILED, facts, diagnostics=found, findings=4)
    shown = fleet_html(FleetResult("plan", Selection((result.entry,)), (result,)))
    assert shown.count("it is new in the spec") == 1
    assert all(f'<span class="name">web-{n}</span>' in shown for n in range(3))
    group = shown.partition("ACK2001 Cluster exists: 4 clusters")[2]
    head, _, rest = group.partition("<details")
    assert all(f'<span class="name">db-{n}</span>' in head and f"it has id {n}" in rest for n in range(4))
    assert "the sandbox, regions cn-beijing, cn-hangzhou; folder shop" in shown


def test_it_says_who_made_it_and_nothing_where_that_is_not_known() -> None:
    made = Provenance("2026-05-04T08:30:00Z", "lin@desk", "https://ci.example/7", "0123456789ab", "main", altered=True)
    known, unknown = (
        dataclasses.replace(mixed(), provenance=made),
        dataclasses.replace(mixed(), provenance=Provenance()),
    )
    sentence = "Made 2026-05-04T08:30:00Z by lin@desk, from commit 0123456789 on main, with uncommitted changes."
    assert f'{sentence} <a href="https://ci.example/7"' in fleet_html(known)
    assert fleet_text(known, color=False).endswith(f"\n\n{sentence}\nhttps://ci.example/7")
    assert fleet_markdown(known).endswith("with uncommitted changes. [CI job](<https://ci.example/7>)</sub>")
    assert json.loads(fleet_json(known))["made"]["by"] == "lin@desk"
    assert "made" not in json.loads(fleet_json(unknown))
    for form in ("text", "markdown", "html"):
        assert "Made 2026" not in FORMS[form](unknown)
