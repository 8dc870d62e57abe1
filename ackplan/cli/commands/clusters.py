"""`ackplan clusters`: what is live, page by page where the endpoint has pages."""

from __future__ import annotations

import click

from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, format_option, options
from ackplan.project.wiring import open_api


@click.command("clusters", cls=Command)
@options(state=True, api=True)
@format_option("text", "json")
@click.argument("name", required=False)
def command(settings: Settings, name: str | None) -> None:
    """Show all live clusters, or one with its nodes. NAME is a name or an id."""
    click.echo(run_async(_one(settings, name) if name else _all(settings)))


async def _all(settings: Settings) -> str:
    from ackplan.adapters.ack.paging_client import PagingClient
    from ackplan.app.lookup import regions_of
    from ackplan.app.observe import living, partly
    from ackplan.cli.records import on_record
    from ackplan.render import text

    async with open_api(settings) as api:
        clusters, unlisted = await living(PagingClient.of(api), on_record(settings), regions_of(api))
    if unlisted:
        click.echo(text.diagnostics_text([partly(unlisted)], color=settings.color), err=True)
    if settings.format == "json":
        return _json([dict(cluster.attributes) for cluster in clusters])
    return text.clusters_table(clusters)


async def _one(settings: Settings, name: str) -> str:
    import dataclasses

    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record
    from ackplan.render import text

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        nodes = await api.list_nodes(cluster.cluster_id, cluster.region_id)
    if settings.format == "json":
        return _json({**cluster.attributes, "nodes": [dataclasses.asdict(node) for node in nodes]})
    return "\n\n".join([text.clusters_table([cluster]), text.nodes_table(nodes)])


def _json(data: object) -> str:
    from ackplan.render.facts.safe import json_text

    return json_text(data)
