"""The pages of a board as text: what they load, what they let happen, and that nothing from a store is markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from ackplan.core.language import CHINESE, speaking
from ackplan.render.board.assets import assets
from ackplan.render.board.data import workspace_data
from ackplan.render.board.fleet_page import BoardRow, fleet_page, names_script
from ackplan.render.board.shapes import WorkspaceData
from ackplan.render.board.workspace_page import history_script, workspace_page
from tests.unit.render.board.surveys import HOSTILE, NOW, hostile, in_order, in_trouble, unreadable

_ELEMENTS = (
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "a",
        "header",
        "div",
        "h1",
        "h2",
        "h3",
        "p",
        "b",
        "span",
    ),
    *(
        "dl",
        "dt",
        "dd",
        "main",
        "section",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "time",
        "code",
        "del",
        "ins",
        "br",
    ),
)
AT = "2026-05-28T20:26:40Z"
SURVEYS = {"in_order": in_order, "in_trouble": in_trouble, "unreadable": unreadable, "hostile": hostile}


def data_of(name: str) -> WorkspaceData:
    return workspace_data(SURVEYS[name](), NOW, 86_400.0)


def pages() -> dict[str, str]:
    every = {name: data_of(name) for name in SURVEYS}
    rows = [BoardRow(name, data) for name, data in every.items()]
    return {"index": fleet_page(rows, AT), **{name: workspace_page(data, name, AT) for name, data in every.items()}}


class _Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ["index", *SURVEYS])
def test_a_page_has_its_own_elements_alone(name: str) -> None:
    elements = _Elements(pages()[name]).elements
    names = {tag for tag, _ in elements}
    assert names <= {*_ELEMENTS}
    attributes = {key for _, attrs in elements for key in attrs}
    assert not {key for key in attributes if key.startswith("on") or key in {"style", "srcdoc", "action"}}
    root = "" if name == "index" else "../"
    own = "clusters.js" if name == "index" else f"{name}.js"
    assert [attrs["src"] for tag, attrs in elements if tag == "script"] == [f"{root}board.js", own]
    assert [attrs["href"] for tag, attrs in elements if tag == "link"] == [f"{root}board.css"]
    for tag, attrs in elements:
        address = attrs.get("href") or ""
        if tag == "a":
            assert re.match(r"#|workspaces/[\w.-]+\.html$|\.\./index\.html$|https://ci\.example\.com/jobs/42$", address)


@pytest.mark.parametrize("name", ["index", *SURVEYS])
def test_a_page_may_do_nothing_but_run_its_own_files(name: str) -> None:
    (policy,) = (
        attrs["content"]
        for tag, attrs in _Elements(pages()[name]).elements
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "http" not in policy


def test_a_page_can_be_read_without_its_script() -> None:
    text = pages()["in_trouble"]
    for words in (
        "Run deadbeef was interrupted.",
        "ackplan apply --workspace trouble",
        "num_of_nodes",
        "REQ-1",
        "shop",
    ):
        assert words in text
    index = pages()["index"]
    for words in ("4 workspaces", "interrupted", "can&#x27;t be read", "5 clusters of 2 drifted"):
        assert words in index


def test_names_of_clusters_are_no_script() -> None:
    text = names_script([("hostile", HOSTILE)])
    assert text.isascii()
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text.removeprefix("ackplanNames(").removesuffix(");\n")) == [["hostile", *HOSTILE]]


def test_a_history_is_data_alone() -> None:
    data = data_of("hostile")
    text = history_script(data)
    assert text.isascii()
    assert not re.search(r"[<>&]", text)
    held = json.loads(text.removeprefix("ackplanHistory(").removesuffix(");\n"))
    assert len(held["clusters"]) == len(data["entries"])
    assert set(held) == {"texts", "versions", "clusters"}


def test_clusters_are_listed_as_their_histories_are() -> None:
    data = data_of("in_trouble")
    rows = re.findall(r"\n<tr><td>([^<]+)<td>", workspace_page(data, "x", AT))
    held = json.loads(history_script(data).removeprefix("ackplanHistory(").removesuffix(");\n"))
    assert rows == ["shop", "web", "old"]
    assert [[event[1] for event in events] for events in held["clusters"]] == [[1, 0], [0], [3, 0]]
    assert held["texts"][held["clusters"][0][0][2]] == "login_password"


def test_the_shared_files_name_no_host() -> None:
    for name, text in assets().items():
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[\w]", text), name
        assert "innerHTML" not in text


def test_the_script_says_its_words_in_the_language_of_the_pages() -> None:
    with speaking(CHINESE):
        script = assets()["board.js"]
    said = {*re.findall(r'\bsay\(\s*"([^"]*)"', script), "created", "deleted", "# workspace", "# cluster", "# day"}
    book = json.loads(re.search(r"Object\.entries\((\{.*?\})\)\) phrasebook", script)[1])
    assert said - book.keys() == set()
    assert "phrasebook.set" not in assets()["board.js"]
