"""`ackplan schema`: the JSON Schemas, each complete in itself."""

from __future__ import annotations

import json

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, options
from ackplan.core.language import phrase


@click.command("schema", cls=Command)
@options(document=True)
@click.argument("name", default="spec")
def command(settings: Settings, name: str) -> None:  # noqa: ARG001
    """Print the schema of NAME: spec (default), policy, workspaces, prices, a kind of cluster, or an operation."""
    from ackplan.core.catalog import DEFAULT, bundle

    names = bundle.names(DEFAULT)
    if name not in names:
        raise click.UsageError(phrase("no schema {name!r}; there are: {names}", name=name, names=", ".join(names)))
    click.echo(json.dumps(bundle.bundle(DEFAULT, names[name]), indent=2, ensure_ascii=False))
