"""`ackplan kubeconfig`: a cluster's kubeconfig, to stdout, to a file of mode 0600, or merged into kubectl's own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.diagnostics import printable
from ackplan.project.wiring import open_api


@click.command("kubeconfig")
@options(state=True, api=True, document=True)
@click.option("--out", default="", metavar="FILE", help="Write it to FILE, mode 0600.")
@click.option(
    "--merge", is_flag=True, help="Merge it into $KUBECONFIG or ~/.kube/config; makes it the current context."
)
@click.option(
    "--allow-plugins", is_flag=True, help="Take it also where it runs programs or reads files of this machine."
)
@click.argument("name")
def command(settings: Settings, out: str, merge: bool, name: str, allow_plugins: bool) -> None:  # noqa: FBT001
    """Fetch the kubeconfig of the cluster NAME (a name or an id).

    A file gets what a connection needs: an answer with more, as an exec plugin, is refused without --allow-plugins.
    """
    from ackplan.adapters.local.output_files import Sort
    from ackplan.cli.output_options import output
    from ackplan.documents.files import display

    if out and merge:
        raise click.UsageError("--out and --merge can't go together")
    file = output(settings, out, Sort.KUBECONFIG) if out else None
    if file is not None:
        file.check()
    config = run_async(_fetch(settings, name))
    if not allow_plugins and not merge:
        _check(config, printed=not out)
    if file is not None:
        file.write(config.encode(), mode=0o600)
        click.echo(f"Wrote {display(file.path)}", err=True)
    elif merge:
        _merge(_default(), config, name, plugins=allow_plugins)
    else:
        click.echo(config, nl=not config.endswith("\n"))


def _check(config: str, *, printed: bool) -> None:
    """Refuses what must not go unseen into a file that kubectl believes; of what is printed it is said."""
    from ackplan.adapters.local.kubeconfig_file import check_plain
    from ackplan.cli.printing import say
    from ackplan.core.diagnostics import Failure

    try:
        check_plain(config)
    except Failure as fault:
        if not printed:
            raise
        for diagnostic in fault.diagnostics:
            say(str(diagnostic))


async def _fetch(settings: Settings, name: str) -> str:
    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        return await api.kubeconfig(cluster.cluster_id, cluster.region_id)


def _default() -> Path:
    named = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(named) if named else Path.home() / ".kube" / "config"


def _merge(path: Path, config: str, name: str, *, plugins: bool) -> None:
    """Writes it into a file, and says what that changes for whoever uses the file."""
    from ackplan.adapters.local.atomic_files import write_atomically
    from ackplan.adapters.local.kubeconfig_file import MAX_BYTES, merged
    from ackplan.documents.files import read_regular

    before = read_regular(path, MAX_BYTES)
    made = merged(before, config, name, str(path), plugins=plugins)
    write_atomically(path.resolve(), made.text.encode(), mode=0o600)
    click.echo(f"Merged into {path} as context {name}", err=True)
    if made.server:
        click.echo(f"It takes the place of the entry of that name, which led to {printable(made.server)}", err=True)
    if made.context != name:
        was = printable(made.context)
        back = f", and was {was}. Back: kubectl config use-context {was}" if was else ""
        click.echo(f"The current context is {name} now{back}", err=True)
