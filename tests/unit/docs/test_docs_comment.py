"""The comment that the documentation shows is what the command line prints, and GitHub would take it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import cmarkgfm


def test_the_page_is_up_to_date(root: Path) -> None:
    sys.path.insert(0, str(root / "docs"))
    try:
        spec = importlib.util.spec_from_file_location("comment_page", root / "docs/comment.py")
        assert spec is not None
        assert spec.loader is not None
        generator = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(generator)
    finally:
        sys.path.remove(str(root / "docs"))
    assert generator.render() == generator.OUTPUT.read_text("utf-8"), "run: python docs/comment.py"


def test_it_says_first_what_could_hurt(documents: dict[str, str]) -> None:
    _, _, comment = documents["docs/comment.md"].partition("\n---\n\n")
    assert comment.startswith("### ackplan: 1 to create, 2 to scale out, 3 to scale in, 1 to change")
    assert len(comment) < 65_536
    places = [
        comment.index(part) for part in ("will be destroyed:**", "changed outside", "Critical path", "```mermaid")
    ]
    assert places == sorted(places)
    page = cmarkgfm.github_flavored_markdown_to_html(comment)
    assert page.count("<table>") == comment.count("| --- |\n")
    assert comment.count("<details>") == comment.count("</details>") == 10


def test_pictures_are_small_and_each_is_shown(root: Path, documents: dict[str, str]) -> None:
    pictures = sorted((root / "docs/images").iterdir())
    assert len(pictures) >= 10
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 200_000
        assert any(picture.name in text for text in documents.values()), picture.name
