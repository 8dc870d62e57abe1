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
from ackplan.cli import printing
from ackplan.core.diagnostics import Failure

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
    "drift": "Show how live clusters moved since the last apply",
    "rehearse": "Run a plan file's whole apply in a private simulator, in virtual time",
    "graph": "Print a plan's graph of steps (dot, mermaid, svg, html)",
    "import": "Record live clusters",
    "export": "Write live clusters as a spec",
    "clusters": "Show live clusters",
    "tasks": "Show tasks of the API",
    "kubeconfig": "Fetch a cluster's kubeconfig",
    "certs": "Fetch a cluster's certificates",
    "attach-script": "Fetch the script that joins a node to an edge cluster",
    "state": "Look at the recorded state, and mend it by hand",
    "unlock": "Clear what a killed run left on the lock",
    "doctor": "Look for what stands in the way, and say its cure",
    "api": "Make one signed call",
    "schema": "Print a JSON Schema",
    "simulator": "Serve the embedded ACK API on loopback",
    "completion": "Print what makes a shell complete command lines",
    "version": "Print the version",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_") + ("_" if keyword.iskeyword(cmd_name) else "")
        module = importlib.import_module(f"ackplan.cli.commands.{name}")
        command: click.Command = module.command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands without importing any of them, else the options."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="ackplan %(version)s")
def cli() -> None:
    """Clusters of Alibaba Cloud Container Service for Kubernetes: declared, planned, reviewed, applied."""


def run(arguments: Sequence[str], types: ResourceTypes | None = None) -> int:
    """Runs one command line; the exit code. Never ends in a traceback for what a user or the API did.

    `types` are the types of resources that are known; None: those that come with ackplan.
    """
    return contextvars.copy_context().run(_run, arguments, types)


def _run(arguments: Sequence[str], types: ResourceTypes | None) -> int:
    printing.prepare()
    if "_ACKPLAN_COMPLETE" in os.environ:
        from ackplan.cli import completion

        completion.install()
    try:
        _refuse_empty(arguments)
        result: object = cli.main(list(arguments), "ackplan", standalone_mode=False, obj=types)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:  # a shell that asked for completions got its answer
        return end.code if isinstance(end.code, int) else 0
    except click.ClickException as fault:
        with contextlib.suppress(OSError, ValueError):
            fault.show(sys.stderr)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        printing.say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what is left in the buffer has nowhere to go.
        printing.abandon(sys.stdout)
        return 1
    except Exception as fault:  # noqa: BLE001 - the last place that can turn it into a message
        return _failed(fault)
    return result if isinstance(result, int) else 0


def _refuse_empty(arguments: Sequence[str]) -> None:
    """An empty word is a variable that was not set: `apply "$PLAN"` must not plan anew, nor `--same-as ""` pass."""
    for before, word in zip(("ackplan", *arguments), arguments, strict=False):
        if not word or (word.startswith("--") and word.endswith("=")):
            raise click.UsageError(f"Empty argument: {word or before}. Is a variable of your shell not set?")


def _failed(fault: Exception) -> int:
    from ackplan.app.errors import as_diagnostics
    from ackplan.render.text import diagnostics_text

    diagnostics = fault.diagnostics if isinstance(fault, Failure) else as_diagnostics(fault)
    color = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    printing.say(diagnostics_text(diagnostics, color=color))
    return 1
