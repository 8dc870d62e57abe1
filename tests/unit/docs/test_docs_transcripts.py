"""What the pages tell their reader to type does what they show; pages in Chinese show the same as the English ones."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.docs.transcripts import (
    ROOT,
    chinese_of,
    differences,
    fences,
    passing,
    same,
    shown_by,
    translated,
    updated,
)

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "howto").glob("*.md")))
]
PAIRS = [(page, chinese_of(ROOT / page).relative_to(ROOT).as_posix()) for page in PAGES]
# Programs of others whose commands stand in the pages; these are never run.
FOREIGN = {"aliyun", "gh", "glab", "kubectl", "pip", "make"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_happens(page, tmp_path):
    text = (ROOT / page).read_text("utf-8")
    told = [str(difference) for _, difference in differences(text, tmp_path)]
    assert told == []


@pytest.mark.parametrize("page", [*PAGES, *(chinese for _, chinese in PAIRS)])
def test_what_is_not_run_is_shell_with_placeholders_in_capitals(page):
    for fence in fences((ROOT / page).read_text("utf-8")):
        if fence.kind == "sh" and not fence.run:
            checked = subprocess.run(["bash", "-n"], input=fence.body, text=True, capture_output=True, check=False)
            assert checked.returncode == 0, checked.stderr
            assert not re.search(r"<[a-z-]+>", fence.body), "a placeholder is a word in capitals"


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README.md"])
def test_only_programs_of_others_are_not_run(page):
    for fence in fences((ROOT / page).read_text("utf-8")):
        if fence.kind == "sh" and not fence.run:
            assert FOREIGN & set(re.findall(r"[a-z]+", fence.body)), fence.body


@pytest.mark.parametrize(("page", "chinese"), PAIRS)
def test_the_chinese_page_types_and_shows_the_same(page, chinese):
    assert told(ROOT / chinese) == told(ROOT / page)


def told(page: Path) -> list[tuple[str, str, str]]:
    """What a page has its reader type and see; remarks in it are in the page's language."""
    remark = re.compile(r"(^|\s)# [^\n]*", re.MULTILINE)
    return [
        (fence.kind, fence.title, fence.body if fence.kind == "text" else remark.sub("", fence.body))
        for fence in fences(page.read_text("utf-8"))
    ]


def test_a_page_in_chinese_takes_over_what_the_english_one_shows():
    english = "a\n```sh\none\n```\n"
    assert translated(english, "\u7532\n```sh\ntwo\n```\n") == english.replace("a", "\u7532", 1)


def test_a_difference_is_found_and_written(tmp_path):
    page = "```sh\necho one\n```\n\n```text\ntwo\n```\n"
    ((shown, difference),) = differences(page, tmp_path)
    assert (difference.printed, difference.code) == ("one\n", 0)
    assert updated(page, [(shown, difference)]) == page.replace("two", "one")


@pytest.mark.parametrize(("mark", "codes"), [("", [1]), ("<!-- exit 1 -->\n", []), ("<!-- exit 2 -->\n", [1])])
def test_a_failing_command_is_found(mark, codes, tmp_path):
    found = differences(f"{mark}```sh\nfalse\ntrue\n```\n", tmp_path)
    assert [difference.code for _, difference in found] == codes


def test_files_of_the_page_are_there_and_what_is_not_run_is_not(tmp_path):
    page = '```yaml title="a/b.yaml"\nx: 1\n```\n```sh\ncat a/b.yaml\n```\n\n```text\nx: 1\n```\n'
    assert differences(page + "<!-- not run: never -->\n```sh\nfalse\n```\n", tmp_path) == []


def test_output_belongs_to_the_commands_right_before_it():
    text = "```sh\na\n```\n\n```text\nA\n```\n\n```sh\nb\n```\n\nwords\n\n```text\nC\n```\n"
    page = fences(text)
    assert [shown_by(page, place, text) for place in (0, 2)] == [page[1], None]


def test_any_lines_any_text_and_what_passes():
    assert same("a\n…\nd … f\n", "a\nb\nc\nd e f\n")
    assert not same("a\n…\n", "b\na\n")
    assert same("id c" + "0" * 32, "id c" + "1" * 32)
    assert passing("It took 1m2s.\n") == passing("It took 9s.\n")
    assert same("web: created after 1s\n", "2026-01-01T00:00:00Z web: created after 2s\n")
    assert not same("3 workers", "4 workers")
