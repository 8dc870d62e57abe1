"""`ackplan state`: the recorded state, to look at and to mend by hand. No cluster is touched."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ackplan.cli import store_commands
from ackplan.cli.help_page import Group
from ackplan.cli.options import Settings, format_option, options
from ackplan.core.diagnostics import hint
from ackplan.core.language import phrase, sentences, spoken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ackplan.adapters.ack import AckClient
    from ackplan.app.baseline import Baseline
    from ackplan.core.answers import Cluster
    from ackplan.plan.live_sides import LiveResource
    from ackplan.record import Record

_FORCE = "Also where lineage or serial say that another record would be lost."


@click.group("state", cls=Group)
def command() -> None:
    """Look at the recorded state, and fix it by hand. No cluster is touched."""


for _subcommand in (store_commands.init, store_commands.rekey, store_commands.migrate):
    command.add_command(_subcommand)


@command.command("list")
@options(state=True)
def _list(settings: Settings) -> None:
    """List the recorded clusters."""
    from ackplan.cli.records import baseline_now
    from ackplan.core.diagnostics import printable

    for name in sorted(baseline_now(settings).record.entries):
        click.echo(printable(name))


@command.command("show")
@options(state=True)
@format_option("text", "json")
@click.option("--serial", type=click.IntRange(0), metavar="N", help="The version of the record with this serial.")
@click.argument("name", required=False)
def _show(settings: Settings, name: str | None, serial: int | None) -> None:
    """Show one recorded cluster, or all; with --serial as an earlier version of the record had it."""
    from ackplan.cli.records import baseline_now
    from ackplan.core.diagnostics import Failure, error
    from ackplan.render import text
    from ackplan.render.terraform import plan

    record = baseline_now(settings).record if serial is None else _version(settings, serial)
    if name is not None and name not in record.entries:
        raise Failure(error("ACK3005", name=name))
    alone = record if name is None else record.with_entries({name: record.entries[name]})
    as_json = settings.format == "json"
    click.echo(plan.dumps(plan.record_json(alone)) if as_json else text.record_text(alone))


def _version(settings: Settings, serial: int) -> Record:
    from ackplan.core.diagnostics import Failure, error
    from ackplan.project.wiring import workspace

    record = workspace(settings).at(serial)
    if record is None:
        raise Failure(error("ACK3121", serial=serial))
    return record


@command.command("rm")
@options(state=True)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def _rm(settings: Settings, names: tuple[str, ...]) -> None:
    """Forget recorded clusters. They stay as they are, and are not managed any more."""
    from ackplan.app.edit_record import check_settled, forget

    async def forgotten(before: Baseline) -> Record:
        check_settled(before)
        return forget(before.stored, names)

    _rewrite(settings, "rm", forgotten)
    forgot = phrase("Forgot {names}.", names=", ".join(dict.fromkeys(names)))
    click.echo(sentences(forgot, hint(phrase("To record one again: ackplan import NAME"))))


@command.command("mv")
@options(state=True, api=True)
@click.argument("old")
@click.argument("new")
def _mv(settings: Settings, old: str, new: str) -> None:
    """Follow a cluster that was renamed from OLD to NEW outside of ackplan. Its live cluster must be called NEW.

    So must the live one of what is inside of a cluster, as a node pool is: shop/OLD shop/NEW.
    """
    import dataclasses

    from ackplan.app.edit_record import check_settled, rename, rename_inside
    from ackplan.app.worlds import of_record
    from ackplan.project.wiring import open_world

    async def renamed(before: Baseline) -> Record:
        check_settled(before)
        async with open_world(settings) as (api, here):
            here.hold(of_record(before.stored))
            if "/" in old:
                inside = await _inside(settings, api, before.stored, old)
                followed = rename_inside(before.stored, old, new, inside)
            else:
                followed = rename(before.stored, old, new, await _asked_for(api, before.stored, old))
            return dataclasses.replace(followed, world=followed.world.completed(here.world))

    _rewrite(settings, "mv", renamed)
    followed = "{old} is recorded as {new}. Call it that in the spec too, then: ackplan plan"
    click.echo(hint(phrase(followed, old=old, new=new)))


async def _asked_for(api: AckClient, record: Record, name: str) -> Sequence[Cluster]:
    """The recorded cluster by its id, whatever lists say and whatever its name is; none where it is not there."""
    from ackplan.app.lookup import by_id

    entry = record.clusters.get(name)
    return await by_id(api, [entry.cluster_id], [entry.region]) if entry else ()


async def _inside(settings: Settings, api: AckClient, record: Record, name: str) -> Sequence[LiveResource]:
    """What is live of its type in the recorded cluster that it is inside of; nothing for a name that means nothing."""
    from ackplan.core.address import parse

    try:
        address = parse(name)
        of = settings.resource_types.nested_type_of(address)
    except (ValueError, LookupError):
        return ()
    home = record.clusters.get(address.root.short)
    return tuple((await of.live_in(api, home.cluster_id, home.region)).values()) if of and home else ()


@command.command("rebind")
@options(state=True, api=True)
def _rebind(settings: Settings) -> None:
    """Record that the clusters are of the account and the endpoint that the options name. The clusters stay recorded.

    Meant for a fleet that is reached by another endpoint than before. Clusters of another account are others: a
    record of those is another --workspace.
    """
    import dataclasses

    from ackplan.app.edit_record import check_settled
    from ackplan.project.wiring import open_world

    told: list[str] = []

    async def rebound(before: Baseline) -> Record:
        check_settled(before)
        async with open_world(settings) as (api, here):
            if not here.world.account:
                await api.list_clusters()
            now, was = spoken(str(here.world)), spoken(str(before.stored.world))
            told[:] = [phrase("Rebound the record to {now}; it was of {was}.", now=now, was=was)]
            return dataclasses.replace(before.stored, world=here.world)

    _rewrite(settings, "rebind", rebound)
    click.echo(sentences(told[0], hint(phrase("Look at it: ackplan plan"))))


@command.command("pull")
@options(state=True, document=True)
def _pull(settings: Settings) -> None:
    """Print the record as it is kept. Prints nothing where there is none."""
    from ackplan.project.wiring import workspace
    from ackplan.record.codec import encode

    record = workspace(settings).record.read()
    if record.lineage:
        click.echo(encode(record), nl=False)


@command.command("push")
@options(state=True)
@click.option("--force", is_flag=True, help=_FORCE)
@click.argument("file")
def _push(settings: Settings, force: bool, file: str) -> None:  # noqa: FBT001
    """Put the record in FILE in the place of the one that is kept. - reads standard input."""
    from ackplan.app.edit_record import check_settled, put
    from ackplan.record.codec import decode_bytes
    from ackplan.render.facts.words import counted

    pushed = decode_bytes(_bytes(settings, file), "<stdin>" if file == "-" else file, settings.resource_types)

    async def replaced(before: Baseline) -> Record:
        if not force:
            check_settled(before)
        return put(before.stored, pushed, force=force)

    written = _rewrite(settings, "push", replaced)
    recorded = counted(len(written.clusters), "cluster")
    pushed_as = phrase("Recorded {clusters} as serial {serial}.", clusters=recorded, serial=written.serial)
    click.echo(sentences(pushed_as, hint(phrase("Look at it: ackplan plan"))))


@command.command("history")
@options(state=True)
@format_option("text", "json")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Commits at most.")
def _history(settings: Settings, most: int) -> None:
    """Show how the record came to be: the copy from before the last write, and its commits where it is kept in git."""
    import dataclasses

    from ackplan.project.wiring import workspace
    from ackplan.record.versions import changes
    from ackplan.render import text
    from ackplan.render.facts.safe import json_text

    versions = workspace(settings).history(most)
    told = [*map(changes, versions, versions[1:]), ""]
    if settings.format == "json":
        listed = [{**dataclasses.asdict(v), "clusters": sorted(v.clusters)} for v in versions]
        click.echo(json_text(listed))
        return
    rows = [
        (phrase(v.where), "" if v.serial is None else str(v.serial), v.when, v.who, v.subject, change)
        for v, change in zip(versions, told, strict=False)
    ]
    head = ("WHERE", "SERIAL", "WHEN", "WHO", "SUBJECT", "CHANGED")
    click.echo(text.table(head, rows) if rows else phrase("Nothing is recorded."))


def _bytes(settings: Settings, file: str) -> bytes:
    from ackplan.core.diagnostics import Failure, error
    from ackplan.documents.files import display, read_regular
    from ackplan.record.codec import MAX_BYTES

    path = settings.path(file)
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else read_regular(path, MAX_BYTES)
    if data is None:
        raise Failure(error("ACK3011.missing", path=display(path)))
    if len(data) > MAX_BYTES:
        raise Failure(error("ACK3011.bytes", path=file, limit=MAX_BYTES))
    return data


def _rewrite(settings: Settings, verb: str, changed: Callable[[Baseline], Awaitable[Record]]) -> Record:
    """Writes what `changed` makes of the record, under the lock. Raises Failure where it can't be."""
    from ackplan.app.edit_record import rewrite
    from ackplan.cli.loop import run_async
    from ackplan.project.wiring import workspace

    return run_async(rewrite(workspace(settings), f"ackplan state {verb}", changed))
