"""`ackplan import`: records a live cluster."""

from __future__ import annotations

import click

from ackplan.cli.options import Settings, options
from ackplan.cli.session import lock, open_api, run_async, stores


@click.command("import")
@options(state=True, api=True)
@click.argument("name")
@click.argument("cluster_id", required=False, default="")
def command(settings: Settings, name: str, cluster_id: str) -> None:
    """Record the live cluster NAME, or the one with CLUSTER_ID, which must have that name. Changes nothing else."""
    click.echo(run_async(_import(settings, name, cluster_id)))


async def _import(settings: Settings, name: str, cluster_id: str) -> str:
    from ackplan.app.importing import take_in
    from ackplan.cli.live import find

    async with lock(settings, "ackplan import", 0), open_api(settings) as api:
        live = await find(api, cluster_id or name)
        nodes = await api.list_nodes(live.cluster_id)
        kept = stores(settings).record
        before = kept.read()
        kept.write(take_in(before, name, live, nodes), expect_serial=before.serial)
    return f"Recorded {name} as {live.cluster_id}. See what the spec would change: ackplan plan"
