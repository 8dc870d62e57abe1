"""The options of `ackplan fleet`: which workspaces, how many at a time, and what all of them are given."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ackplan.cli.engine_options import ENGINE_HELP, EngineChoice
from ackplan.cli.options import Command, Settings
from ackplan.core import language
from ackplan.core.language import phrase

if TYPE_CHECKING:
    from ackplan.workspaces.child_words import SharedOptions

# Options that go to each workspace as they were given; what the environment says reaches it by itself.
_PASSED = frozenset(
    {"endpoint", "region", "profile", "signature", "sts_endpoint", "time_scale", "patience", "rate", "parallelism",
     "lock_ttl", "store_patience", "key_id", "sandbox", "skip_blocked", "allow_vanished", "keep"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FleetChoice:
    """Which workspaces a command is about, and how many of them run at a time."""

    patterns: tuple[str, ...] = ()
    revision: str = ""
    alone: bool = False
    jobs: int = 1
    on: EngineChoice = field(default_factory=EngineChoice)


def fleet_options(function: Command) -> Command:
    """Adds the options that say which workspaces; the command gets them under the name `choice`."""

    @functools.wraps(function)
    def wrapper(
        *positional: object,
        workspaces: tuple[str, ...],
        without_dependencies: bool,
        changed_since: str,
        jobs: int | None,
        engine: str,
        detach: bool,
        **options: object,
    ) -> object:
        if detach and not engine:
            raise click.UsageError(phrase("--detach is for a run on an engine: --engine"))
        cores, on = len(os.sched_getaffinity(0)), EngineChoice(engine, detach, jobs or 0)
        choice = FleetChoice(workspaces, changed_since, without_dependencies, jobs or cores, on)
        return function(*positional, choice=choice, **options)

    chosen = (
        click.option("--workspaces", multiple=True, metavar="GLOB", envvar="ACKPLAN_WORKSPACES", show_envvar=True,
                     help="Only workspaces of such names, and what they depend on; repeatable."),
        click.option("--without-dependencies", is_flag=True, help="With --workspaces: only what it names."),
        click.option("--changed-since", default="", metavar="REV", envvar="ACKPLAN_CHANGED_SINCE", show_envvar=True,
                     help="Only workspaces of which a file changed since this branch left REV."),
        click.option("--engine", default="", metavar="URL", envvar="ACKPLAN_ENGINE", show_envvar=True,
                     help=ENGINE_HELP),
        click.option("--detach", is_flag=True, help="With --engine: print the run's id, and do not follow it."),
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N", envvar="ACKPLAN_JOBS", show_envvar=True,
                     help="Workspaces at a time.  [default: one for each core]"),
    )  # fmt: skip
    decorated: Command = wrapper
    for option in reversed(chosen):
        decorated = option(decorated)
    return decorated


def shared_options(settings: Settings, policies: Iterable[str] = ()) -> SharedOptions:
    """What the command line of the fleet says for each of its workspaces."""
    from ackplan.workspaces.child_words import SharedOptions

    context = click.get_current_context()
    on_command_line = click.core.ParameterSource.COMMANDLINE
    words: list[str] = []
    for option in context.command.params:
        name = str(option.name)
        if name in _PASSED and context.get_parameter_source(name) is on_command_line:
            words.append(_word(option, context.params[name]))
    files = {"ca-file": settings.ca_file, "identity": settings.identity}
    words += [f"--{name}={_absolute(settings, file)}" for name, file in files.items() if file]
    words += [f"--lang={language.current()}"] if language.current() != language.of_environment(os.environ) else []
    words += [f"--policy={policy_path(settings, policy)}" for policy in policies]
    state = settings.state if context.get_parameter_source("state") is on_command_line else ""
    return SharedOptions(state, tuple(words), settings.sandbox)


def policy_path(settings: Settings, policy: str) -> str:
    """A policy as each workspace finds it."""
    return policy if policy.startswith("builtin:") else _absolute(settings, policy)


def _absolute(settings: Settings, name: str) -> str:
    return str(Path(settings.path(name)).absolute())


def _word(option: click.Parameter, value: object) -> str:
    name = max(option.opts, key=len)
    return (
        name if isinstance(value, bool) else f"{name}={value:.15g}" if isinstance(value, float) else f"{name}={value}"
    )
