"""Command lines as people of Terraform, git and kubectl write them, brought into the form that click reads.

`ackplan help plan`, `ackplan -C DIR plan`, `ackplan plan -out=it.plan`: each means one thing alone, so it is taken.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import click

from ackplan.core.language import phrase

# A long option with one dash, as Terraform has them.
_SINGLE: Final = re.compile(r"-([a-z][a-z-]+)(=.*)?", re.DOTALL)
# What other tools call a command.
_ELSEWHERE: Final = {
    "check": "validate",
    "create": "apply",
    "delete": "destroy",
    "diff": "plan",
    "down": "destroy",
    "force-unlock": "unlock",
    "format": "fmt",
    "get": "clusters",
    "lint": "validate",
    "list": "clusters",
    "login": "doctor",
    "ls": "clusters",
    "output": "show",
    "preview": "plan",
    "ps": "tasks",
    "refresh": "drift",
    "remove": "state rm",
    "rm": "state rm",
    "stack": "workspace",
    "status": "drift",
    "taint": "plan --replace",
    "test": "rehearse",
    "up": "apply",
    "update": "apply",
    "whoami": "doctor",
    "write-kubeconfig": "kubeconfig",
}
# What other tools call an option; a command does what some of them ask for.
_OPTIONS_ELSEWHERE: Final = {
    "approve": "--auto-approve",
    "assume-yes": "--auto-approve",
    "backend-config": "--state",
    "cluster": "--target",
    "config": "--file",
    "config-file": "--file",
    "debug": "--verbose",
    "dry-run": "ackplan plan",
    "filename": "--file",
    "force": "--auto-approve",
    "generate-config-out": "ackplan export",
    "input": "--auto-approve",
    "json": "--format json",
    "lock": "--lock-timeout",
    "n": "--workspace",
    "namespace": "--workspace",
    "o": "--format",
    "output": "--format",
    "refresh": "--no-refresh",
    "refresh-only": "ackplan drift",
    "skip-preview": "--auto-approve",
    "stack": "--workspace",
    "y": "--auto-approve",
    "yes": "--auto-approve",
}


def usual(arguments: Sequence[str], cli: click.Group) -> list[str]:
    """The command line with its options behind the command, each long one with two dashes."""
    words = list(arguments)
    if words[:1] in (["-version"], ["-help"]):
        return [f"-{words[0]}", *words[1:]]
    if words[:1] == ["help"]:
        return [*words[1:], "--help"]
    ahead, words = _ahead(words)
    path, command = _command(words, cli)
    if command is None:
        return [*ahead, *words]
    rest = [*ahead, *words[len(path) :]]
    return [*path, *_two_dashes(rest, command)]


def suggestion(word: str, names: Sequence[str]) -> str:
    """What whoever typed `word` may have meant, as a sentence; empty where nothing is near."""
    other = _ELSEWHERE.get(word)
    near = [other] if other else _near(word, names)
    return phrase(" Did you mean {names}?", names=phrase(" or ").join(map(repr, near))) if near else ""


def unknown_option(fault: click.NoSuchOption, arguments: Sequence[str]) -> click.UsageError:
    """The same of the whole word that was typed, with the option here that does what it does elsewhere."""
    options = {name for option in fault.ctx.command.params for name in option.opts} if fault.ctx else set[str]()
    word = next((each.partition("=")[0] for each in arguments if each.startswith(fault.option_name)), "")
    name, single = word.lstrip("-"), not word.startswith("--")
    other = _OPTIONS_ELSEWHERE.get(name) or _OPTIONS_ELSEWHERE.get(name[:1] if single else "", "")
    if other and (other.startswith("ackplan ") or other.partition(" ")[0] in options):
        text = phrase("No such option {name!r}.", name=word) + phrase(" Did you mean {names}?", names=repr(other))
        return click.UsageError(text, fault.ctx)
    return click.NoSuchOption(word, possibilities=_near(f"--{name}", options), ctx=fault.ctx) if single else fault


def _near(word: str, names: Collection[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(word, names, 2, 0.6)


def _ahead(words: list[str]) -> tuple[list[str], list[str]]:
    """The shared options before the command, and what follows; nothing where one of them is none."""
    from ackplan.cli.options import shared

    options = {name: option for option in (*shared(), click.Option(["--format"])) for name in option.opts}
    number = 0
    while number < len(words) and words[number].startswith("-"):
        option = _named(words[number], options)
        if option is None:
            return [], words
        number += 1 + _takes_next(words[number], option)
    return words[:number], words[number:]


def _command(words: list[str], cli: click.Group) -> tuple[list[str], click.Command | None]:
    """The words that name a command, and the command; None where there is none."""
    context = click.Context(cli, resilient_parsing=True)
    path: list[str] = []
    command: click.Command | None = cli
    while isinstance(command, click.Group) and len(path) < len(words):
        name, command, rest = command.resolve_command(context, words[len(path) :])
        path = words[: len(words) - len(rest)]
        if name is None:
            return path, None
    return path, None if isinstance(command, click.Group) else command


def _two_dashes(words: list[str], command: click.Command) -> Iterator[str]:
    """The words, where one that is a long option of the command but for a dash has both; values stay as they are."""
    options = {name: option for option in command.params if isinstance(option, click.Option) for name in option.opts}
    left = iter(words)
    for word in left:
        if word == "--":
            yield from (word, *left)
            return
        single = _SINGLE.fullmatch(word)
        written = f"-{word}" if single and f"--{single[1]}" in options else word
        yield written
        option = _named(written, options) if word.startswith("-") else None
        if option is not None and _takes_next(written, option):
            yield from itertools.islice(left, 1)


def _named(word: str, options: dict[str, click.Option]) -> click.Option | None:
    name = word.partition("=")[0]
    if name.startswith("--"):
        return options.get(name)
    return options.get(f"-{name}") or options.get(word[:2])


def _takes_next(word: str, option: click.Option) -> bool:
    """Whether the value of an option is the next word."""
    if option.is_flag or option.count or "=" in word:
        return False
    return word in option.opts or f"-{word}" in option.opts
