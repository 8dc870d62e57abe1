"""Help in Chinese: every text of every command is there, laid out in the columns that a terminal has."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ackplan.cli import command_table, help_page, main
from ackplan.cli.help_formatter import wrapped
from ackplan.core import messages
from ackplan.render.facts.safe import width
from tests.running import command_line


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main.cli)
    waiting = [(name, main.cli.get_command(context, name)) for name in command_table.COMMANDS]
    for first, seconds in command_table.FURTHER.items():
        waiting += [(f"{first} {second}", main.cli.get_command(context, f"{first} {second}")) for second in seconds]
    while waiting:
        name, command = waiting.pop()
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            waiting += [
                (f"{name} {each}", command.get_command(context, each)) for each in command.list_commands(context)
            ]


def _texts() -> Iterator[str]:
    yield from (
        *command_table.COMMANDS.values(),
        *command_table.SECTIONS,
        help_page.OWN,
        *help_page._SECTIONS,
        "Examples",
        "Commands",
    )
    yield from (what for rows in help_page.EXAMPLES.values() for _, what in rows)
    for _, command in (*_commands(), ("", main.cli)):
        yield inspect.cleandoc(command.help or "")
        yield from (
            option.help
            for option in command.params
            if isinstance(option, click.Option) and option.help and not option.hidden
        )


def _paragraphs() -> set[str]:
    parts = (part for text in _texts() for part in text.split("\n\n"))
    return {" ".join(part.split()) for part in parts if part and not part.startswith("\b")}


def test_every_help_text_is_there_in_chinese() -> None:
    assert _paragraphs() - messages.phrases("zh").keys() == set()


@pytest.mark.parametrize("name", ["", *sorted(name for name, _ in _commands())])
def test_help_is_chinese_and_fits_the_terminal(name: str, tmp_path: Path) -> None:
    done = command_line(tmp_path, "--lang", "zh", *name.split(), "--help", environment={"COLUMNS": "80"})
    assert done.code == 0
    assert done.out.startswith("用法：ackplan")
    assert "帮助" in done.out
    too_long = [line for line in done.out.splitlines() if width(line) > 80 and not line.isascii()]
    assert too_long == []


def test_words_stay_whole_and_no_line_begins_with_a_full_stop() -> None:
    lines = wrapped("使用内置模拟器代替真实账号，状态单独保存。[环境变量：ACKPLAN_SANDBOX]", 20)
    assert max(map(width, lines)) <= 22
    assert "".join(lines).replace(" ", "") == "使用内置模拟器代替真实账号，状态单独保存。[环境变量：ACKPLAN_SANDBOX]"
    assert not any(line[0] in "，。；：）]" or line[-1] in "（[" for line in lines)


def test_wrong_usage_is_told_in_chinese(tmp_path: Path) -> None:
    refused = command_line(tmp_path, "plan", "--frmat", "x", environment={"LANG": "zh_CN.UTF-8"})
    assert (refused.code, refused.out) == (64, "")
    assert "错误：没有选项 '--frmat'。" in refused.err
    assert "请查看帮助：'ackplan plan --help'。" in refused.err
