"""Opens engines, and says what a machine has to serve them with. Temporal is imported only here, where one is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ackplan.app.workspace import WORKSPACE
from ackplan.core.json_types import Json, items, mapping
from ackplan.documents.files import read_regular
from ackplan.project.project_settings import ProjectSettings

if TYPE_CHECKING:
    from ackplan.workspaces.fleet_engine import FleetEngine

_MOST = 4 << 20


async def open_engine(settings: ProjectSettings, url: str, environment: Mapping[str, str]) -> FleetEngine:
    """The engine at this URL. Raises Failure."""
    from ackplan.adapters.temporal.engine_url import engine_url

    place = engine_url(url)
    from ackplan.adapters.temporal.engine_client import connect
    from ackplan.adapters.temporal.temporal_engine import TemporalEngine

    client = await connect(place, environment, settings.chdir, settings.store_patience)
    return TemporalEngine(client, place, settings.store_patience)


def shown_engine(url: str) -> str:
    """An engine's URL, where others can read it. Raises Failure."""
    from ackplan.adapters.temporal.engine_url import engine_url

    return engine_url(url).shown


async def serve_engine(
    settings: ProjectSettings,
    url: str,
    environment: Mapping[str, str],
    profiles: tuple[str, ...],
    places: int,
    running: tuple[Callable[[], None], asyncio.Event],
) -> None:
    """Serves an engine. `running` are what to call once it does, and what is set when it is to end. Raises Failure."""
    from ackplan.adapters.temporal.engine_url import engine_url

    place = engine_url(url)
    from ackplan.adapters.temporal.engine_client import connect
    from ackplan.adapters.temporal.fleet_worker import WorkerPlan, serve
    from ackplan.project.engine_host import EngineHost

    host = EngineHost(settings, environment, profiles)
    client = await connect(place, environment, settings.chdir, settings.store_patience)
    await serve(client, place, host, WorkerPlan(profiles, places, host.has_checkout), *running)


def own_profiles(home: Path) -> tuple[str, ...]:
    """The profiles of this machine that a workspace may name."""
    data = read_regular(home / ".aliyun" / "config.json", _MOST)
    try:
        document: Json = json.loads(data or b"{}")
        names = [str(mapping(each).get("name", "")) for each in items(mapping(document).get("profiles", ()))]
    except (ValueError, TypeError, RecursionError):
        return ()
    return tuple(sorted({name for name in names if WORKSPACE.fullmatch(name)}))
