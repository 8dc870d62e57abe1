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

# Name, what `--help` says of it. The module of the same name under `commands` is imported only when it runs.
COMMANDS = {
    "init": "Begin a project: spec, editor's schema, CI pipeline",
    "validate": "Check the spec against the schemas and the rules; no network",
    "fmt": "Bring spec files into their canonical layout",
    "plan": "Show what would change, and why",
    "show": "Show a plan file, or the recorded state",
    "apply": "Carry a plan out",
    "destroy": "Delete every recorded cluster",
    "drift": "Show how live clusters changed since the last apply",
    "fleet": "Plan, apply and watch many workspaces, each in a process of its own",
    "worker": "Run workspaces for an engine, on as many machines as one likes",
    "runs": "Show, follow and stop runs of fleets on an engine",
    "rehearse": "Run a plan file's whole apply in a private simulator, in virtual time",
    "graph": "Print a plan's graph of steps (dot, mermaid, svg, html)",
    "import": "Record live clusters",
    "export": "Write live clusters as a spec",
    "upgrade-spec": "Move a cluster's workers to node pools in the spec",
    "clusters": "Show live clusters",
    "tasks": "Show tasks of the API",
    "kubeconfig": "Fetch a cluster's kubeconfig",
    "certs": "Fetch a cluster's certificates",
    "attach-script": "Fetch the script that joins a node to an edge cluster",
    "state": "Look at the recorded state, and fix it by hand",
    "board": "Write pages of all workspaces of a store",
    "workspace": "List, begin and remove workspaces of a store",
    "lock": "Show, hold and release the lock of the workspace",
    "unlock": "Clear what a killed run left on the lock",
    "doctor": "Look for problems, and say how to fix each",
    "explain": "Say what the code of an error means, and what to do",
    "api": "Make one signed call",
    "schema": "Print a JSON Schema",
    "sandbox": "Look at the sandbox, and make drift and faults in it by hand",
    "simulator": "Serve the embedded ACK API on loopback",
    "completion": "Print what makes a shell complete command lines",
    "version": "Print the version",
}
# How `--help` has them.
SECTIONS = {
    "A project": ("init", "validate", "fmt", "schema"),
    "Plan and apply": ("plan", "show", "apply", "destroy", "drift", "rehearse", "graph"),
    "Clusters that are there": (
        "clusters", "tasks", "import", "export", "upgrade-spec", "kubeconfig", "certs", "attach-script", "api",
    ),
    "Record": ("state", "workspace", "lock", "unlock"),
    "Many workspaces": ("fleet", "board", "worker", "runs"),
    "Help": ("doctor", "explain", "sandbox", "simulator", "completion", "version"),
}  # fmt: skip
# Second words of commands that do something by their first one alone: `FURTHER` of their modules.
FURTHER = {"kubeconfig": ("revoke",), "tasks": ("list", "cancel", "pause", "resume"), "runs": ("cancel",)}


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


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@language_option.alone
@click.version_option(__version__, message="ackplan %(version)s")
def cli() -> None:
    """Clusters of Alibaba Cloud Container Service for Kubernetes: declared, planned, reviewed, applied."""


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
