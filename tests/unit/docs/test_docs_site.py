"""The site holds every document and every code, each link of it leads to a page or file, and it loads nothing."""

from __future__ import annotations

import posixpath
import re

import pytest
import yaml

from tests.unit.docs.pages import generated


class Loader(yaml.SafeLoader):
    """Reads the site's settings, without making what their tags name."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda _loader, name, _node: name)


@pytest.fixture(scope="module")
def site(root):
    made = generated(root, "site_pages").Site(root)
    return made, made.pages()


@pytest.fixture(scope="module")
def settings(root):
    return yaml.load((root / "mkdocs.yml").read_text("utf-8"), Loader)


def outside_of_fences(text: str) -> str:
    return re.sub(r"^ *(`{3,}).*?^ *\1", "", text, flags=re.MULTILINE | re.DOTALL)


def test_every_document_is_a_page(site, root):
    _, pages = site
    assert {path.relative_to(root / "docs").as_posix() for path in (root / "docs").rglob("*.md")} <= set(pages)
    assert {"index.md", "project/changes.md"} <= set(pages)


def test_every_code_has_a_page_of_its_own(site, documents):
    codes = set(re.findall(r"^### (ACK\d{4})$", documents["docs/diagnostics.md"], re.MULTILINE))
    _, pages = site
    for folder in ("codes", "zh/codes"):
        assert {f"{folder}/{code}.md" for code in codes} == {place for place in pages if place.startswith(f"{folder}/")}
    assert pages["zh/codes/ACK1001.md"].startswith("# ACK1001\n\n**不是有效的 YAML**\n")
    assert pages["codes/ACK1001.md"].startswith("# ACK1001\n\n**Not valid YAML**\n")
    assert "## " not in pages["codes/ACK9001.md"]


def test_every_link_leads_into_the_site(site, root):
    made, pages = site
    copied = generated(root, "site_pages").COPIED
    files = (path for path in (root / "docs").rglob("*") if path.suffix in copied)
    images = {path.relative_to(root / "docs").as_posix() for path in files}
    there = {*pages, *made.files.values(), *images}
    astray = [
        (place, target)
        for place, text in pages.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", outside_of_fences(text))
        if ":" not in target
        and target.partition("#")[0]
        and posixpath.normpath(posixpath.join(posixpath.dirname(place), target.partition("#")[0])) not in there
    ]
    assert astray == []


def test_what_is_in_a_fence_stays_as_it_is(root, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (tmp_path / "README.md").write_text("[a](docs/a.md)\n\n```md\n[a](docs/a.md)\n```\n", "utf-8")
    (folder / "a.md").write_text("[home](../README.md#top)\n", "utf-8")
    (folder / "diagnostics.md").write_text("### ACK1001\n\n**Word**\n", "utf-8")
    pages = generated(root, "site_pages").Site(tmp_path).pages()
    assert pages["index.md"] == "[a](a.md)\n\n```md\n[a](docs/a.md)\n```\n"
    assert pages["a.md"] == "[home](index.md#top)\n"


def test_the_menu_has_four_kinds_of_documents(settings):
    parts = [next(iter(part)) for part in settings["nav"]]
    kinds = [name for name in parts if name in {"Tutorial", "How-to", "Reference", "Explanation"}]
    assert kinds[-3:] == ["How-to", "Reference", "Explanation"]


def test_nothing_is_fetched_by_whoever_builds_or_reads(settings):
    assert settings["theme"]["font"] is False
    assert set(settings) & {"extra_javascript", "extra_css"} == set()
    assert [next(iter(name)) for name in settings["plugins"]] == ["search"]


def test_dead_links_and_anchors_fail(settings):
    assert settings["strict"] is True
    assert set(settings["validation"]["links"].values()) == {"warn"}


def test_chinese_is_cut_into_words_for_the_search(settings, root):
    (search,) = settings["plugins"]
    assert "zh" in search["search"]["lang"]
    assert re.split(search["search"]["separator"], "集群\u200b漂移") == ["集群", "漂移"]
    assert re.search(r"^jieba==", (root / "requirements-docs.lock").read_text("utf-8"), re.MULTILINE)
