"""`--faults`: what the commands that run a simulator make go wrong in it."""

from __future__ import annotations

import click

faults_option = click.option(
    "--faults",
    default="",
    metavar="FILE",
    help="Inject the faults that FILE (YAML or JSON) describes: faults: [{kind: error, operation: attach}].",
)
