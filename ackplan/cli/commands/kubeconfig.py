"""`ackplan kubeconfig`: a cluster's kubeconfig, to stdout, to a file of mode 0600, or merged into kubectl's own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ackplan.cli.options import Settings, options
from ackplan.cli.session import open_api, run_async


@click.command("kubeconfig")
@options(api=True, document=True)
@click.option("--out", default="", metavar="FILE", help="Write it to FILE, mode 0600.")
@click.option("--merge", is_flag=True, help="Merge it into $KUBECONFIG or ~/.kube/config.")
@click.argument("name")
def command(settings: Settings, out: str, merge: bool, name: str) -> None:  # noqa: FBT001
    """Fetch the kubeconfig of the cluster NAME (a name or an id)."""
    from ackplan.cli.outputs import output
    from ackplan.spec.fleet import display
    from ackplan.stores.outputs import Sort

    if out and merge:
        raise click.UsageError("--out and --merge can't go together")
    file = output(settings, out, Sort.KUBECONFIG) if out else None
    if file is not None:
        file.check()
    config = run_async(_fetch(settings, name))
    if file is not None:
        file.write(config.encode(), mode=0o600)
        click.echo(f"Wrote {display(file.path)}", err=True)
    elif merge:
        path = _default()
        _merge(path, config, name)
        click.echo(f"Merged into {path} as context {name}", err=True)
    else:
        click.echo(config, nl=not config.endswith("\n"))


async def _fetch(settings: Settings, name: str) -> str:
    from ackplan.cli.live import find

    async with open_api(settings) as api:
        cluster = await find(api, name)
        return await api.kubeconfig(cluster.cluster_id, cluster.region_id)


def _default() -> Path:
    named = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(named) if named else Path.home() / ".kube" / "config"


def _merge(path: Path, config: str, name: str) -> None:
    from ackplan.stores.files import read_regular, write_atomically
    from ackplan.stores.kubeconfig import MAX_BYTES, merged

    before = read_regular(path, MAX_BYTES)
    write_atomically(path.resolve(), merged(before, config, name, str(path)).encode(), mode=0o600)
