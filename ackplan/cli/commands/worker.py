"""`ackplan worker`: runs workspaces for an engine, on as many machines as one likes."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import click

from ackplan.cli.engine_options import engine_option
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.cli.printing import say
from ackplan.core.language import phrase


@click.command("worker", cls=Command)
@options(several=True)
@engine_option
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="Serve workspaces of this profile alone; repeatable.  [default: all profiles here, and those without one]",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    envvar="ACKPLAN_JOBS",
    show_envvar=True,
    help="Workspaces at a time.  [default: one for each core]",
)
def command(settings: Settings, engine: str, profiles: tuple[str, ...], jobs: int | None) -> None:
    """Run workspaces that fleet commands with the same --engine hand out, until it is interrupted.

    It needs the credentials of its profiles, and the store in ACKPLAN_STATE. To plan, and to look for drift, it has to
    work in a checkout of the repository (-C). Each workspace runs in a process of its own. Whatever ends this worker,
    another one goes on with what it was at.
    """
    run_async(_serve(settings, engine, profiles, jobs or len(os.sched_getaffinity(0))))


async def _serve(settings: Settings, engine: str, profiles: tuple[str, ...], places: int) -> None:
    from ackplan import __version__
    from ackplan.project.engines import own_profiles, serve_engine, shown_engine

    served = profiles or ("", *own_profiles(Path.home()))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def ready() -> None:
        names = phrase(", ").join(name or phrase("(no profile)") for name in served)
        serves = "ackplan {version} serves {engine}, {places} at a time, for {names}"
        say(phrase(serves, version=__version__, engine=shown_engine(engine), places=places, names=names))

    await serve_engine(settings, engine, dict(os.environ), served, places, (ready, stop))
    say(phrase("No longer serving: another worker continues what ran here."))
