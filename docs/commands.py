"""Writes docs/commands.md from the commands themselves: every command, its arguments and its options; the same in
Chinese into docs/zh/commands.md.

python docs/commands.py            writes the pages
python docs/commands.py --check    exits 1 when one of them is stale
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from reference import table

OUTPUTS = {"en": Path(__file__).parent / "commands.md", "zh": Path(__file__).parent / "zh" / "commands.md"}
INTRODUCTION = """# Commands

Every command with its arguments and options, as `ackplan COMMAND --help-all` has them. Options that most commands
share stand [once](#shared-options). Exit codes: 0 done; 1 an error, or an apply that did not finish; 2 changes or
drift; 64 wrong usage; 130 interrupted.

[`docs/commands.py`](commands.py) writes this page from the commands, so it can't fall behind.
"""
CHINESE = """# 命令

所有命令及其参数和选项，与 `ackplan --lang zh COMMAND --help-all` 相同。大多数命令共有的选项[只列一次](#共有选项)。
退出码：0 完成；1 有错误，或 apply 未完成；2 有变更或漂移；64 用法错误；130 被中断。

[`docs/commands.py`](../commands.py) 由命令生成本页。
"""
INTRODUCTIONS = {"en": INTRODUCTION, "zh": CHINESE}
HEADINGS = {"en": "option | what it does", "zh": "选项 | 作用"}
LISTED = {"en": "command | does", "zh": "命令 | 作用"}
SHARED = {"en": "Shared options", "zh": "共有选项"}


def commands() -> Iterator[tuple[str, str, click.Command]]:
    """Every command with its section and its name; second words follow the first."""
    from ackplan.cli.command_table import FURTHER, SECTIONS
    from ackplan.cli.main import cli

    context = click.Context(cli, info_name="ackplan")
    for section, names in SECTIONS.items():
        for name in names:
            for full in (name, *(f"{name} {second}" for second in FURTHER.get(name, ()))):
                command = cli.get_command(context, full)
                if command is not None:
                    yield from below(section, full, command)


def below(section: str, name: str, command: click.Command) -> Iterator[tuple[str, str, click.Command]]:
    """A command, and those that stand below it."""
    yield section, name, command
    if isinstance(command, click.Group):
        for second, inner in sorted(command.commands.items()):
            yield from below(section, f"{name} {second}", inner)


def context_of(name: str, command: click.Command) -> click.Context:
    """What a command's help is made in."""
    parent = click.Context(click.Group("ackplan"), info_name="ackplan")
    return click.Context(command, info_name=name, parent=parent, help_option_names=["-h", "--help"])


def records(name: str, command: click.Command) -> list[tuple[str, str, str]]:
    """The options of a command: the name of each, how it is written, and what it does."""
    context = context_of(name, command)
    shown = ((parameter, parameter.get_help_record(context)) for parameter in command.get_params(context))
    return [(each.name or "", record[0], said(each, record[1])) for each, record in shown if record is not None]


def said(parameter: click.Parameter, text: str) -> str:
    """What the help of an option says, in the language that was chosen."""
    from ackplan.cli.help_page import translated

    own = getattr(parameter, "help", None)
    return text.replace(own, translated(own), 1) if own else text


def shared(all_records: Sequence[list[tuple[str, str, str]]]) -> set[tuple[str, str, str]]:
    """The options that at least eight commands have in just the same words."""
    from collections import Counter

    counted = Counter(record for own in all_records for record in own if record[1].startswith("-"))
    return {record for record, times in counted.items() if times >= 8 and not record[1].startswith("--format")}


def words(text: str) -> str:
    """A text of help as Markdown: nothing in it is markup."""
    return re.sub(r"([<>*_|\\\[\]])", r"\\\1", " ".join(text.split()))


def described(command: click.Command) -> str:
    """What a command does, a paragraph a paragraph."""
    from ackplan.cli.help_page import translated

    return "\n\n".join(map(paragraph, translated(inspect.cleandoc(command.help or "")).split("\n\n")))


def paragraph(text: str) -> str:
    """A paragraph of help; one that keeps its lines is a fence."""
    kept = "\n".join(line for line in text.replace("\b", "").splitlines() if line.strip())
    return f"```text\n{kept}\n```" if "\b" in text else words(text)


def option_rows(made: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(f"`{written}`", words(what)) for _, written, what in made]


def command_section(name: str, command: click.Command, own: Sequence[tuple[str, str, str]]) -> str:
    from ackplan.cli.help_page import EXAMPLES
    from ackplan.core.language import current, phrase

    usage = " ".join(("ackplan", name, *command.collect_usage_pieces(context_of(name, command))))
    parts = [f"### {name}", described(command), f"```text\n{usage}\n```"]
    if name in EXAMPLES:
        width = max(len(line) for line, _ in EXAMPLES[name])
        lines = "\n".join(f"{line:{width}}  # {phrase(what)}" for line, what in EXAMPLES[name])
        parts.append(f"```sh\n{lines}\n```")
    if own:
        parts.append(table(HEADINGS[current()], option_rows(own)))
    return "\n\n".join(parts)


def render(language: str = "en") -> str:
    """The whole page, as Markdown."""
    from ackplan.cli.help_page import speak
    from ackplan.core.language import speaking

    speak()
    with speaking(language):
        return "\n\n".join(sections(language)) + "\n"


def sections(language: str) -> Iterator[str]:
    """Its introduction, the commands by what they are about, and the options that they share."""
    from ackplan.cli.command_table import COMMANDS
    from ackplan.core.language import phrase

    made = [(section, name, command, records(name, command)) for section, name, command in commands()]
    common = shared([own for _, _, _, own in made])
    current = ""
    yield INTRODUCTIONS[language].rstrip()
    for section, name, command, own in made:
        if section != current:
            current = section
            listed = [(f"[`{first}`](#{first})", words(phrase(COMMANDS[first]))) for first in names_of(section)]
            yield f"## {phrase(section)}\n\n{table(LISTED[language], listed)}"
        yield command_section(name, command, [record for record in own if record not in common])
    ordered = sorted(common, key=lambda record: record[1].lstrip("-"))
    yield f"## {SHARED[language]}\n\n{table(HEADINGS[language], option_rows(ordered))}"


def names_of(section: str) -> Sequence[str]:
    from ackplan.cli.command_table import SECTIONS

    return SECTIONS[section]


def main(arguments: Sequence[str]) -> int:
    """Writes the page, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/commands.py [--check]\n")
        return 64
    for name in [name for name in os.environ if name.startswith("ACKPLAN_")]:
        del os.environ[name]
    for language, output in OUTPUTS.items():
        text = render(language)
        if not arguments:
            output.write_text(text, "utf-8")
        elif not output.exists() or output.read_text("utf-8") != text:
            sys.stderr.write(f"{output.name} is stale: python docs/commands.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
