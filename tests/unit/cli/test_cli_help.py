"""`--help`: every command in one section, what makes a command before what all have, examples that can be typed."""

from __future__ import annotations

import itertools
import re
import shlex
from pathlib import Path

import click
import pytest

from ackplan.cli import at_once
from ackplan.cli.command_table import COMMANDS, SECTIONS
from ackplan.cli.help_page import EXAMPLES
from ackplan.cli.main import cli
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


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_reads_at_a_glance(name: str, language: str, tmp_path: Path) -> None:
    short = command_line(tmp_path, "--lang", language, *name.split(), "--help", environment={"COLUMNS": "80"}).out
    assert len(short.splitlines()) <= 66


def test_all_of_the_help_has_every_option_and_its_variable(tmp_path: Path) -> None:
    short, whole = (command_line(tmp_path, "plan", word).out for word in ("--help", "--help-all"))
    options = [set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.MULTILINE)) for text in (short, whole)]
    assert options[0] < options[1]
    more = f"{len(options[1] - options[0])} more options, and the variable of each: ackplan plan --help-all"
    assert short.splitlines()[-1] == more
    assert "ACKPLAN_STATE" in whole
    assert "env var" not in short
    command = cli.get_command(click.Context(cli), "plan")
    assert command is not None
    shown = {each.opts[-1] for each in command.params if isinstance(each, click.Option) and not each.hidden}
    assert {"--help", "--help-all", *(name for name in shown if name.startswith("--"))} <= options[1] | {"--help"}


@pytest.mark.parametrize("line", [line for rows in EXAMPLES.values() for line, _ in rows])
def test_an_example_can_be_typed(line: str) -> None:
    program, name, *words = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert program == "ackplan"
    assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options


@pytest.mark.parametrize("columns", ["20", "60", "80", "200"])
def test_what_is_answered_at_once_is_what_the_command_says(
    columns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for word in ("--help", "-h", "version", "--version"):
        assert at_once.answer([word], {}) == command_line(tmp_path, word, environment={"COLUMNS": columns}).out


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ([], {}),
        (["plan"], {}),
        (["version", "--format", "json"], {}),
        (["version"], {"ACKPLAN_FORMAT": "json"}),
        (["--help"], {"LANG": "zh_CN.UTF-8"}),
        (["--help"], {"ACKPLAN_LANG": "zh"}),
        (["--help"], {"_ACKPLAN_COMPLETE": "bash_source"}),
    ],
)
def test_what_has_to_be_read_is_not_answered_at_once(arguments: list[str], environment: dict[str, str]) -> None:
    assert at_once.answer(arguments, environment) == ""


def test_the_version_is_answered_at_once_unless_a_variable_has_a_say(tmp_path: Path) -> None:
    assert at_once.answer(["version"], {"ACKPLAN_STATE": "state", "ACKPLAN_SANDBOX": "1"})
    shown = command_line(tmp_path, "version", "--help-all").out
    named = set(re.findall(r"ACKPLAN_[A-Z_]+", shown))
    assert named - {"ACKPLAN_NO_COLOR"} == at_once.VARIABLES
