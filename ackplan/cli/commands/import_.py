"""`ackplan import`: records live clusters."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ackplan.cli.options import Settings, inputs, options
from ackplan.cli.wiring import lock, open_world, run_async, stores
from ackplan.core.diagnostics import hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ackplan.adapters.ack import AckClient
    from ackplan.app.import_terraform import TakenIn
    from ackplan.app.terraform_attributes import Translated
    from ackplan.app.worlds import Here
    from ackplan.core.diagnostics import Diagnostic
    from ackplan.record import Record
    from ackplan.spec import Spec

_NEXT = "See what the spec would change: ackplan plan"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options say."""

    name: str
    cluster_id: str
    everything: bool
    from_terraform: str
    out: str
    force: bool
    no_refresh: bool


@click.command("import")
@options(spec=True, state=True, api=True)
@click.option("--all", "everything", is_flag=True, help="Every live cluster that the spec names, not recorded yet.")
@click.option("--from-terraform", default="", metavar="FILE", help="The clusters of a Terraform state; - reads it.")
@click.option("--out", default="", metavar="PATH", help="With --from-terraform: write their spec, as export does.")
@click.option("--force", is_flag=True, help="With --out: replace files that are there.")
@click.option("--no-refresh", is_flag=True, help="With --from-terraform: believe it; no network, needs --region.")
@click.argument("name", required=False, default="")
@click.argument("cluster_id", required=False, default="")
def command(settings: Settings, **given: Any) -> None:
    """Record the live cluster NAME, or the one with CLUSTER_ID, which must have that name. Changes nothing else.

    What the API does not show is taken from the spec, where the spec has the cluster; with --from-terraform from a
    state of Terraform's, as a file or as `terraform show -json` prints it.
    """
    from ackplan.render import text

    asked = _Asked(**given)
    if (asked.everything, bool(asked.from_terraform), bool(asked.name)).count(True) != 1:
        raise click.UsageError("Name one cluster, or give --all or --from-terraform")
    if (asked.out or asked.no_refresh or asked.force) and not asked.from_terraform:
        raise click.UsageError("--out, --force and --no-refresh go with --from-terraform")
    message, remarks = run_async(_chosen(settings, asked))
    if remarks:
        click.echo(text.diagnostics_text(remarks, color=settings.color), err=True)
    click.echo(message)


async def _chosen(settings: Settings, asked: _Asked) -> tuple[str, Sequence[Diagnostic]]:
    if asked.from_terraform:
        return await _import_terraform(settings, asked)
    return await (_import_all(settings) if asked.everything else _import(settings, asked))


def _spec(settings: Settings, *, optional: bool) -> Spec:
    from ackplan.app.plan import read_spec

    return read_spec(inputs(settings), optional=optional)


def _recorded(settings: Settings, spec: Spec, here: Here) -> Record:
    """The record. Raises Failure where an interrupted apply has not been taken into it, and for another world's."""
    from ackplan.app.edit_record import check_settled
    from ackplan.app.worlds import of_spec
    from ackplan.cli.plan import before_now

    before = before_now(settings, here)
    check_settled(before)
    here.hold(of_spec(spec.account))
    return before.stored


def _write(settings: Settings, before: Record, after: Record, here: Here | None) -> None:
    if after != before:
        stores(settings, here).record.write(after, expect=before)


async def _import(settings: Settings, asked: _Asked) -> tuple[str, Sequence[Diagnostic]]:
    from ackplan.app.import_record import not_in_spec, take_in
    from ackplan.cli.lookup import find

    name, spec = asked.name, _spec(settings, optional=True)
    wanted = spec.clusters
    async with lock(settings, "ackplan import", 0), open_world(settings) as (api, here):
        before = _recorded(settings, spec, here)
        live = await find(api, asked.cluster_id or name, before, wanted.values())
        nodes = await api.list_nodes(live.cluster_id, live.region_id)
        _write(settings, before, take_in(before, name, live, nodes, wanted.get(name)), here)
    remarks = [not_in_spec(name)] if wanted and name not in wanted else []
    return f"Recorded {name} as {live.cluster_id}. {hint(_NEXT)}", remarks


