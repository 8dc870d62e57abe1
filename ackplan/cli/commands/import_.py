"""`ackplan import`: records live clusters."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ackplan.app.import_clusters import importing
from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, sentences
from ackplan.project.wiring import host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ackplan.app.import_terraform import TakenIn
    from ackplan.core.diagnostics import Diagnostic

_NEXT = "See what the spec would change: ackplan plan"


@dataclass(frozen=True, slots=True)
class _Source:
    """What the options say."""

    name: str
    cluster_id: str
    everything: bool
    from_terraform: str
    out: str
    force: bool
    no_refresh: bool


@click.command("import", cls=Command)
@options(spec=True, state=True, api=True)
@click.option("--all", "everything", is_flag=True, help="Every live cluster that the spec names, not recorded yet.")
@click.option("--from-terraform", default="", metavar="FILE", help="The clusters of a Terraform state; - reads it.")
@click.option("--out", default="", metavar="PATH", help="With --from-terraform: write their spec, as export does.")
@click.option("--force", is_flag=True, help="With --out: replace files that are there.")
@click.option("--no-refresh", is_flag=True, help="With --from-terraform: believe it; no network, needs --region.")
@click.argument("name", required=False, default="")
@click.argument("cluster_id", required=False, default="")
def command(settings: Settings, **given: Any) -> int:
    """Record the live cluster NAME, or the one with CLUSTER_ID, which must have that name. Changes nothing else.

    What the API does not show is taken from the spec, where the spec has the cluster; with --from-terraform from a
    state of Terraform's, as a file or as `terraform show -json` prints it. Exit 1 when nothing of a state was recorded.
    """
    from ackplan.render import text

    source = _Source(**given)
    if (source.everything, bool(source.from_terraform), bool(source.name)).count(True) != 1:
        raise click.UsageError(phrase("Name one cluster, or give --all or --from-terraform"))
    if (source.out or source.no_refresh or source.force) and not source.from_terraform:
        raise click.UsageError(
            phrase("{options} go with {option}", options="--out, --force, --no-refresh", option="--from-terraform")
        )
    message, remarks = run_async(_chosen(settings, source))
    if remarks:
        click.echo(text.diagnostics_text(remarks, color=settings.color), err=True)
    click.echo(message)
    return int(message == _nothing(source.from_terraform))


async def _chosen(settings: Settings, source: _Source) -> tuple[str, Sequence[Diagnostic]]:
    if source.from_terraform:
        return await _import_terraform(settings, source)
    return await (_import_all(settings) if source.everything else _import(settings, source))


async def _import(settings: Settings, source: _Source) -> tuple[str, Sequence[Diagnostic]]:
    async with importing(host(settings)) as under_way:
        cluster_id, remarks = await under_way.one(source.name, source.cluster_id)
    recorded = phrase("Recorded {name} as {cluster_id}.", name=source.name, cluster_id=cluster_id)
    return sentences(recorded, hint(phrase(_NEXT))), remarks


async def _import_all(settings: Settings) -> tuple[str, Sequence[Diagnostic]]:
    from ackplan.render.facts.words import counted

    async with importing(host(settings), spec_needed=True) as under_way:
        counts, left = await under_way.all()
    if not any(counts.values()):
        nothing = phrase("Nothing to record: what the spec names is recorded already, or is not live.")
        return sentences(nothing, hint(phrase(_NEXT))), left
    done = phrase(", ").join(counted(count, what) for what, count in counts.items())
    return sentences(phrase("Recorded {counts}.", counts=done), hint(phrase(_NEXT))), left


async def _import_terraform(settings: Settings, source: _Source) -> tuple[str, Sequence[Diagnostic]]:
    from ackplan.app.import_record import not_in_spec
    from ackplan.app.import_terraform import clusters_of
    from ackplan.cli.export_files import write
    from ackplan.documents.terraform_state import resources
    from ackplan.render.facts.words import counted

    if source.no_refresh and not settings.region:
        raise click.UsageError(phrase("--no-refresh needs --region: a state of Terraform's does not tell it"))
    state = resources(_bytes(settings, source.from_terraform), source.from_terraform)
    clusters, left = clusters_of(state, settings.resource_types)
    async with importing(host(settings), offline=source.no_refresh) as under_way:
        done = await under_way.terraform(clusters, settings.region)
        files = _files(settings, source, done)
        under_way.write(done.record)
    if files:
        write(files, settings.path(source.out), done.clusters)
    wanted = under_way.wanted
    names = [each.name for each in done.clusters if wanted and not files and each.name not in wanted]
    remarks = [*left, *done.remarks, *map(not_in_spec, names)]
    if not done.clusters:
        return _nothing(source.from_terraform), remarks
    recorded = phrase("Recorded {counts}.", counts=counted(len(done.clusters), "cluster"))
    return sentences(recorded, hint(phrase(_NEXT))), remarks


def _nothing(file: str) -> str:
    return phrase("Recorded nothing of {file}.", file=file)


def _files(settings: Settings, source: _Source, done: TakenIn) -> Mapping[Path, str]:
    from ackplan.cli.export_files import files_of

    if not source.out or not done.clusters:
        return {}
    return files_of(settings, done.clusters, source.out, force=source.force, source="terraform")


def _bytes(settings: Settings, file: str) -> bytes:
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import read_regular
    from ackplan.documents.terraform_state import MAX_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    data = read_regular(settings.path(file), MAX_BYTES)
    if data is None:
        raise Failure(error("ACK3011.missing", path=file))
    return data
