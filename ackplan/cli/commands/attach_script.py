"""`ackplan attach-script`: the script that joins a node to an edge cluster. It holds a token: stdout only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.json_types import Json, mapping
from ackplan.project.wiring import open_api

if TYPE_CHECKING:
    from ackplan.record import Record
    from ackplan.spec import Spec


@click.command("attach-script", cls=Command)
@options(spec=True, state=True, api=True, document=True)
@click.argument("name")
def command(settings: Settings, name: str) -> None:
    """Print the join script of the edge cluster NAME, with the options that the spec sets under attach_script."""
    click.echo(run_async(_script(settings, name)))


async def _script(settings: Settings, name: str) -> str:
    from ackplan.app.lookup import find
    from ackplan.app.read_spec import read_spec
    from ackplan.cli.records import on_record
    from ackplan.project.project_settings import inputs

    loaded = read_spec(inputs(settings), optional=True)
    async with open_api(settings) as api:
        record = on_record(settings)
        cluster = await find(api, name, record, loaded.clusters.values())
        chosen = _options(loaded, record, cluster.name)
        return await api.attach_script(cluster.region_id, cluster.cluster_id, {"options": json.dumps(chosen)})


def _options(loaded: Spec, record: Record, name: str) -> dict[str, Json]:
    cluster = loaded.clusters.get(name) or record.clusters.get(name)
    return dict(mapping(cluster.own.get("attach_script", {}))) if cluster else {}
