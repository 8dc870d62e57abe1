"""The options that name an engine."""

from __future__ import annotations

from dataclasses import dataclass

import click

from ackplan.cli.options import Command

ENGINE_HELP = "Where workers run it: temporal://HOST:7233/NAMESPACE?queue=NAME."


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine, where one is named. `detach`: a run is begun and not followed. `jobs` is 0 where nobody said."""

    url: str = ""
    detach: bool = False
    jobs: int = 0


def engine_option(function: Command) -> Command:
    """Adds `--engine`, without which a command can't be."""
    option = click.option(
        "--engine", required=True, metavar="URL", envvar="ACKPLAN_ENGINE", show_envvar=True, help=ENGINE_HELP
    )
    return option(function)
