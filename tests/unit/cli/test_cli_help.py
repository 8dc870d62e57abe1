"""`--help`: every command in one section, what makes a command before what all have, examples that can be typed."""

from __future__ import annotations

import itertools
import re
import shlex
from pathlib import Path

import click
import pytest

from ackplan.cli.help_page import EXAMPLES
from ackplan.cli.main import COMMANDS, SECTIONS, cli
from tests.running import command_line


def test_every_command_is_in_one_section(tmp_path: Path) -> None:
    names = list(itertools.chain.from_iterable(SECTIONS.values()))
    assert sorted(names) == sorted(COMMANDS)
    shown = command_line(tmp_path, "--help").out
    assert re.findall(r"^([A-Z].*):$", shown, re.MULTILINE)[1:] == list(SECTIONS)
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", shown, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_first_what_makes_it(name: str, tmp_path: Path) -> None:
    shown = command_line(tmp_path, name, "--help")
    assert shown.code == 0
    headings = re.findall(r"^([A-Z][a-z]+):$", shown.out, re.MULTILINE)
    order = ["Examples", "Options", "Spec", "Record", "Account", "Output", "Commands"]
    assert headings == sorted(headings, key=order.index)
    assert ("Examples" in headings) == (name in EXAMPLES)


def test_options_stand_with_their_like(tmp_path: Path) -> None:
    shown = command_line(tmp_path, "plan", "--help").out
    sections = dict(re.findall(r"^([A-Z][a-z]+):\n(.*?)(?=^\S|\Z)", shown, re.MULTILINE | re.DOTALL))
    for option, section in (("--detailed-exitcode", "Options"), ("--var", "Spec"), ("--state", "Record"),
                            ("--sandbox", "Account"), ("--format", "Output"), ("--chdir", "Output")):  # fmt: skip
        assert [name for name, text in sections.items() if re.search(rf"{option}\b", text) and name != "Examples"] == [
            section
        ]


@pytest.mark.parametrize("line", [line for rows in EXAMPLES.values() for line, _ in rows])
def test_an_example_can_be_typed(line: str) -> None:
    program, name, *words = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert program == "ackplan"
    assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options
