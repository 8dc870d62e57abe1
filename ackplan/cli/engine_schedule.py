"""`fleet drift --engine URL --schedule CRON`: drift checks that an engine begins by itself."""

from __future__ import annotations

import dataclasses
import os

import click

from ackplan import __version__
from ackplan.cli.fleet_options import FleetChoice, shared_options
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings
from ackplan.cli.remote_run import EngineOrder, terms_of
from ackplan.core.language import phrase
from ackplan.workspaces.engine_run import EngineRun
from ackplan.workspaces.selection import select
from ackplan.workspaces.workspaces_file import read_workspaces

_OFF = "off"


def scheduled(settings: Settings, choice: FleetChoice, cron: str) -> str:
    """Begins or ends such checks; what to say of it. Raises Failure."""
    if not choice.on.url or choice.revision or choice.on.detach:
        raise click.UsageError(phrase("--schedule goes with --engine, and not with --changed-since or --detach"))
    return run_async(_scheduled(settings, choice, cron))


async def _scheduled(settings: Settings, choice: FleetChoice, cron: str) -> str:
    from ackplan.project.engines import open_engine

    engine = await open_engine(settings, choice.on.url, dict(os.environ))
    if cron == _OFF:
        ended = await engine.unschedule("drift")
        if ended:
            return phrase("No drift check begins by itself any more.")
        return phrase("No drift check began by itself.")
    workspaces = read_workspaces(settings.chdir)
    selection = select(workspaces, choice.patterns, alone=choice.alone)
    order = EngineOrder(workspaces, selection, shared_options(settings), "drift", choice.on.jobs)
    terms = dataclasses.replace(terms_of(settings, order, ()), commit="")
    name = await engine.schedule(EngineRun(terms, jobs=order.most, patterns=choice.patterns), cron)
    words = "Schedule {name}: what workers of ackplan {version} have checked out then. To end it: --schedule {off}"
    return phrase(words, name=name, version=__version__, off=_OFF)
