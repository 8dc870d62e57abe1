"""`ackplan import`: records live clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ackplan.cli.options import Settings, options
from ackplan.cli.session import inputs, lock, open_api, run_async, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ackplan.diagnostics import Diagnostic
    from ackplan.model.wanted import Wanted
    from ackplan.record import Record


@click.command("import")
@options(spec=True, state=True, api=True)
@click.option("--all", "everything", is_flag=True, help="Every live cluster that the spec names, not recorded yet.")
@click.argument("name", required=False, default="")
@click.argument("cluster_id", required=False, default="")
def command(settings: Settings, everything: bool, name: str, cluster_id: str) -> None:  # noqa: FBT001
    """Record the live cluster NAME, or the one with CLUSTER_ID, which must have that name. Changes nothing else.

    What the API does not show is taken from the spec, where the spec has the cluster.
    """
    if everything == bool(name):
        raise click.UsageError("Name one cluster, or give --all")
    message, remarks = run_async(_import_all(settings) if everything else _import(settings, name, cluster_id))
    _say(settings, remarks)
    click.echo(message)


def _say(settings: Settings, remarks: list[Diagnostic]) -> None:
    from ackplan.render import text

    if remarks:
        click.echo(text.diagnostics_text(remarks, color=settings.color), err=True)


def _wanted(settings: Settings, *, optional: bool) -> Mapping[str, Wanted]:
    from ackplan.app.planning import read_spec

    return read_spec(inputs(settings), optional=optional).clusters


def _write(settings: Settings, before: Record, after: Record) -> None:
    if after != before:
        stores(settings).record.write(after, expect_serial=before.serial)


async def _import(settings: Settings, name: str, cluster_id: str) -> tuple[str, list[Diagnostic]]:
    from ackplan.app.importing import not_in_spec, take_in
    from ackplan.cli.live import find

    wanted = _wanted(settings, optional=True)
    async with lock(settings, "ackplan import", 0), open_api(settings) as api:
        live = await find(api, cluster_id or name)
        nodes = await api.list_nodes(live.cluster_id)
        before = stores(settings).record.read()
        _write(settings, before, take_in(before, name, live, nodes, wanted.get(name)))
    remarks = [not_in_spec(name)] if wanted and name not in wanted else []
    return f"Recorded {name} as {live.cluster_id}. See what the spec would change: ackplan plan", remarks


async def _import_all(settings: Settings) -> tuple[str, list[Diagnostic]]:
    from ackplan.app.importing import take_in, to_take_in
    from ackplan.cli.live import nodes_of
    from ackplan.render.words import counted

    wanted = _wanted(settings, optional=False)
    async with lock(settings, "ackplan import", 0), open_api(settings) as api:
        before = record = stores(settings).record.read()
        chosen, left = to_take_in(record, wanted, await api.list_clusters())
        nodes = await nodes_of(api, chosen)
        for live in chosen:
            record = take_in(record, live.name, live, nodes[live.cluster_id], wanted[live.name])
        _write(settings, before, record)
    return f"Recorded {counted(len(chosen), 'cluster')}. See what the spec would change: ackplan plan", left
