"""`ackplan doctor`: what stands in the way of a plan or an apply, each with its cure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ackplan.cli.help_page import Command
from ackplan.cli.options import Settings, format_option, options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ackplan.app.doctor import Check


@click.command("doctor", cls=Command)
@options(spec=True, state=True, api=True)
@format_option("text", "json")
def command(settings: Settings) -> int:
    """Look for problems: spec, secrets, record, lock, git, clock, endpoint, clusters. Changes nothing.

    Exit 1 when a check failed; a warning stops nothing.
    """
    from ackplan.app.doctor import failed
    from ackplan.cli.doctor_local import local_checks
    from ackplan.cli.loop import run_async

    checks = list(local_checks(settings))
    checks += run_async(_asked(settings, checks))
    if settings.format == "json":
        click.echo(
            json.dumps({"ok": not failed(checks), "checks": [_json(check) for check in checks]}, ensure_ascii=False)
        )
    else:
        from ackplan.render.text.checkup import checkup_text

        click.echo(checkup_text(checks, color=settings.color))
    return 1 if failed(checks) else 0


async def _asked(settings: Settings, local: Sequence[Check]) -> list[Check]:
    """What the endpoint tells; the clusters are held against spec and record only where these can be read."""
    from ackplan.app.doctor import failed
    from ackplan.cli.doctor_api import api_checks, fleet_check
    from ackplan.cli.doctor_local import ENCRYPTION, STORE

    checks = [check async for check in api_checks(settings, _regions(settings))]
    if not failed(checks) and not failed(
        check for check in local if check.name in {"spec", STORE, ENCRYPTION, "record", "journal"}
    ):
        checks.append(await fleet_check(settings))
    return checks


def _regions(settings: Settings) -> list[str]:
    """Those of the spec's clusters; none where the spec can't be read."""
    from ackplan import spec
    from ackplan.core.diagnostics import Failure
    from ackplan.project.project_settings import inputs

    try:
        return sorted({wanted.region for wanted in spec.read(inputs(settings)).clusters.values()})
    except Failure:
        return []


def _json(check: Check) -> dict[str, object]:
    findings = [
        {"severity": f.severity.value, "code": f.code, "summary": f.summary, "detail": f.detail, "cure": f.cure}
        | ({"at": str(f.span)} if f.span else {})
        for f in check.findings
    ]
    return {"check": check.name, "status": check.status.value, "said": check.said, "findings": findings}
