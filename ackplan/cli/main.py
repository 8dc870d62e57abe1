"""The `ackplan` command: finds the subcommand, and turns whatever ends it into a message and an exit code."""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import keyword
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ackplan import __version__
from ackplan.cli import language_option, printing
from ackplan.cli.command_table import COMMANDS, FURTHER, PURPOSE, SECTIONS
from ackplan.cli.help_page import TranslatedHelp, speak
from ackplan.core import language
from ackplan.core.diagnostics import Failure
from ackplan.core.language import phrase
from ackplan.project.notices import NOTICES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ackplan.resources.types import ResourceTypes

USAGE = 64
INTERRUPTED = 130


class _Lazy(TranslatedHelp, click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command of one word, or one of two that a command has besides what it does alone (`tasks cancel`)."""
        first, _, second = cmd_name.partition(" ")
        if first not in COMMANDS or (second and second not in FURTHER.get(first, ())):
            return None
        name = first.replace("-", "_") + ("_" if keyword.iskeyword(first) else "")
        module = importlib.import_module(f"ackplan.cli.commands.{name}")
        command: click.Command = module.FURTHER[second] if second else module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        both = " ".join(args[:2])
        command = self.get_command(ctx, both) if len(args) > 1 else None
        if command is not None:
            return both, command, args[2:]
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from ackplan.cli.habits import suggestion

            ctx.fail(phrase("No such command {name!r}.", name=args[0]) + suggestion(args[0], list(COMMANDS)))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands without importing any of them, else the options."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=phrase(text)) for name, text in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for section, names in SECTIONS.items():
            self.write_section(section, [(name, phrase(COMMANDS[name])) for name in names], formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(
    cls=_Lazy, help=PURPOSE, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@language_option.alone
@click.version_option(__version__, message="ackplan %(version)s")
def cli() -> None: ...


def run(arguments: Sequence[str], types: ResourceTypes | None = None) -> int:
    """Runs one command line; the exit code. Never ends in a traceback for what a user or the API did.

    `types` are the types of resources that are known; None: those that come with ackplan.
    """
    return contextvars.copy_context().run(_run, arguments, types)


def _run(arguments: Sequence[str], types: ResourceTypes | None) -> int:
    language.choose(language_option.chosen(arguments, os.environ))
    speak()
    printing.prepare()
    NOTICES.set(printing.say)
    if "_ACKPLAN_COMPLETE" in os.environ:
        from ackplan.cli import completion

        completion.install()
    try:
        _refuse_empty(arguments)
        result: object = cli.main(_usual(arguments), "ackplan", standalone_mode=False, obj=types)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:  # a shell that asked for completions got its answer
        return end.code if isinstance(end.code, int) else 0
    except click.ClickException as fault:
        if isinstance(fault, click.NoSuchOption):
            from ackplan.cli.habits import unknown_option

            fault = unknown_option(fault, arguments)
        with contextlib.suppress(OSError, ValueError):
            fault.show(sys.stderr)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        printing.say(phrase("Interrupted."))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what is left in the buffer has nowhere to go.
        printing.abandon(sys.stdout)
        return 1
    except Exception as fault:  # noqa: BLE001 - the last place that can turn it into a message
        return _failed(fault)
    return result if isinstance(result, int) else 0


def _usual(arguments: Sequence[str]) -> list[str]:
    """The command line as click reads it. One that begins with its command and has no options is that already."""
    if not any(word.startswith("-") for word in arguments) and "help" not in arguments[:1]:
        return list(arguments)
    from ackplan.cli.habits import usual

    return usual(arguments, cli)


def _refuse_empty(arguments: Sequence[str]) -> None:
    """An empty word is a variable that was not set: `apply "$PLAN"` must not plan anew, nor `--same-as ""` pass."""
    for before, word in zip(("ackplan", *arguments), arguments, strict=False):
        if not word or (word.startswith("--") and word.endswith("=")):
            empty = phrase("Empty argument: {word}. Is a variable of your shell not set?", word=word or before)
            raise click.UsageError(empty)


def _failed(fault: Exception) -> int:
    from ackplan.app.errors import as_diagnostics
    from ackplan.render.text import diagnostics_text

    diagnostics = fault.diagnostics if isinstance(fault, Failure) else as_diagnostics(fault)
    printing.say(diagnostics_text(diagnostics, color=printing.takes_color(sys.stderr)))
    return 1