async def _import_all(settings: Settings) -> tuple[str, Sequence[Diagnostic]]:
    from ackplan.app.import_record import left_out, take_in, to_take_in, vanished
    from ackplan.app.observe import living
    from ackplan.cli.lookup import nodes_of, regions_of
    from ackplan.render.facts.words import counted

    spec = _spec(settings, optional=False)
    wanted = spec.clusters
    async with lock(settings, "ackplan import", 0), open_world(settings) as (api, here):
        before = record = _recorded(settings, spec, here)
        live, _ = await living(api, record, regions_of(api, wanted.values()))
        chosen, left = to_take_in(record, wanted, live)
        nodes = await nodes_of(api, chosen)
        left += [left_out(vanished(cluster)) for cluster in chosen if cluster.cluster_id not in nodes]
        chosen = [cluster for cluster in chosen if cluster.cluster_id in nodes]
        for each in chosen:
            record = take_in(record, each.name, each, nodes[each.cluster_id], wanted[each.name])
        _write(settings, before, record, here)
    return f"Recorded {counted(len(chosen), 'cluster')}. {hint(_NEXT)}", left


async def _import_terraform(settings: Settings, asked: _Asked) -> tuple[str, Sequence[Diagnostic]]:
    from ackplan.app.import_record import not_in_spec
    from ackplan.app.import_terraform import clusters_of
    from ackplan.app.terraform_state import resources
    from ackplan.cli.export_files import write
    from ackplan.render.facts.words import counted

    if asked.no_refresh and not settings.region:
        raise click.UsageError("--no-refresh needs --region: a state of Terraform's does not tell it")
    spec = _spec(settings, optional=True)
    wanted = spec.clusters
    found, left = clusters_of(resources(_bytes(settings, asked.from_terraform), asked.from_terraform))
    offline = asked.no_refresh
    async with lock(settings, "ackplan import", 0), open_world(settings, offline=offline) as (api, here):
        before = _recorded(settings, spec, here)
        done = await _taken_in(settings, before, found, None if offline else api)
        files = _files(settings, asked, done)
        _write(settings, before, done.record, None if offline else here)
    if files:
        write(files, settings.path(asked.out), done.clusters)
    names = [each.name for each in done.clusters if wanted and not files and each.name not in wanted]
    remarks = [*left, *done.remarks, *map(not_in_spec, names)]
    return f"Recorded {counted(len(done.clusters), 'cluster')}. {hint(_NEXT)}", remarks


def _files(settings: Settings, asked: _Asked, done: TakenIn) -> Mapping[Path, str]:
    from ackplan.cli.export_files import files_of

    if not asked.out or not done.clusters:
        return {}
    return files_of(settings, done.clusters, asked.out, force=asked.force, source="terraform")


async def _taken_in(settings: Settings, before: Record, found: Sequence[Translated], api: AckClient | None) -> TakenIn:
    from ackplan.app.import_terraform import live_ones, take_in
    from ackplan.cli.lookup import by_id, nodes_of, regions_of

    if api is None:
        return take_in(before, found, None, {}, settings.region)
    live = live_ones(found, await api.list_clusters())
    unlisted = sorted({each.cluster_id for each in found if each.cluster_id} - live.keys())
    live |= live_ones(found, await by_id(api, unlisted, regions_of(api)))
    nodes = await nodes_of(api, list(live.values()))
    there = {cluster_id: cluster for cluster_id, cluster in live.items() if cluster_id in nodes}
    return take_in(before, found, there, nodes, "")


def _bytes(settings: Settings, file: str) -> bytes:
    from ackplan.app.terraform_state import MAX_BYTES
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import read_regular

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    data = read_regular(settings.path(file), MAX_BYTES)
    if data is None:
        raise Failure(error("ACK3011", "File can't be read", f"{file} does not exist"))
    return data
