"""`ackplan certs`: a cluster's certificates, to files that only their owner can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from ackplan.cli.help_page import Command
from ackplan.cli.loop import run_async
from ackplan.cli.options import Settings, options
from ackplan.core.language import phrase
from ackplan.project.wiring import open_api

# The part that is a kubeconfig, where there is one.
_CONFIG = "config"


@click.command("certs", cls=Command)
@options(state=True, api=True, document=True)
@click.option("--out", default="", metavar="DIR", help="Write each part to a file in DIR, mode 0600.")
@click.option("--stdout", is_flag=True, help="Print them also where the output is a terminal.")
@click.option("--allow-plugins", is_flag=True, help="Write its kubeconfig also where that runs programs.")
@click.argument("name")
def command(settings: Settings, out: str, name: str, **switches: bool) -> None:
    """Print the certificates of the cluster NAME as JSON, or write them to DIR.

    A private key is among them: on a terminal say --out DIR, or --stdout.
    """
    import json
    import sys

    from ackplan.adapters.local.kubeconfig_file import check_plain
    from ackplan.documents.files import display

    if not out and not switches["stdout"] and sys.stdout.isatty():
        raise click.UsageError(phrase("A private key would stand on this terminal: give --out DIR, or --stdout"))
    parts = run_async(_certs(settings, name))
    if not out:
        click.echo(json.dumps(parts, ensure_ascii=False))
        return
    if _CONFIG in parts and not switches["allow_plugins"]:
        check_plain(str(parts[_CONFIG]))
    for part in _write(settings, out, parts):
        click.echo(phrase("Wrote {name}", name=display(part)), err=True)


async def _certs(settings: Settings, name: str) -> Mapping[str, object]:
    from ackplan.app.lookup import find
    from ackplan.cli.records import on_record

    async with open_api(settings) as api:
        cluster = await find(api, name, on_record(settings))
        return await api.certs(cluster.cluster_id, cluster.region_id)


def _write(settings: Settings, folder: str, parts: Mapping[str, object]) -> list[Path]:
    """Writes each part to a file of its own, once each of them can be."""
    from ackplan.adapters.local.output_files import Sort
    from ackplan.cli.output_options import output

    files = {}
    for name, value in sorted(parts.items()):
        if isinstance(value, str) and re.fullmatch(r"[a-z_]{1,32}", name) and "request" not in name:
            part, sort = (f"{name}.pem", Sort.CERTIFICATE) if value.startswith("-----BEGIN") else (name, Sort.OTHER)
            sort = Sort.KUBECONFIG if name == _CONFIG else sort
            files[output(settings, f"{folder}/{part}", sort)] = value.encode()
    for file in files:
        file.check()
    for file, data in files.items():
        file.write(data, mode=0o600)
    return [file.path for file in files]
