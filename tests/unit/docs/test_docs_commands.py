"""The page of all commands is the one that is made from them."""

from __future__ import annotations

import re

import pytest

from ackplan.cli.command_table import COMMANDS, FURTHER
from tests.unit.docs.pages import generated


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "commands.md").read_text("utf-8")


def test_the_page_is_up_to_date(root, page):
    assert generated(root, "commands").render() == page


def test_the_page_in_chinese_is_up_to_date_and_has_no_english(root, page):
    chinese = (root / "docs" / "zh" / "commands.md").read_text("utf-8")
    assert generated(root, "commands").render("zh") == chinese
    assert re.findall("^### .*", chinese, re.MULTILINE) == re.findall("^### .*", page, re.MULTILINE)
    cells = re.findall(r"^\| `-[^`]+` \| (.+) \|$", chinese, re.MULTILINE)
    assert len(cells) > 100
    assert [cell for cell in cells if not re.search(r"[\u4e00-\u9fff]", cell)] == []


def test_every_command_has_a_section(page):
    further = [f"{first} {second}" for first, seconds in FURTHER.items() for second in seconds]
    assert {name for name in (*COMMANDS, *further) if f"\n### {name}\n" not in page} == set()


def test_options_stand_with_their_command_or_once(page):
    assert page.count("| `--sandbox` |") == 1
    assert "| `--detailed-exitcode` |" in page.partition("\n### plan\n")[2].partition("\n### ")[0]
